// Package child runs weir as a process of its own over a topic of bids, so that its CPU time and its memory are its own and not
// those of the benchmark that feeds and judges it.
//
//	j := child.Job{Program: program, Brokers: brokers, Topic: topic, Views: views, Workers: 1, CommitInterval: interval}
//	outcome, err := j.Once(ctx, database)   // to the topic's present end
//	live, err := j.Live(ctx, database)      // until Stop, answering HTTP
package child

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/bids"
	"github.com/weirdb/weir/benchmarks/kafka/process"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Program is the option that names the weir to measure.
var Program = engine.Option{Name: "program", Doc: "The weir that is measured; this one if not given."}

// Source is the name of the source in the views' texts.
const Source = "bid"

// View is a view over the source.
type View struct {
	Name   string
	Select string // a SELECT over Source
}

// Job is what weir is to do.
type Job struct {
	Program        string // path of the program; this one if empty
	Brokers, Topic string
	Delay          time.Duration // of the watermark
	Views          []View
	Statements     string // in place of a topic and views: what defines source and views
	Workers        int    // goroutines, threads of the result database, and cores that the process may use
	CommitInterval time.Duration
}

// Outcome is what a run to the end cost and did. The usage is that of the whole process, its start and end included.
type Outcome struct {
	bench.Usage
	Records    int64
	Commits    int64
	Committing time.Duration // wall time that passed while commits ran
}

// Once runs weir to the topic's present end, with the results in database.
func (j *Job) Once(ctx context.Context, database string) (Outcome, error) {
	p, err := j.start(ctx, database, "--once")
	if err != nil {
		return Outcome{}, err
	}
	used, err := p.Wait()
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{Usage: used}
	if err := out.read(p.Said()); err != nil {
		return Outcome{}, p.Failed(err)
	}
	return out, nil
}

// What weir says at its end.
var (
	recordsSaid = regexp.MustCompile(`source ` + Source + `: (\d+) records`)
	commitsSaid = regexp.MustCompile(`(?m)^commits: (\d+), (\S+) in all`)
)

func (o *Outcome) read(said string) (err error) {
	records, commits := recordsSaid.FindStringSubmatch(said), commitsSaid.FindStringSubmatch(said)
	if records == nil || commits == nil {
		return fmt.Errorf("it does not say how many records and commits there were")
	}
	if o.Records, err = strconv.ParseInt(records[1], 10, 64); err != nil {
		return err
	}
	if o.Commits, err = strconv.ParseInt(commits[1], 10, 64); err != nil {
		return err
	}
	o.Committing, err = time.ParseDuration(commits[2])
	return err
}

// start writes the statements beside the database, and starts weir on them.
func (j *Job) start(ctx context.Context, database string, flags ...string) (*process.Process, error) {
	program, err := j.program()
	if err != nil {
		return nil, err
	}
	path := strings.TrimSuffix(database, filepath.Ext(database)) + ".sql"
	if err := os.WriteFile(path, []byte(j.statements()), 0o600); err != nil {
		return nil, err
	}
	workers := strconv.Itoa(j.Workers)
	args := append([]string{"run", "--db", database, "--workers", workers, "--threads", workers,
		"--commit-interval", j.CommitInterval.String()}, flags...)
	cmd := exec.CommandContext(ctx, program, append(args, path)...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(j.Workers+1)) // as weir itself does with so many cores
	return process.Start(cmd, j.Workers)
}

func (j *Job) program() (string, error) {
	if j.Program != "" {
		return j.Program, nil
	}
	program, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the weir to measure: %w; name it with --program", err)
	}
	return program, nil
}

// statements define the source and the views.
func (j *Job) statements() string {
	if j.Statements != "" {
		return j.Statements
	}
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE SOURCE %s (%s,\n    WATERMARK FOR date_time AS date_time - INTERVAL '%d milliseconds'\n", Source, bids.Columns, j.Delay.Milliseconds())
	fmt.Fprintf(&b, ") WITH (connector = 'kafka', brokers = %s, topic = %s, group_id = %s, format = 'json');\n",
		types.QuoteString(j.Brokers), types.QuoteString(j.Topic), types.QuoteString(j.Topic))
	for _, v := range j.Views {
		fmt.Fprintf(&b, "CREATE MATERIALIZED VIEW %s AS\n%s;\n", v.Name, v.Select)
	}
	return b.String()
}

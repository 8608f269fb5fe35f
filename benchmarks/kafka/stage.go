package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/bids"
	"github.com/weirdb/weir/benchmarks/kafka/child"
	"github.com/weirdb/weir/benchmarks/kafka/cluster"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Delay of the watermark behind the events.
const Delay = 4 * time.Second

// judgeMemory bounds the DuckDB that checks: it is not measured, but must not take the page cache that the broker lives on.
const judgeMemory = "2GB"

// Stage is what the runs of a benchmark have in common: a topic full of bids, and a judge that has the same. It is for one
// goroutine.
type Stage struct {
	Events  int64
	Topic   string
	Cluster *cluster.Cluster
	Judge   *bench.Judge // has the bids as table bid
	job     child.Job    // without views and workers
	dir     string
}

// OpenStage connects to Kafka and fills a topic. The options are events, brokers, runs, commit_interval, seed and program. The
// caller closes the stage.
func OpenStage(ctx context.Context, o engine.Options, log io.Writer) (s *Stage, err error) {
	if err := bench.Positive(o, "events", "runs"); err != nil {
		return nil, err
	}
	s = &Stage{Events: o.Int("events")}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.Cluster, err = cluster.Connect(ctx, o["brokers"], log); err != nil {
		return nil, err
	}
	if s.dir, err = bench.TempDir(); err != nil {
		return nil, err
	}
	if s.Topic, err = s.Cluster.Create(ctx, "bid", Partitions); err != nil {
		return nil, err
	}
	if err = s.fill(ctx, o.Int("seed"), log); err != nil {
		return nil, err
	}
	s.job = child.Job{Program: o["program"], Brokers: s.Cluster.Brokers, Topic: s.Topic, Delay: Delay,
		CommitInterval: o.Duration("commit_interval")}
	return s, nil
}

// fill writes the bids to the topic and gives the same to the judge, who reads them with DuckDB's own JSON reader.
func (s *Stage) fill(ctx context.Context, seed int64, log io.Writer) (err error) {
	fmt.Fprintf(log, "writing %d bids to topic %s\n", s.Events, s.Topic)
	path := filepath.Join(s.dir, "bid.ndjson")
	if err := s.Cluster.Fill(ctx, s.Topic, Partitions, s.Events, seed, path); err != nil {
		return err
	}
	defer os.RemoveAll(path) // the judge has it by then
	if s.Judge, err = bench.OpenJudge(ctx, filepath.Join(s.dir, "judge.duckdb")); err != nil {
		return err
	}
	return s.Judge.Exec(ctx, fmt.Sprintf("SET memory_limit = '%s'; CREATE TABLE %s AS FROM read_json(%s, columns = {%s}, format = 'newline_delimited')",
		judgeMemory, child.Source, types.QuoteString(path), jsonColumns()))
}

// jsonColumns are the columns as read_json takes them.
func jsonColumns() string {
	columns := strings.Split(bids.Columns, ", ")
	for i, c := range columns {
		name, kind, _ := strings.Cut(c, " ")
		columns[i] = name + ": '" + kind + "'"
	}
	return strings.Join(columns, ", ")
}

// Expect has DuckDB compute what views must hold.
func (s *Stage) Expect(ctx context.Context, views []child.View) error {
	for _, v := range views {
		if err := s.Judge.Expect(ctx, v.Name, v.Select); err != nil {
			return err
		}
		if n, err := s.Judge.Count(ctx, v.Name); err != nil || n == 0 {
			return errors.Join(fmt.Errorf("view %s would compare nothing: it has no rows over %d events", v.Name, s.Events), err)
		}
	}
	return nil
}

// Once runs weir to the end of the topic with its database in dir, and checks that it has read every event and that each view,
// which Expect has been told, is right.
func (s *Stage) Once(ctx context.Context, dir string, views []child.View, workers int) (child.Outcome, error) {
	j := s.Job(views, workers)
	database := filepath.Join(dir, "weir.duckdb")
	out, err := j.Once(ctx, database)
	if err != nil {
		return out, err
	}
	if out.Records != s.Events {
		return out, fmt.Errorf("weir has read %d events, want %d", out.Records, s.Events)
	}
	for _, v := range views {
		if err := s.Judge.Check(ctx, database, v.Name); err != nil {
			return out, err
		}
	}
	return out, nil
}

// Job is the job for some views over the topic.
func (s *Stage) Job(views []child.View, workers int) *child.Job {
	j := s.job
	j.Views, j.Workers = views, workers
	return &j
}

// Durability are the facts about Weir's commits.
func (s *Stage) Durability() []bench.Fact { return bench.Durability(s.job.CommitInterval, s.dir) }

// Close frees all that the stage holds; the topic is gone then.
func (s *Stage) Close() (err error) {
	if s.Judge != nil {
		err = s.Judge.Close()
	}
	if s.Cluster != nil {
		err = errors.Join(err, s.Cluster.Close())
	}
	if s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

// perSecond is the rate at which the events were read within a time.
func (s *Stage) perSecond(d time.Duration) float64 { return float64(s.Events) / d.Seconds() }

// nanos is each event's share of a time, in ns.
func (s *Stage) nanos(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(s.Events) }

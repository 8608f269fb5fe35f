// Package soak runs Weir for a long time at half of its highest rate, and looks whether memory and disk stay as they are: state goes with
// its windows, results with their retention, and the files of both with what is in them.
//
//	weir run (child), as fast as it can ──► its rate ──► weir run (child), at half of that ──► a sample every few seconds ──► table, picture
//
// To have it keep another kind of state, add a view to the statements in job.go.
package soak

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/child"
	"github.com/weirdb/weir/engine"
)

const name = "soak"

const (
	probing  = 15 * time.Second // how long the highest rate is looked for
	shortest = 4 * time.Second  // what can be asked for
)

// Benchmark is weir bench soak.
var Benchmark = bench.Benchmark{
	Name: name,
	Doc: "Runs Weir for a long time at half of its highest rate, and shows memory, disk and lag over that time. The events are Nexmark's bids, " +
		"made as they are due; the views are windows, a count of distinct values, a Top-N over another view, a filter and a total, whose tables " +
		"keep two minutes. In the end the views must agree with one another and with the number of records read, with no late row and no dead letter.",
	Example: "weir bench soak --duration 30m --plot soak.svg\nweir bench soak --duration 5m --rate 200000",
	Options: []engine.Option{
		{Name: "duration", Doc: "How long it runs.", Default: "10m", Kind: engine.Duration},
		{Name: "rate", Doc: "Events of all three Nexmark kinds per second; half of the highest if not given.", Kind: engine.Integer},
		{Name: "plot", Doc: "Where a picture (SVG) of memory and disk over time goes; none if not given."},
		{Name: "workers", Doc: "Weir's workers; as many as there are cores if not given.", Kind: engine.Integer},
		bench.CommitInterval, bench.Seed, child.Program,
	},
	Run: run,
}

// settings are the options, read.
type settings struct {
	duration time.Duration
	rate     int64
	workers  int
	interval time.Duration
	seed     int64
	program  string
}

func read(o engine.Options) (s settings, err error) {
	s = settings{duration: o.Duration("duration"), workers: runtime.NumCPU(), interval: o.Duration("commit_interval"), seed: o.Int("seed"), program: o["program"]}
	if o["rate"] != "" {
		if err := bench.Positive(o, "rate"); err != nil {
			return s, err
		}
		s.rate = o.Int("rate")
	}
	if o["workers"] != "" {
		if err := bench.Positive(o, "workers"); err != nil {
			return s, err
		}
		s.workers = int(o.Int("workers"))
	}
	if s.duration < shortest {
		return s, fmt.Errorf("option duration = %s: want at least %s", o["duration"], shortest)
	}
	return s, nil
}

func run(ctx context.Context, o engine.Options, log io.Writer) (*bench.Report, error) {
	s, err := read(o)
	if err != nil {
		return nil, err
	}
	if s.rate == 0 {
		highest, err := s.highest(ctx)
		if err != nil {
			return nil, fmt.Errorf("find the highest rate: %w", err)
		}
		fmt.Fprintf(log, "highest rate: %d events/s\n", highest)
		s.rate = highest / 2
	}
	taken, err := s.soak(ctx, log)
	if err != nil {
		return nil, err
	}
	if path := o["plot"]; path != "" {
		if err := plotted(taken, s, path); err != nil {
			return nil, fmt.Errorf("option plot = %s: %w", path, err)
		}
	}
	return newReport(s, taken), nil
}

// highest is how many events a second Weir takes when they are made as fast as it reads them.
func (s settings) highest(ctx context.Context) (rate int64, err error) {
	s.rate, s.duration = 0, probing
	taken, err := s.soak(ctx, io.Discard)
	if err != nil {
		return 0, err
	}
	half, end := taken[len(taken)/2], taken[len(taken)-1] // the first half is for warming up
	return int64(float64(end.records-half.records) / (end.at - half.at).Seconds() * eventsPerBid), nil
}

// soak runs weir and takes samples; in the end it checks the answers.
func (s settings) soak(ctx context.Context, log io.Writer) (taken []sample, err error) {
	dir, err := bench.TempDir()
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	database := filepath.Join(dir, "soak.duckdb")
	j := child.Job{Program: s.program, Statements: s.statements(), Workers: s.workers, CommitInterval: s.interval}
	live, err := j.Live(ctx, database)
	if err != nil {
		return nil, err
	}
	defer live.Kill()
	if taken, err = s.watch(ctx, live, dir, log); err != nil {
		return nil, err
	}
	if _, err := live.Stop(); err != nil {
		return nil, err
	}
	return taken, check(ctx, database, live)
}

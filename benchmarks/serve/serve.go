// Package serve measures what panels cost: how much less Weir reads while many of them refresh, and how long they wait.
//
//	weir run (child), events at a steady rate
//	   │ 10 s     nobody asks       records/s, CPU      ┐
//	   │ 10 s     50 panels, 1/s    records/s, CPU      ┘ once a run, in turns
//	   └─ POST /v1/sql ◄── panel ── when it is due ──► time until its answer is read, and whether it is right
//
// To add a kind of panel: a line in kinds, and a view in statements if it needs one.
package serve

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/child"
	"github.com/weirdb/weir/engine"
)

const name = "serve"

// warmUp is how long weir runs before anything is measured: windows have closed by then.
const warmUp = 8 * time.Second

// Benchmark is weir bench serve.
var Benchmark = bench.Benchmark{
	Name: name,
	Doc: "Measures panels that refresh while events come in at a steady rate: how many events Weir reads with them and without, and how long they wait. " +
		"A panel asks POST /v1/sql for Arrow, as the Grafana data source does, over five views: lines over time, lines by key, a Top-N, a total and the " +
		"newest rows. Every answer is checked: a window that has closed has one value in all answers, totals never go back, and in the end the " +
		"total is the number of records read, with no late row and no dead letter.",
	Example: "weir bench serve\nweir bench serve --panels 200 --refresh 5s --rate 100000",
	Options: []engine.Option{
		{Name: "panels", Doc: "How many panels there are.", Default: "50", Kind: engine.Integer},
		{Name: "refresh", Doc: "Time between two refreshes of a panel.", Default: "1s", Kind: engine.Duration},
		{Name: "rate", Doc: "Events per second.", Default: "200000", Kind: engine.Integer},
		{Name: "seconds", Doc: "How long each run measures, without panels and with them.", Default: "10", Kind: engine.Integer},
		{Name: "workers", Doc: "Weir's workers; as many as there are cores if not given.", Kind: engine.Integer},
		bench.Runs, bench.CommitInterval, bench.Seed, child.Program,
	},
	Run: run,
}

// settings are the options, read.
type settings struct {
	panels   int
	refresh  time.Duration
	rate     int64
	phase    time.Duration
	workers  int
	runs     int
	interval time.Duration
	seed     int64
	program  string
}

func read(o engine.Options) (settings, error) {
	if o["workers"] == "" {
		o["workers"] = fmt.Sprint(runtime.NumCPU())
	}
	if err := bench.Positive(o, "panels", "rate", "seconds", "workers", "runs"); err != nil {
		return settings{}, err
	}
	if o.Duration("refresh") <= 0 {
		return settings{}, fmt.Errorf("option refresh = %s: want more than 0", o["refresh"])
	}
	return settings{
		panels: int(o.Int("panels")), refresh: o.Duration("refresh"), rate: o.Int("rate"), phase: time.Duration(o.Int("seconds")) * time.Second,
		workers: int(o.Int("workers")), runs: int(o.Int("runs")), interval: o.Duration("commit_interval"), seed: o.Int("seed"), program: o["program"],
	}, nil
}

func run(ctx context.Context, o engine.Options, log io.Writer) (*bench.Report, error) {
	s, err := read(o)
	if err != nil {
		return nil, err
	}
	runs, err := s.measure(ctx, log)
	if err != nil {
		return nil, err
	}
	return newReport(s, runs), nil
}

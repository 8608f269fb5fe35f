// Package batch is `weir bench batch`: what it costs to keep a query running, against running it once in DuckDB over the same
// events. Neither side decodes anything: the events lie in memory before the clock starts.
//
// To add a query: a line in the list in queries.go, and its columns in used.
package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/engine"
)

// Benchmark is the command.
var Benchmark = bench.Benchmark{
	Name: "batch",
	Doc: "Compares keeping a query running in Weir with running it once in DuckDB, over the same events in memory. " +
		"Weir gets them as Arrow batches from 4 partitions and commits, with checkpoints, into a database on disk; DuckDB makes a table in memory of " +
		"its own table. Both run with one thread and with all, in turn, in this process. Weir's answers are compared with DuckDB's, row by row.",
	Example: "weir bench batch\nweir bench batch --queries string_key --events 10000000 --runs 5",
	Options: []engine.Option{
		{Name: "queries", Doc: "Which to run, such as integer_key,filter. Without it, all."},
		{Name: "events", Doc: "How many Nexmark events there are; 46 of 50 are bids, which the queries read.", Default: "5000000", Kind: engine.Integer},
		{Name: "event_rate", Doc: "Events per second of event time: how many fall into a window of 10 seconds.", Default: "10000", Kind: engine.Integer},
		bench.Runs, bench.Seed, bench.CommitInterval,
	},
	Run: run,
}

// contest holds the events on both sides.
type contest struct {
	options engine.Options
	memory  *memory
	duck    *duck
	threads int // all
	log     io.Writer
}

func run(ctx context.Context, o engine.Options, log io.Writer) (report *bench.Report, err error) {
	if err := bench.Positive(o, "events", "event_rate", bench.Runs.Name); err != nil {
		return nil, err
	}
	chosen, err := bench.Choice(o, "queries", names())
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(log, "preparing %s events\n", o["events"])
	m, err := prepare(ctx, o)
	if err != nil {
		return nil, err
	}
	d, err := newDuck(ctx, m)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	c := contest{options: o, memory: m, duck: d, threads: runtime.GOMAXPROCS(0), log: log}
	report = c.newReport()
	for _, q := range queries {
		if !slices.Contains(chosen, q.name) {
			continue
		}
		r, err := c.measure(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.name, err)
		}
		report.Rows = append(report.Rows, r.row(q))
	}
	return report, nil
}

// result is a query's runs on both sides, with one thread and with all.
type result struct {
	weirOne, weirAll []bench.Outcome
	duckOne, duckAll []bench.Usage
}

// measure runs the four kinds in turn, so that what disturbs the machine for a while disturbs all alike.
func (c *contest) measure(ctx context.Context, q query) (result, error) {
	var r result
	if err := c.duck.Expect(ctx, q.name, q.text); err != nil {
		return r, err
	}
	for n := range c.options.Int(bench.Runs.Name) {
		one, errOne := c.weir(ctx, q, 1)
		duckOne, errDuckOne := c.duck.run(ctx, q, 1)
		all, errAll := c.weir(ctx, q, c.threads)
		duckAll, errDuckAll := c.duck.run(ctx, q, c.threads)
		if err := errors.Join(errOne, errDuckOne, errAll, errDuckAll); err != nil {
			return r, err
		}
		fmt.Fprintf(c.log, "%s, run %d: Weir %.0f, DuckDB %.0f ns/event\n", q.name, n+1, perEvent(one.CPU, one.RowsIn), perEvent(duckOne.CPU, one.RowsIn))
		r.weirOne, r.weirAll = append(r.weirOne, one), append(r.weirAll, all)
		r.duckOne, r.duckAll = append(r.duckOne, duckOne), append(r.duckAll, duckAll)
	}
	return r, nil
}

func (c *contest) weir(ctx context.Context, q query, workers int) (bench.Outcome, error) {
	w := bench.Weir{
		Sources: "CREATE SOURCE bid WITH (connector = 'memory')", View: q.name, Select: q.text, Workers: workers,
		CommitInterval: c.options.Duration(bench.CommitInterval.Name), Connectors: []engine.Connector{c.memory.connector()},
	}
	return w.Run(ctx, func(database string) error { return c.duck.Check(ctx, database, q.name) })
}

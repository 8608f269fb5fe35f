// Package nexmark is `weir bench nexmark`: the queries of the Nexmark benchmark over the events of connectors/nexmark, in one
// process, commits and checkpoints included.
//
// To add a query: its text in queries/NAME.sql, and a line in the list in queries.go. The text is DuckDB's SQL with Weir's window
// macros, whether Weir runs it today or not: what it refuses stands in the table with the reason.
package nexmark

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/connectors/file"
	"github.com/weirdb/weir/engine"
)

// Benchmark is the command.
var Benchmark = bench.Benchmark{
	Name: "nexmark",
	Doc: "Runs the queries of the Nexmark benchmark over generated events, in one process with commits and checkpoints on. " +
		"Each query runs alone, from the generator into a database on disk. What the generator costs is measured apart, by reading the same " +
		"columns and doing nothing with them. Each answer is compared with DuckDB's over the same events, row by row. Queries that Weir does " +
		"not run yet stand in the table with the planner's words.",
	Example: "weir bench nexmark\nweir bench nexmark --queries q0,q17 --events 5000000 --workers 1 --runs 5\nweir bench nexmark --verify --events 1000000",
	Options: []engine.Option{
		{Name: "queries", Doc: "Which to run, such as q0,q17. Without it, all."},
		{Name: "events", Doc: "How many events there are, of all three kinds together.", Default: "500000", Kind: engine.Integer},
		{Name: "workers", Doc: "Goroutines that process, and threads of the result database: a run for each number.", Default: "1,2"},
		{Name: "verify", Doc: "Compare answers only: each query runs once, and what differs does not stop the others.", Kind: engine.Boolean, Default: "false"},
		bench.Runs, bench.Seed, bench.CommitInterval,
	},
	Run: run,
}

// settings are the checked options.
type settings struct {
	tables
	queries  []query
	workers  []int
	runs     int64
	interval time.Duration
}

func parse(o engine.Options) (settings, error) {
	s := settings{runs: o.Int(bench.Runs.Name), interval: o.Duration(bench.CommitInterval.Name)}
	s.events, s.seed = o["events"], o[bench.Seed.Name]
	if err := bench.Positive(o, "events", bench.Runs.Name); err != nil {
		return s, err
	}
	var err error
	if s.workers, err = bench.Counts(o, "workers"); err != nil {
		return s, err
	}
	chosen, err := bench.Choice(o, "queries", names())
	for _, name := range chosen {
		s.queries = append(s.queries, find(name))
	}
	return s, err
}

func run(ctx context.Context, o engine.Options, log io.Writer) (report *bench.Report, err error) {
	s, err := parse(o)
	if err != nil {
		return nil, err
	}
	if s.dir, err = bench.TempDir(); err != nil {
		return nil, err
	}
	defer os.RemoveAll(s.dir)
	if err := s.writeSide(); err != nil {
		return nil, err
	}
	fmt.Fprintf(log, "writing %s events for the judge\n", s.events)
	judge := judge{path: filepath.Join(s.dir, "judge.duckdb")}
	if err := judge.open(ctx, func(j *bench.Judge) error { return s.load(ctx, j) }); err != nil {
		return nil, err
	}
	if o.Bool("verify") {
		return s.verify(ctx, judge, log)
	}
	report = newReport(s)
	for _, q := range s.queries {
		rows, err := s.measure(ctx, q, judge, log)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.name, err)
		}
		report.Rows = append(report.Rows, rows...)
	}
	return report, nil
}

// measure runs a query as often as asked with each number of workers, in turn, so that what disturbs the machine for a while
// disturbs all alike.
func (s settings) measure(ctx context.Context, q query, judge judge, log io.Writer) ([][]any, error) {
	t := &tap{sources: map[string]*tapped{}}
	outcomes := map[int][]bench.Outcome{}
	var drains []bench.Usage
	for run := range s.runs {
		for _, workers := range s.workers {
			out, err := s.runOnce(ctx, q, t, judge, workers)
			var refused *bench.Refused
			if errors.As(err, &refused) {
				fmt.Fprintf(log, "%s: refused\n", q.name)
				return [][]any{refusedRow(q, refused)}, nil
			}
			if err != nil {
				return nil, fmt.Errorf("%d workers: %w", workers, err)
			}
			fmt.Fprintf(log, "%s, run %d of %d, workers %d: %.0f ns/event\n", q.name, run+1, s.runs, workers, perEvent(out.CPU, out.RowsIn))
			outcomes[workers] = append(outcomes[workers], out)
		}
		u, err := t.drain(ctx)
		if err != nil {
			return nil, err
		}
		drains = append(drains, u)
	}
	var rows [][]any
	generator := bench.Median(drains, func(u bench.Usage) float64 { return float64(u.CPU) })
	for _, workers := range s.workers {
		rows = append(rows, row(q, workers, bench.Median(outcomes[workers], cpu), generator))
	}
	return rows, nil
}

func cpu(o bench.Outcome) float64 { return float64(o.CPU) }

func (s settings) runOnce(ctx context.Context, q query, t *tap, judge judge, workers int) (bench.Outcome, error) {
	w := bench.Weir{
		Sources: s.statements(q.tables), View: q.name, Select: q.text(), Workers: workers, CommitInterval: s.interval,
		Connectors: []engine.Connector{t.connector(), file.Connector},
	}
	return w.Run(ctx, func(database string) error {
		return judge.open(ctx, func(j *bench.Judge) error {
			if err := j.Expect(ctx, q.name, q.text()); err != nil {
				return err
			}
			return j.Check(ctx, database, q.name)
		})
	})
}

// judge is a database with the events. It is open only while it is asked, so that runs have the memory to themselves.
type judge struct{ path string }

func (j judge) open(ctx context.Context, ask func(*bench.Judge) error) (err error) {
	b, err := bench.OpenJudge(ctx, j.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	return ask(b)
}

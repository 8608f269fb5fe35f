package batch

import (
	"os"
	"strconv"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
)

func (c *contest) newReport() *bench.Report {
	return &bench.Report{
		Benchmark: "batch",
		Facts: append(bench.Durability(c.options.Duration(bench.CommitInterval.Name), os.TempDir()),
			bench.Fact{Name: "events", Value: c.options["events"] + " of Nexmark, " + c.options["event_rate"] + " a second, seed " + c.options[bench.Seed.Name] + ", of which the bids are read; " +
				strconv.Itoa(partitions) + " partitions, batches of " + strconv.Itoa(batchRows) + " rows"}),
		Columns: []bench.Column{
			{Name: "query"}, {Name: "what"}, {Name: "rows out"}, {Name: "Weir, 1 worker", Unit: "CPU ns/event", Digits: 1},
			{Name: "DuckDB, 1 thread", Unit: "CPU ns/event", Digits: 1}, {Name: "ratio", Digits: 2}, {Name: "bar"},
			{Name: "Weir, all cores", Unit: "M events/s", Digits: 1}, {Name: "DuckDB, all threads", Unit: "M events/s", Digits: 1},
			{Name: "commits"}, {Name: "of wall", Unit: "%"}, {Name: "of CPU", Unit: "%"}, {Name: "answer"},
		},
		Notes: []string{
			"CPU: user and system time of the whole process; each figure is the run in the middle by CPU, throughput by wall time",
			"ratio: Weir's CPU per event over DuckDB's, both on one core; promised is at most 1 where a bar stands",
			"of wall, of CPU: the part of Weir's, with 1 worker, that went into writing state and commits, by their own thread; with more threads, DuckDB's others are not in it",
			"answer: the view's table against DuckDB's, as rows, each as often, in each run; no row late, no dead letter",
			"the events lie in Go's heap, so that its garbage collector runs more seldom than in a Weir that reads from outside",
		},
	}
}

func (r result) row(q query) []any {
	weir := bench.Median(r.weirOne, func(o bench.Outcome) float64 { return float64(o.CPU) })
	duck := bench.Median(r.duckOne, func(u bench.Usage) float64 { return float64(u.CPU) })
	weirAll := bench.Median(r.weirAll, func(o bench.Outcome) float64 { return float64(o.Wall) })
	duckAll := bench.Median(r.duckAll, func(u bench.Usage) float64 { return float64(u.Wall) })
	events := weir.RowsIn
	var bar any
	if q.bar {
		bar = "1.00"
	}
	return []any{
		q.name, q.title, weir.RowsOut, perEvent(weir.CPU, events), perEvent(duck.CPU, events), float64(weir.CPU) / float64(duck.CPU), bar,
		millions(events, weirAll.Wall), millions(events, duckAll.Wall), weir.Commits,
		percent(weir.Committing.Wall, weir.Wall), percent(weir.Committing.CPU, weir.CPU), "right",
	}
}

// perEvent is in ns.
func perEvent(d time.Duration, events int64) float64 { return float64(d) / float64(max(events, 1)) }

// millions are a million events a second.
func millions(events int64, d time.Duration) float64 { return float64(events) / 1e6 / d.Seconds() }

func percent(part, whole time.Duration) float64 { return 100 * float64(part) / float64(max(whole, 1)) }

package nexmark

import (
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
)

func newReport(s settings) *bench.Report {
	r := &bench.Report{
		Benchmark: "nexmark",
		Facts: append(bench.Durability(s.interval, s.dir),
			bench.Fact{Name: "events", Value: s.describeEvents()}),
		Columns: []bench.Column{
			{Name: "query"}, {Name: "what"}, {Name: "workers"}, {Name: "events"}, {Name: "throughput", Unit: "events/s"},
			{Name: "CPU", Unit: "ns/event"}, {Name: "generator", Unit: "ns/event"}, {Name: "net", Unit: "ns/event"},
			{Name: "rows out"}, {Name: "commits"}, {Name: "of wall", Unit: "%"}, {Name: "of CPU", Unit: "%"}, {Name: "peak", Unit: "MB"},
			{Name: "answer"},
		},
		Notes: []string{
			"events: those that the query reads, of its own kinds; all figures are per event read",
			"CPU: user and system time of the whole process, from the start of reading to the last commit; net is without the generator",
			"of wall, of CPU: the part that went into writing state and commits, by their own thread; with more threads, DuckDB's others are not in it",
			"peak: resident memory of the process at its highest in the run",
			"answer: the view's table against DuckDB's, as rows, each as often, in each run; no row late, no dead letter",
		},
	}
	for _, q := range s.queries {
		if q.apart != "" {
			r.Notes = append(r.Notes, q.name+" "+q.apart)
		}
	}
	return r
}

func (s settings) describeEvents() string {
	return s.events + " of all kinds, seed " + s.seed + ", " + partitions + " partitions"
}

func row(q query, workers int, o bench.Outcome, generator bench.Usage) []any {
	cost, made := perEvent(o.CPU, o.RowsIn), perEvent(generator.CPU, o.RowsIn)
	return []any{
		q.name, q.title, int64(workers), o.RowsIn, float64(o.RowsIn) / o.Wall.Seconds(), cost, made, cost - made,
		o.RowsOut, o.Commits, percent(o.Committing.Wall, o.Wall), percent(o.Committing.CPU, o.CPU), float64(o.PeakRSS) / 1e6, "right",
	}
}

func refusedRow(q query, refused *bench.Refused) []any {
	out := make([]any, 14)
	out[0], out[1], out[13] = q.name, q.title, "refused: "+firstLine(refused)
	return out
}

// perEvent is in ns.
func perEvent(d time.Duration, events int64) float64 { return float64(d) / float64(max(events, 1)) }

func percent(part, whole time.Duration) float64 { return 100 * float64(part) / float64(max(whole, 1)) }

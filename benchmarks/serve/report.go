package serve

import (
	"fmt"
	"os"
	"runtime"

	"github.com/weirdb/weir/benchmarks/bench"
)

var columns = []bench.Column{
	{Name: "what"}, {Name: "events/s"}, {Name: "less than alone", Unit: "%", Digits: 1}, {Name: "weir", Unit: "cores", Digits: 2}, {Name: "answers"},
	{Name: "p50", Unit: "ms", Digits: 1}, {Name: "p99", Unit: "ms", Digits: 1}, {Name: "max", Unit: "ms", Digits: 1},
}

func newReport(s settings, runs []turns) *bench.Report {
	middle := bench.Median(runs, func(t turns) float64 { return loss(t) })
	r := &bench.Report{Benchmark: name, Columns: columns, Rows: [][]any{
		{"no panels", int64(middle.alone.rate), nil, middle.alone.cores, nil, nil, nil, nil},
		append([]any{fmt.Sprintf("%d panels", s.panels), int64(middle.asked.rate), loss(middle), middle.asked.cores}, times(middle.asked.all())...),
	}}
	for i, k := range kinds {
		took := middle.asked.took[i]
		took.Sort()
		r.Rows = append(r.Rows, append([]any{"of which " + k.name, nil, nil, nil}, times(took)...))
	}
	r.Facts = append(bench.Durability(s.interval, os.TempDir()),
		bench.Fact{Name: "rate", Value: fmt.Sprintf("%d events/s", s.rate)},
		bench.Fact{Name: "panels", Value: fmt.Sprintf("%d, each asks every %s over the last %s, in Arrow", s.panels, s.refresh, span)},
		bench.Fact{Name: "weir's workers", Value: fmt.Sprintf("%d, of %d cores that all processes share", s.workers, runtime.NumCPU())})
	r.Notes = []string{
		"a panel's time runs from when its refresh was due, not from when it was sent, until its answer is read",
		"the events are made in weir's process, as they are due: that is in its cores",
		fmt.Sprintf("the row is the middle of %d runs by the loss; a run is %s without panels, then %s with them, in one weir", s.runs, s.phase, s.phase),
		"each window that closed had one value in all answers, which the table has in the end; no total went back; the total was the number of records read, no row late, no record a dead letter",
	}
	return r
}

// loss is how much less weir read with panels than alone, in percent.
func loss(t turns) float64 { return 100 * (1 - t.asked.rate/t.alone.rate) }

func times(t bench.Times) []any {
	return []any{int64(len(t)), bench.Millis(t.At(0.5)), bench.Millis(t.At(0.99)), bench.Millis(t.At(1))}
}

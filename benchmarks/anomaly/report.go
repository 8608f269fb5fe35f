package anomaly

import (
	"fmt"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/engine"
)

func newReport(o engine.Options) *bench.Report {
	return &bench.Report{
		Benchmark: name,
		Facts: []bench.Fact{
			{Name: "one key", Value: fmt.Sprintf("%s rows, after %d that are not timed", o["events"], fullAfter)},
			{Name: "many keys", Value: fmt.Sprintf("%s rows of each, one of each in turn", o["rows"])},
		},
		Columns: []bench.Column{
			{Name: "detector"}, {Name: "keys"},
			{Name: "cost", Unit: "ns/event"}, {Name: "bar", Unit: "ns/event"},
			{Name: "state", Unit: "bytes"},
			{Name: "heap", Unit: "bytes/key"}, {Name: "resident", Unit: "bytes/key"}, {Name: "bar", Unit: "bytes/key"}, {Name: "peak", Unit: "bytes/key"},
			{Name: "checkpoint", Unit: "bytes/key"}, {Name: "answer"},
		},
		Notes: []string{
			"cost is CPU time; with one key of Next alone, with many of all that the operator does with a row, garbage collection and cache misses included, making the rows not",
			"state is what a detector counts of itself; heap and resident are the process's, after a garbage collection, above what they were before the first row, with the keys and the operator's own state",
			"peak is the most that was resident: Go lets as much garbage gather as there is live memory, unless GOGC or GOMEMLIMIT say other",
			"checkpoint is the state file that a commit writes; with one key the detector's bytes, not compressed",
			fmt.Sprintf("answers: with one key, the scores from a saved state on are those of the detector that was saved; with many, the scores of %d keys are those of their series alone, before and after all state was saved and loaded", watched),
		},
	}
}

func (a *alone) row() []any {
	return []any{a.method, int64(1), a.cost.Nanoseconds(), barOf(a.method, costBar), int64(a.state), nil, nil, nil, nil, int64(a.saved), "right"}
}

func barOf(method string, bar int64) any {
	if method != judged {
		return nil
	}
	return bar
}

func (k *keyed) row() []any {
	keys := int64(k.keys)
	return []any{
		judged, keys, k.cost.Nanoseconds(), int64(costBar), int64(k.state), k.heap / keys, k.resident / keys, int64(memoryBar), k.peak / keys,
		k.checkpoint / keys, "right",
	}
}

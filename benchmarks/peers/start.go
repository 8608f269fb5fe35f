package peers

import (
	"context"
	"fmt"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
)

// start is how long a system took from nothing over a full topic.
type start struct {
	ready time.Duration // until it took work: Weir reads its source, Flink's cluster takes statements
	first time.Duration // until a client had the first row of the result
	idle  bench.Usage   // what it had used when it was ready
}

// starts are the median starts, by the first row.
type starts struct{ weir, flink start }

// maxStarts are enough for a median of something that takes Flink half a minute.
const maxStarts = 3

// starts start each system as often as there are runs, but no more than maxStarts times, in turn.
func (t *trial) starts(ctx context.Context) (out starts, err error) {
	var weir, flink []start
	for range min(t.runs, maxStarts) {
		w, err := t.weirStart(ctx)
		if err != nil {
			return out, fmt.Errorf("start Weir: %w", err)
		}
		f, err := t.flinkStart(ctx)
		if err != nil {
			return out, err
		}
		fmt.Fprintf(t.log, "Weir ready after %.2f s, first row after %.2f s; Flink %.2f s and %.2f s\n",
			w.ready.Seconds(), w.first.Seconds(), f.ready.Seconds(), f.first.Seconds())
		weir, flink = append(weir, w), append(flink, f)
	}
	byFirst := func(s start) float64 { return s.first.Seconds() }
	return starts{bench.Median(weir, byFirst), bench.Median(flink, byFirst)}, nil
}

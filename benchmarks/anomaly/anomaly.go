// Package anomaly is `weir bench anomaly`: what a detector costs for each event and key, and what the detectors of many keys take.
//
//	one key      each detector by itself: Next, and nothing else                                    alone.go
//	many keys    auto behind OVER (PARTITION BY key ORDER BY ts), in the operator that views have   keyed.go
//
// A new detector comes in by itself. How good the scores are is the matter of benchmarks/nab.
package anomaly

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/detector"
)

const name = "anomaly"

// Benchmark is the command.
var Benchmark = bench.Benchmark{
	Name: name,
	Doc: "Measures what the anomaly detectors cost for each event and key on one core, and what auto takes at many keys: memory of the process, and the state in a checkpoint. " +
		"Each key has a series of its own, a row every five minutes. One detector by itself is timed over one key; auto at many keys runs in the operator that a view has, a row of each key in turn. " +
		"Answers are checked: the scores of some of the keys are those of the same series alone, and a detector that goes on from a saved state scores as one that was never stopped.",
	Example: "weir bench anomaly\nweir bench anomaly --detectors auto --keys 10000",
	Options: []engine.Option{
		{Name: "detectors", Doc: "Which detectors, such as auto,ewma; all if not given. Many keys are measured if auto is among them."},
		{Name: "keys", Doc: "How many keys auto has.", Default: "100000", Kind: engine.Integer},
		{Name: "rows", Doc: "Rows of each key; from 3024 on the state of auto is full.", Default: "3100", Kind: engine.Integer},
		{Name: "events", Doc: "Rows over which a detector by itself is timed.", Default: "200000", Kind: engine.Integer},
		bench.Runs,
	},
	Run: measure,
}

// The bars that auto is judged by.
const (
	costBar   = 3000   // ns/event
	memoryBar = 10_000 // bytes/key: 1 GB at 100,000 keys
	judged    = "auto"
)

func measure(ctx context.Context, o engine.Options, log io.Writer) (*bench.Report, error) {
	if err := bench.Positive(o, "keys", "rows", "events", bench.Runs.Name); err != nil {
		return nil, err
	}
	names, err := bench.Choice(o, "detectors", methods())
	if err != nil {
		return nil, err
	}
	r := newReport(o)
	for _, method := range names {
		fmt.Fprintf(log, "%s, one key …\n", method)
		a, err := measureAlone(ctx, method, int(o.Int("events")), int(o.Int(bench.Runs.Name)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", method, err)
		}
		r.Rows = append(r.Rows, a.row())
		if method != judged {
			continue
		}
		k, err := measureKeyed(ctx, int(o.Int("keys")), int(o.Int("rows")), log)
		if err != nil {
			return nil, fmt.Errorf("%s, %s keys: %w", method, o["keys"], err)
		}
		r.Rows = append(r.Rows, k.row())
	}
	return r, nil
}

func methods() (names []string) {
	for _, m := range detector.Methods() {
		names = append(names, m.Name)
	}
	return names
}

var errWrong = errors.New("the answer is wrong")

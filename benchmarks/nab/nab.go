// Package nab scores the detectors of operators/detector by the rule of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015,
// arXiv:1510.03336), over any folder in its layout.
//
//	data/*/*.csv ─► each detector, row by row ─► scores ─┐
//	labels.json  ─► what each row is worth ──────────────┴─► tallies by threshold ─► three profiles
//
// The threshold at which a file is judged is chosen on the other files (leave one out); that of the defaults is judged beside it. A new
// detector comes in by itself; a new profile is a line in truth.go.
package nab

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/detector"
)

const name = "nab"

// Benchmark is weir bench nab.
var Benchmark = bench.Benchmark{
	Name: name,
	Doc: "Scores the anomaly detectors by the rule of the Numenta Anomaly Benchmark, in its three profiles: 100 is perfect, 0 is to find nothing. " +
		"The folder has data/<folder>/<file>.csv with timestamp and value, and labels.json with the windows of each file. No detector sees a row before its time. " +
		"The threshold of each file is the one that is best for all other files; the default threshold is scored beside it. Each figure is given with and without a cooldown, " +
		"a silence after each detection.",
	Example:  "weir bench nab nab/\nweir bench nab nab/ --detectors auto,ewma --by folder",
	Argument: "dir",
	Options: []engine.Option{
		{Name: "dir", Doc: "The folder of the data and the labels.", Required: true},
		{Name: "detectors", Doc: "Which detectors, such as auto,ewma; all if not given."},
		{Name: "cooldown", Doc: "Rows of silence after a detection, in the figures with a cooldown.", Default: "100", Kind: engine.Integer},
		{Name: "options", Doc: "Options of the detectors, such as spikes=0,season=1 day; a detector without one of them runs without it."},
		{Name: "by", Doc: "What a row of the table is.", Default: "detector", Allowed: []string{"detector", "folder"}},
		{Name: "results", Doc: "Where the scores of each row go, as <detector>/<folder>/<file>.csv with timestamp and anomaly_score; nowhere if not given."},
	},
	Run: measure,
}

func measure(ctx context.Context, o engine.Options, log io.Writer) (*bench.Report, error) {
	methods, err := chosen(o)
	if err != nil {
		return nil, err
	}
	if err := bench.Positive(o, "cooldown"); err != nil {
		return nil, err
	}
	all, err := readCorpus(o["dir"])
	if err != nil {
		return nil, fmt.Errorf("option dir = %s: %w", o["dir"], err)
	}
	given, err := detectorOptions(o["options"], methods)
	if err != nil {
		return nil, fmt.Errorf("option options = %s: %w", o["options"], err)
	}
	c := newCorpus(all, int(o.Int("cooldown")))
	c.options = o["options"]
	var outcomes []*outcome
	for _, m := range methods {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		fmt.Fprintf(log, "%s …\n", m.Name)
		r, err := detect(m, all, of(m, given))
		if err != nil {
			return nil, err
		}
		if err := writeResults(o["results"], r, all); err != nil {
			return nil, fmt.Errorf("option results = %s: %w", o["results"], err)
		}
		outcomes = append(outcomes, c.judge(r))
	}
	if o["by"] == "folder" {
		return c.byFolder(outcomes), nil
	}
	return c.byDetector(outcomes), nil
}

// chosen are the methods asked for.
func chosen(o engine.Options) ([]*detector.Method, error) {
	var all []string
	for _, m := range detector.Methods() {
		all = append(all, m.Name)
	}
	names, err := bench.Choice(o, "detectors", all)
	if err != nil {
		return nil, err
	}
	var out []*detector.Method
	for _, n := range names {
		m, err := detector.Find(n)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	if len(out) == 0 {
		return nil, errors.New("there is no detector")
	}
	return out, nil
}

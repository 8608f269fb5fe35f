package nab

import (
	"fmt"
	"math"
	"path"

	"github.com/weirdb/weir/benchmarks/bench"
)

var standard = profiles[0]

// byDetector has a row for each detector, over all series.
func (c *corpus) byDetector(outcomes []*outcome) *bench.Report {
	r := c.report()
	r.Columns = []bench.Column{
		{Name: "detector"},
		figureOf("standard"), figureOf("low FP"), figureOf("low FN"),
		figureOf("standard, cooldown"), figureOf("low FP, cooldown"), figureOf("low FN, cooldown"),
		figureOf("default threshold"), figureOf("default, cooldown"), figureOf("hindsight"), figureOf("hindsight, cooldown"),
		{Name: "thresholds"}, {Name: "thresholds, cooldown"},
		{Name: "cost", Unit: "ns/event"}, {Name: "state", Unit: "bytes"},
	}
	for _, o := range outcomes {
		r.Rows = append(r.Rows, o.row())
	}
	return r
}

func figureOf(name string) bench.Column { return bench.Column{Name: name, Digits: 2} }

func (o *outcome) row() []any {
	row := []any{o.run.method.Name}
	for i := range o.single {
		for _, p := range profiles {
			row = append(row, p.score(total(o.single[i].validated(p))))
		}
	}
	for i := range o.single {
		row = append(row, standard.score(o.single[i].untuned()))
	}
	for i := range o.single {
		row = append(row, standard.score(o.single[i].hindsight(standard)))
	}
	for i := range o.single {
		low, high := o.single[i].between(standard)
		row = append(row, fmt.Sprintf("%.3f–%.3f", low, high))
	}
	return append(row, o.run.took.Nanoseconds()/int64(o.run.rows), int64(o.run.size))
}

func total(tallies []tally) tally {
	return sum(len(tallies), func(f int) tally { return tallies[f] })
}

// byFolder has a row for each folder and detector. The thresholds are those of the whole corpus.
func (c *corpus) byFolder(outcomes []*outcome) *bench.Report {
	r := c.report()
	r.Columns = []bench.Column{
		{Name: "folder"}, {Name: "detector"}, {Name: "windows"},
		figureOf("standard"), {Name: "found"}, {Name: "rows outside"},
		figureOf("standard, cooldown"), {Name: "found, cooldown"}, {Name: "rows outside, cooldown"},
		figureOf("default, cooldown"),
	}
	for _, folder := range c.folders() {
		for _, o := range outcomes {
			r.Rows = append(r.Rows, c.folderRow(folder, o))
		}
	}
	return r
}

func (c *corpus) folders() (out []string) {
	for i := range c.series {
		if f := path.Dir(c.series[i].name); len(out) == 0 || out[len(out)-1] != f {
			out = append(out, f)
		}
	}
	return out
}

func (c *corpus) folderRow(folder string, o *outcome) []any {
	in := func(tallies []tally) (out tally) {
		for f, t := range tallies {
			if path.Dir(c.series[f].name) == folder {
				out = out.plus(t)
			}
		}
		return out
	}
	row := []any{folder, o.run.method.Name}
	for i := range o.single {
		t := in(o.single[i].validated(standard))
		if i == 0 {
			row = append(row, int64(t.windows))
		}
		row = append(row, scoreOrNone(t), int64(t.windows-t.missed), int64(t.outside))
	}
	untuned := make([]tally, len(c.series))
	for f := range untuned {
		untuned[f] = o.single[1].standing[f][0]
	}
	return append(row, scoreOrNone(in(untuned)))
}

// scoreOrNone is nil for series without a window, of which there is no scale.
func scoreOrNone(t tally) any {
	if s := standard.score(t); !math.IsNaN(s) && !math.IsInf(s, 0) {
		return s
	}
	return nil
}

// report is what both tables have.
func (c *corpus) report() *bench.Report {
	rows, windows := 0, 0
	for i := range c.series {
		rows += len(c.series[i].values)
		windows += c.truths[i].windows
	}
	options := c.options
	if options == "" {
		options = "none: the defaults"
	}
	return &bench.Report{
		Benchmark: name,
		Facts: []bench.Fact{
			{Name: "series", Value: fmt.Sprintf("%d, with %d windows and %d rows", len(c.series), windows, rows)},
			{Name: "cooldown", Value: fmt.Sprintf("%d rows", c.cooldown)},
			{Name: "options", Value: options},
		},
		Notes: []string{
			"each series is judged at the threshold that is best for all others together, for the profile and the cooldown; thresholds has the lowest and the highest of them",
			"default threshold is what SQL has without options; hindsight is the one threshold that is best for these very series: the way in which NAB's own table is made",
			"a cooldown earns nothing by itself: scores drawn by chance come to 12 to 24 with one",
			"cost is CPU time of one core, all of Next and nothing else; state is the largest at the end of a series",
		},
	}
}

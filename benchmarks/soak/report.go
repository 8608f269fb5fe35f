package soak

import (
	"fmt"
	"os"

	"github.com/weirdb/weir/benchmarks/bench"
)

// parts are how many rows the table has.
const parts = 10

var columns = []bench.Column{
	{Name: "until", Unit: "min", Digits: 1}, {Name: "events/s", Unit: "thousands"}, {Name: "CPU", Unit: "cores", Digits: 2},
	{Name: "memory", Unit: "MB"}, {Name: "results", Unit: "MB"}, {Name: "state", Unit: "MB", Digits: 1}, {Name: "last commit", Unit: "s ago", Digits: 1},
}

func newReport(s settings, taken []sample) *bench.Report {
	r := &bench.Report{Benchmark: name, Columns: columns}
	r.Facts = append(bench.Durability(s.interval, os.TempDir()),
		bench.Fact{Name: "rate", Value: fmt.Sprintf("%d events/s, of which %.0f bids/s are read", s.rate, float64(s.rate)*bidsPerEvent)},
		bench.Fact{Name: "duration", Value: s.duration.String()},
		bench.Fact{Name: "weir's workers", Value: fmt.Sprint(s.workers)})
	for i := range parts {
		r.Rows = append(r.Rows, row(taken[i*len(taken)/parts:(i+1)*len(taken)/parts]))
	}
	second, last := taken[len(taken)/4:len(taken)/2], taken[3*len(taken)/4:]
	grown := func(of func(sample) float64) float64 { return 100 * (mean(last, of)/mean(second, of) - 1) }
	r.Notes = []string{
		fmt.Sprintf("from the second quarter to the last, memory changes by %+.1f %%, results by %+.1f %%, state by %+.1f %%",
			grown(sample.megaMemory), grown(sample.megaResults), grown(sample.megaState)),
		fmt.Sprintf("each row is the mean of %d samples; memory is what is resident, results are the database and its log, state the operators' files", len(taken)/parts),
		"the cost of making the events is in the CPU: they are made in weir's process",
		"in the end the views agreed with one another, the total was the number of records read, no row was late, no record a dead letter",
	}
	return r
}

func row(of []sample) []any {
	first, last := of[0], of[len(of)-1]
	took := (last.at - first.at).Seconds()
	return []any{
		last.at.Minutes(), int64(float64(last.records-first.records) / took * eventsPerBid / 1e3), (last.cpu - first.cpu).Seconds() / took,
		int64(mean(of, sample.megaMemory)), int64(mean(of, sample.megaResults)), mean(of, sample.megaState),
		mean(of, func(s sample) float64 { return s.open.Seconds() }),
	}
}

func mean(of []sample, what func(sample) float64) (sum float64) {
	for _, s := range of {
		sum += what(s)
	}
	return sum / float64(len(of))
}

func (s sample) megaMemory() float64  { return float64(s.memory) / 1e6 }
func (s sample) megaResults() float64 { return float64(s.results) / 1e6 }
func (s sample) megaState() float64   { return float64(s.state) / 1e6 }

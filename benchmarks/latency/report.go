package latency

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/cluster"
)

// enough is the share of the wanted rate that counts as achieved.
const enough = 0.99

var columns = []bench.Column{
	{Name: "rate", Unit: "events/s"}, {Name: "achieved", Unit: "events/s"}, {Name: "commits every", Unit: "ms"}, {Name: "seen"}, {Name: "samples"},
	{Name: "p50", Unit: "ms", Digits: 1}, {Name: "p99", Unit: "ms", Digits: 1}, {Name: "p99.9", Unit: "ms", Digits: 1}, {Name: "max", Unit: "ms", Digits: 1},
	{Name: "weir", Unit: "cores", Digits: 2}, {Name: "producer", Unit: "cores", Digits: 2}, {Name: "broker", Unit: "cores", Digits: 2},
}

func newReport(s settings, c *cluster.Cluster, outcomes []outcome) *bench.Report {
	r := &bench.Report{Benchmark: name, Columns: columns, Facts: c.Facts(), Notes: notes(s)}
	r.Facts = append(append(bench.Durability(s.intervals[0], os.TempDir())[1:], r.Facts...), // each row has its interval
		bench.Fact{Name: "producer", Value: fmt.Sprintf("franz-go, one client, linger %s, acks from all replicas (one)", linger)},
		bench.Fact{Name: "weir's workers", Value: fmt.Sprintf("%d, of %d cores that all processes share", s.workers, runtime.NumCPU())})
	for _, o := range outcomes {
		r.Rows = append(r.Rows, o.row("probe", o.probes), o.row("closed window", o.windows))
		if o.achieved < enough*float64(o.rate) {
			r.Notes = append(r.Notes, fmt.Sprintf("NOT ACHIEVED: %d events/s with commits every %s; %.0f came, events were sent up to %s late, "+
				"and that counts into their latencies", o.rate, o.interval, o.achieved, o.behind.Round(time.Millisecond)))
		}
	}
	return r
}

func (o *outcome) row(what string, t bench.Times) []any {
	var broker any
	if o.broker > 0 {
		broker = o.broker
	}
	return []any{int64(o.rate), int64(o.achieved), o.interval.Milliseconds(), what, int64(len(t)),
		bench.Millis(t.At(0.5)), bench.Millis(t.At(0.99)), bench.Millis(t.At(0.999)), bench.Millis(t.At(1)), o.weir, o.producer, broker}
}

func notes(s settings) []string {
	names := make([]string, len(views))
	for i, v := range views {
		names[i] = v.Name + ": " + v.Select
	}
	return []string{
		fmt.Sprintf("a probe's time runs from the moment when it was due to be sent, not from when it was, to the arrival of its row at a client of "+
			"GET /v1/views/%s/changes; a closed window's from its end", probesView),
		fmt.Sprintf("rows become visible with a commit, so half an interval and the commit itself are in every median; %s of warm-up do not count",
			warmUp),
		"views: " + strings.Join(names, "; ") + "; the watermark has no delay",
		"p99.9 of fewer than 1000 samples is the greatest of them",
		"producer's cores are those of the whole benchmark process: it sends, watches and checks",
		"each probe came exactly once, and each window that closed had exactly the bids that were sent with its times",
		fmt.Sprintf("each row is the middle of %d runs by the probes' p99", s.runs),
	}
}

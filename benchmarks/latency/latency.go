// Package latency measures how long an event takes from a producer through Kafka and Weir until a client sees it in a view, while
// other events come at a steady rate.
//
//	            ┌─ 1 event in n is a probe
//	load ──► topic ──► weir run (child) ──► view ──► change stream over HTTP ──► watch
//	  └────────────────────── time between ─────────────────────────────────────┘
//
// Events are sent when they are due, whether or not earlier ones have been seen, and a probe's time counts from the moment it
// was due: if anything stalls, all that waits meanwhile is late and counts as late.
//
// To measure another kind of view, add it to views and see to its rows in watch.go.
package latency

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/child"
	"github.com/weirdb/weir/benchmarks/kafka/cluster"
	"github.com/weirdb/weir/engine"
)

const name = "latency"

// Benchmark is weir bench latency.
var Benchmark = bench.Benchmark{
	Name: name,
	Doc: "Measures the time from an event's being produced to its being visible in a view, at steady rates. JSON bids go into a real Kafka; " +
		"weir runs as a process of its own; a client follows two views' changes over HTTP: a filter that lets only the probes pass, " +
		"and the number of bids in windows of 100 ms, as they close. Each probe must come once, and each window must have exactly " +
		"the bids that were sent; otherwise it is an error.",
	Example: "weir bench latency\nweir bench latency --rates 100000 --commit-interval 20ms,100ms --seconds 30\nweir bench latency --brokers 127.0.0.1:9092",
	Options: []engine.Option{
		{Name: "rates", Doc: "Events per second, separated by commas.", Default: "10000,100000,300000"},
		{Name: "commit_interval", Doc: "Times between Weir's commits, separated by commas.", Default: "50ms,500ms"},
		{Name: "seconds", Doc: "How long to measure each.", Default: "10", Kind: engine.Integer},
		{Name: "probes", Doc: "Probes per second.", Default: "200", Kind: engine.Integer},
		{Name: "workers", Doc: "Weir's workers, and the cores that it may use; all there are if not given.", Kind: engine.Integer},
		{Name: "runs", Doc: "How often each figure is taken; the table has the run in the middle by the 99th percentile.", Default: "1", Kind: engine.Integer},
		cluster.Brokers, bench.Seed, child.Program,
	},
	Run: run,
}

// settings are the options, read.
type settings struct {
	rates     []int
	intervals []time.Duration
	measured  time.Duration
	probes    int
	workers   int
	runs      int
	seed      int64
	program   string
}

func read(o engine.Options) (s settings, err error) {
	if err := bench.Positive(o, "seconds", "probes", "runs"); err != nil {
		return s, err
	}
	s = settings{
		measured: time.Duration(o.Int("seconds")) * time.Second, probes: int(o.Int("probes")), workers: runtime.NumCPU(),
		runs: int(o.Int("runs")), seed: o.Int("seed"), program: o["program"],
	}
	if o["workers"] != "" {
		if err := bench.Positive(o, "workers"); err != nil {
			return s, err
		}
		s.workers = int(o.Int("workers"))
	}
	if s.rates, err = bench.Counts(o, "rates"); err != nil {
		return s, err
	}
	for _, r := range s.rates {
		if r < s.probes {
			return s, fmt.Errorf("option rates = %s: want at least as many events as probes (%d per second)", o["rates"], s.probes)
		}
	}
	s.intervals, err = durations(o, "commit_interval")
	return s, err
}

func run(ctx context.Context, o engine.Options, log io.Writer) (*bench.Report, error) {
	s, err := read(o)
	if err != nil {
		return nil, err
	}
	c, err := cluster.Connect(ctx, o["brokers"], log, kgo.ProducerLinger(linger), kgo.MaxBufferedRecords(1<<20))
	if err != nil {
		return nil, err
	}
	outcomes, err := measureAll(ctx, s, c, log)
	r := newReport(s, c, outcomes)
	if err = errors.Join(err, c.Close()); err != nil {
		return nil, err
	}
	return r, nil
}

// measureAll takes each rate with each interval.
func measureAll(ctx context.Context, s settings, c *cluster.Cluster, log io.Writer) ([]outcome, error) {
	lines, err := templates(ctx, s.seed)
	if err != nil {
		return nil, err
	}
	var out []outcome
	for _, rate := range s.rates {
		for _, interval := range s.intervals {
			var all []outcome
			for range s.runs {
				t := trial{settings: s, cluster: c, rate: rate, interval: interval, lines: lines}
				o, err := t.run(ctx)
				if err != nil {
					return nil, fmt.Errorf("%d events/s, commits every %s: %w", rate, interval, err)
				}
				fmt.Fprintf(log, "%d events/s, commits every %s: p50 %s, p99 %s\n", rate, interval, o.probes.At(0.5), o.probes.At(0.99))
				all = append(all, o)
			}
			out = append(out, bench.Median(all, func(o outcome) float64 { return o.probes.At(0.99).Seconds() }))
		}
	}
	return out, nil
}

// durations reads an option such as '50ms,500ms'.
func durations(o engine.Options, name string) (out []time.Duration, err error) {
	for word := range strings.SplitSeq(o[name], ",") {
		d, err := engine.ParseDuration(word)
		if err != nil || d <= 0 {
			return nil, fmt.Errorf("option %s = %s: want durations, such as 50ms,500ms", name, o[name])
		}
		out = append(out, d)
	}
	return out, nil
}

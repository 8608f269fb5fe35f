// Package kafka measures Weir end to end on a real Kafka: JSON bids in a topic, views over them in a process of its own, results
// on disk. Its folders serve the other benchmarks that read a topic: bids makes the events, cluster finds or starts the broker,
// process runs what is measured, child runs weir.
//
//	bids ──► topic ──► weir run --once (child) ──► database ──┐
//	     └─► file  ──► DuckDB ────────────────────────────────┴─► equal?
//
// To add a job, see jobs.go.
package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/child"
	"github.com/weirdb/weir/benchmarks/kafka/cluster"
	"github.com/weirdb/weir/engine"
)

// Partitions of the topic.
const Partitions = 4

const name = "kafka"

// Benchmark is weir bench kafka.
var Benchmark = bench.Benchmark{
	Name: name,
	Doc: "Measures JSON events from a real Kafka through views into the result database. Bids of 260 bytes go into a fresh topic of " +
		"4 partitions; then weir runs as a process of its own to the topic's end, for one windowed aggregate, for a filter that lets " +
		"few rows pass, and for ten views at once. Every view of every run is compared with what DuckDB computes over the same " +
		"events, both ways; a run that differs is an error.",
	Example: "weir bench kafka\nweir bench kafka --events 10000000 --runs 5\nweir bench kafka --brokers 127.0.0.1:9092 --workers 1",
	Options: []engine.Option{
		{Name: "events", Doc: "How many bids the topic gets.", Default: "4000000", Kind: engine.Integer},
		{Name: "workers", Doc: "Numbers of workers, each with as many cores, separated by commas.", Default: "1,2"},
		cluster.Brokers, bench.Runs, bench.CommitInterval, bench.Seed, child.Program,
	},
	Run: run,
}

func run(ctx context.Context, o engine.Options, log io.Writer) (*bench.Report, error) {
	workers, err := bench.Counts(o, "workers")
	if err != nil {
		return nil, err
	}
	s, err := OpenStage(ctx, o, log)
	if err != nil {
		return nil, err
	}
	r, err := report(ctx, s, o, workers, log)
	if err = errors.Join(err, s.Close()); err != nil {
		return nil, err
	}
	return r, nil
}

func report(ctx context.Context, s *Stage, o engine.Options, workers []int, log io.Writer) (*bench.Report, error) {
	runs := int(o.Int("runs"))
	alone, err := measureFloor(ctx, s, runs)
	if err != nil {
		return nil, err
	}
	measured, err := measureAll(ctx, s, workers, runs, log)
	if err != nil {
		return nil, err
	}
	return newReport(s, o, alone, workers, measured), nil
}

// measurement is the median run of a job with a number of workers.
type measurement struct {
	job     string
	workers int
	child.Outcome
}

// measureAll runs each job with each number of workers. The runs of one job take turns, so that whatever else the machine does
// hits all of them.
func measureAll(ctx context.Context, s *Stage, workers []int, runs int, log io.Writer) ([]measurement, error) {
	var out []measurement
	for _, j := range jobs {
		if err := s.Expect(ctx, j.views); err != nil {
			return nil, err
		}
		all := make([][]measurement, len(workers))
		for range runs {
			for i, w := range workers {
				m, err := measure(ctx, s, j, w)
				if err != nil {
					return nil, fmt.Errorf("%s with %d workers: %w", j.name, w, err)
				}
				fmt.Fprintf(log, "%s, %d workers: %.0f events/s, %.0f ns of CPU each\n", j.name, w, s.perSecond(m.Wall), s.nanos(m.CPU))
				all[i] = append(all[i], m)
			}
		}
		for _, of := range all {
			out = append(out, bench.Median(of, func(m measurement) float64 { return m.CPU.Seconds() }))
		}
	}
	return out, nil
}

// measure is one run. Its answers are checked.
func measure(ctx context.Context, s *Stage, j job, workers int) (measurement, error) {
	dir, err := bench.TempDir()
	if err != nil {
		return measurement{}, err
	}
	defer os.RemoveAll(dir)
	if err := s.Cluster.Confine(workers); err != nil {
		return measurement{}, err
	}
	out, err := s.Once(ctx, dir, j.views, workers)
	return measurement{job: j.name, workers: workers, Outcome: out}, err
}

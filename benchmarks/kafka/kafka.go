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
	Example: "weir bench kafka\nweir bench kafka --events 10000000 --runs 5\nweir bench kafka --brokers 127.0.0.1:9092 --workers 1\nweir bench kafka --jobs tumble --runs 9",
	Options: []engine.Option{
		{Name: "events", Doc: "How many bids the topic gets.", Default: "4000000", Kind: engine.Integer},
		{Name: "jobs", Doc: "Which to run, such as tumble,filter. Without it, all."},
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
	chosen, err := chooseJobs(o)
	if err != nil {
		return nil, err
	}
	s, err := OpenStage(ctx, o, log)
	if err != nil {
		return nil, err
	}
	r, err := report(ctx, s, o, plan{chosen, workers, int(o.Int("runs"))}, log)
	if err = errors.Join(err, s.Close()); err != nil {
		return nil, err
	}
	return r, nil
}

// plan is what is measured: each job with each number of workers, so many times.
type plan struct {
	jobs    []job
	workers []int
	runs    int
}

func report(ctx context.Context, s *Stage, o engine.Options, p plan, log io.Writer) (*bench.Report, error) {
	alone, err := measureFloor(ctx, s, p.runs)
	if err != nil {
		return nil, err
	}
	var all [][]measurement
	for _, j := range p.jobs {
		of, err := measureJob(ctx, s, j, p, log)
		if err != nil {
			return nil, err
		}
		all = append(all, of...)
	}
	return newReport(s, o, alone, all), nil
}

// measurement is a run of a job with a number of workers.
type measurement struct {
	job     string
	workers int
	speedUp float64 // by wall time, over the run with the first number of workers that went before it
	child.Outcome
}

// measureJob runs a job with each number of workers, and returns the runs of each. They take turns, so that whatever else the machine does hits
// all of them.
func measureJob(ctx context.Context, s *Stage, j job, p plan, log io.Writer) ([][]measurement, error) {
	if err := s.Expect(ctx, j.views); err != nil {
		return nil, err
	}
	out := make([][]measurement, len(p.workers))
	for n := range p.runs {
		for i, w := range p.workers {
			m, err := measure(ctx, s, j, w)
			if err != nil {
				return nil, fmt.Errorf("%s with %d workers: %w", j.name, w, err)
			}
			m.speedUp = 1
			if i > 0 {
				m.speedUp = out[0][n].Wall.Seconds() / m.Wall.Seconds()
			}
			fmt.Fprintf(log, "%s, %d workers: %.0f events/s, %.0f ns of CPU each, speed-up %.2f\n", j.name, w, s.perSecond(m.Wall), s.nanos(m.CPU), m.speedUp)
			out[i] = append(out[i], m)
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

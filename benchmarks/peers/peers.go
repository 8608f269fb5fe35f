// Package peers runs the same job on Weir and on Apache Flink, side by side on one machine, over one topic of a real Kafka: JSON
// bids, counted, with their highest and mean price, by auction in windows of 10 seconds.
//
// To add a peer: a folder that starts it, and a contender in contenders.
package peers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka"
	"github.com/weirdb/weir/benchmarks/kafka/child"
	"github.com/weirdb/weir/benchmarks/kafka/cluster"
	"github.com/weirdb/weir/benchmarks/peers/flink"
	"github.com/weirdb/weir/engine"
)

const name = "peers"

// Benchmark is weir bench peers.
var Benchmark = bench.Benchmark{
	Name: name,
	Doc: "Measures Weir and Apache Flink " + flink.Version + " side by side on one job over one Kafka topic: JSON bids, tumbling windows of 10 seconds, " +
		"count, max and avg by auction. Flink runs on this machine with its state on the heap, once without checkpoints and without writing " +
		"results, its fastest, and once with checkpoints as often as Weir commits and results in files, as Weir does. Both answers are compared " +
		"with DuckDB's over the same events. It needs Java 17, and Maven and pip to fetch Flink once (350 MB).",
	Example: "weir bench peers\nweir bench peers --events 10000000 --runs 5",
	Options: []engine.Option{
		{Name: "events", Doc: "How many bids the topic gets.", Default: "4000000", Kind: engine.Integer},
		{Name: "parallelism", Doc: "Flink's parallelism, and Weir's workers; as many as there are cores if not given.", Kind: engine.Integer},
		cluster.Brokers, bench.Runs,
		{Name: "commit_interval", Doc: "Time between Weir's commits, and between Flink's checkpoints.", Default: "500ms", Kind: engine.Duration},
		bench.Seed, child.Program,
	},
	Run: run,
}

// trial is what all runs have in common.
type trial struct {
	*kafka.Stage
	jars        string         // Flink's
	flink       *flink.Cluster // while one runs
	parallelism int
	interval    time.Duration
	runs        int
	log         io.Writer
}

func run(ctx context.Context, o engine.Options, log io.Writer) (*bench.Report, error) {
	if o["parallelism"] == "" {
		o["parallelism"] = strconv.Itoa(runtime.NumCPU())
	}
	if err := bench.Positive(o, "parallelism"); err != nil {
		return nil, err
	}
	jars, err := flink.Install(ctx, log)
	if err != nil {
		return nil, err
	}
	stage, err := kafka.OpenStage(ctx, o, log)
	if err != nil {
		return nil, err
	}
	t := &trial{Stage: stage, jars: jars, parallelism: int(o.Int("parallelism")), interval: o.Duration("commit_interval"), runs: int(o.Int("runs")), log: log}
	r, err := t.measure(ctx)
	if t.flink != nil {
		err = errors.Join(err, t.flink.Stop())
	}
	if err = errors.Join(err, stage.Close()); err != nil {
		return nil, err
	}
	return r, nil
}

// measure takes the times of starting first, each with a cluster of its own; the last of these stays for the rest.
func (t *trial) measure(ctx context.Context) (*bench.Report, error) {
	if err := t.Expect(ctx, views); err != nil {
		return nil, err
	}
	starts, err := t.starts(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(t.log, "warming Flink up")
	if _, err := t.flinkRun(ctx, durable); err != nil {
		return nil, err
	}
	samples, err := t.samples(ctx)
	if err != nil {
		return nil, err
	}
	return t.report(starts, samples), nil
}

// sample is what a run of the job has cost.
type sample struct {
	bench.Usage
	commits int64 // or checkpoints
}

// contender is a system in one of its settings.
type contender struct {
	name string
	peer bool // not Weir
	run  func(context.Context) (sample, error)
}

func (t *trial) contenders() []contender {
	out := []contender{{"Weir, 1 core", false, func(ctx context.Context) (sample, error) { return t.weirRun(ctx, 1) }}}
	if t.parallelism > 1 {
		out = append(out, contender{fmt.Sprintf("Weir, %d cores", t.parallelism), false,
			func(ctx context.Context) (sample, error) { return t.weirRun(ctx, t.parallelism) }})
	}
	return append(out,
		contender{fmt.Sprintf("Flink, %d cores, no checkpoints, results dropped", t.parallelism), true,
			func(ctx context.Context) (sample, error) { return t.flinkRun(ctx, fastest) }},
		contender{fmt.Sprintf("Flink, %d cores, checkpoints, results in files", t.parallelism), true,
			func(ctx context.Context) (sample, error) { return t.flinkRun(ctx, durable) }})
}

// samples gives the median run by CPU of each contender. They take turns.
func (t *trial) samples(ctx context.Context) ([]sample, error) {
	all := t.contenders()
	taken := make([][]sample, len(all))
	for range t.runs {
		for i, c := range all {
			s, err := c.run(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			fmt.Fprintf(t.log, "%s: %.2f s, %.2f s of CPU\n", c.name, s.Wall.Seconds(), s.CPU.Seconds())
			taken[i] = append(taken[i], s)
		}
	}
	out := make([]sample, len(all))
	for i, runs := range taken {
		out[i] = bench.Median(runs, func(s sample) float64 { return s.CPU.Seconds() })
	}
	return out, nil
}

package latency

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/child"
	"github.com/weirdb/weir/benchmarks/kafka/cluster"
)

const (
	// warmUp is how long events come before latencies count.
	warmUp = 2 * time.Second
	// patience is how long the last events may take to be seen.
	patience = 60 * time.Second
)

const (
	probesView  = "probes"
	windowsView = "windows"
)

// views are what is watched.
var views = []child.View{
	{Name: probesView, Select: fmt.Sprintf("SELECT auction FROM bid WHERE bidder = %d", probeBidder)},
	{Name: windowsView, Select: fmt.Sprintf("SELECT window_start, count(*) AS bids FROM tumble(bid, date_time, INTERVAL '%d milliseconds') GROUP BY ALL",
		windowSize.Milliseconds())},
}

// trial is one rate with one commit interval.
type trial struct {
	settings
	cluster  *cluster.Cluster
	rate     int
	interval time.Duration
	lines    []template
}

// outcome is what a trial has shown.
type outcome struct {
	rate     int
	interval time.Duration
	achieved float64       // events per second, until all were acknowledged
	behind   time.Duration // the longest that an event was sent late
	probes   bench.Times   // from when a probe was due to when it was seen
	windows  bench.Times   // from a window's end to when it was seen
	weir     float64       // cores used while events came
	producer float64       // cores used by the benchmark: producing and watching
	broker   float64       // cores used by the broker, if it is ours; 0 otherwise
}

// run starts weir on a fresh topic, sends the load, and checks what came.
func (t *trial) run(ctx context.Context) (out outcome, err error) {
	dir, err := bench.TempDir()
	if err != nil {
		return out, err
	}
	defer os.RemoveAll(dir)
	topic, err := t.cluster.Create(ctx, name, partitions)
	if err != nil {
		return out, err
	}
	j := child.Job{Program: t.program, Brokers: t.cluster.Brokers, Topic: topic, Views: views, Workers: t.workers, CommitInterval: t.interval}
	live, err := j.Live(ctx, filepath.Join(dir, "weir.duckdb"))
	if err != nil {
		return out, err
	}
	if out, err = t.measure(ctx, live, topic); err != nil {
		live.Kill()
		return out, err
	}
	_, err = live.Stop()
	return out, err
}

// measure watches the views while the load runs.
func (t *trial) measure(ctx context.Context, live *child.Live, topic string) (outcome, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel(nil)
	s, begun := newSightings(), make(chan struct{}, len(views))
	for view, take := range map[string]func(seen) error{probesView: s.probe, windowsView: s.window} {
		watching.Go(func() {
			if err := watch(ctx, live.URL, view, func() { begun <- struct{}{} }, take); err != nil {
				cancel(err)
			}
		})
	}
	for range views {
		select {
		case <-begun:
		case <-ctx.Done():
			return outcome{}, context.Cause(ctx)
		}
	}
	l := &load{
		client: t.cluster.Client, topic: topic, lines: t.lines, rate: t.rate, every: t.rate / t.probes,
		total: int((warmUp + t.measured).Seconds() * float64(t.rate)),
	}
	out, err := t.during(live, func() error { return l.run(ctx) })
	if err == nil {
		err = s.complete(ctx, l)
	}
	if err != nil {
		return outcome{}, errors.Join(err, context.Cause(ctx))
	}
	out.achieved, out.behind = float64(l.total)/l.took.Seconds(), l.behind
	out.probes, out.windows = s.latencies(l.probes, l.start.Add(warmUp))
	return out, nil
}

// during measures what the processes use while f runs.
func (t *trial) during(live *child.Live, f func() error) (outcome, error) {
	weir, err := live.Usage()
	if err != nil {
		return outcome{}, err
	}
	producer, broker := bench.Self(), t.cluster.CPU()
	if err := f(); err != nil {
		return outcome{}, err
	}
	after, err := live.Usage()
	wall := after.Wall - weir.Wall
	share := func(cpu time.Duration) float64 { return cpu.Seconds() / wall.Seconds() }
	return outcome{
		rate: t.rate, interval: t.interval,
		weir: share(after.CPU - weir.CPU), producer: share(bench.Self().CPU - producer.CPU), broker: share(t.cluster.CPU() - broker),
	}, err
}

package server

import (
	"slices"
	"strconv"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
)

// scrape is the status at one scrape.
type scrape struct {
	engine.Status
	now time.Time
}

// behind is how many seconds the wall clock is ahead of an event time.
func (s *scrape) behind(t engine.Time) float64 { return seconds(engine.Time(s.now.UnixMicro()) - t) }

// reading takes the samples of one family off the status.
type reading = func(s *scrape, sample func(value float64, labels ...string))

func engineValue(value func(*engine.Status) float64) reading {
	return func(s *scrape, sample func(float64, ...string)) { sample(value(&s.Status)) }
}

func perSource(value func(*engine.SourceStatus) float64) reading {
	return func(s *scrape, sample func(float64, ...string)) {
		for i := range s.Sources {
			sample(value(&s.Sources[i]), s.Sources[i].Name)
		}
	}
}

func perQuery(value func(*engine.QueryStatus) float64) reading {
	return func(s *scrape, sample func(float64, ...string)) {
		for i := range s.Queries {
			sample(value(&s.Queries[i]), s.Queries[i].View)
		}
	}
}

func perSink(value func(*engine.SinkStatus) float64) reading {
	return func(s *scrape, sample func(float64, ...string)) {
		for i := range s.Sinks {
			sample(value(&s.Sinks[i]), s.Sinks[i].Name)
		}
	}
}

func readWaiting(s *scrape, sample func(float64, ...string)) {
	for _, source := range s.Sources {
		for _, p := range source.Partitions {
			if p.Waiting >= 0 {
				sample(float64(p.Waiting), source.Name, p.Partition)
			}
		}
	}
}

func readPartitionWatermark(s *scrape, sample func(float64, ...string)) {
	for _, source := range s.Sources {
		for _, p := range source.Partitions {
			if known(p.Watermark) {
				sample(seconds(p.Watermark), source.Name, p.Partition)
			}
		}
	}
}

// readPartitionLag reads off the watermark, which is the declared delay behind the highest event time.
func readPartitionLag(s *scrape, sample func(float64, ...string)) {
	for _, source := range s.Sources {
		for _, p := range source.Partitions {
			if known(p.Watermark) {
				sample(s.behind(p.Watermark)-source.Delay.Seconds(), source.Name, p.Partition)
			}
		}
	}
}

func readQueryWatermark(s *scrape, sample func(float64, ...string)) {
	for i := range s.Queries {
		if q := &s.Queries[i]; known(q.Watermark) {
			sample(seconds(q.Watermark), q.View)
		}
	}
}

func readWatermarkDelay(s *scrape, sample func(float64, ...string)) {
	for i := range s.Queries {
		if q := &s.Queries[i]; known(q.Watermark) {
			sample(s.behind(q.Watermark), q.View)
		}
	}
}

// perStage reads a value of each stage that has one. A stage's label is its number and what it is: "0 aggregate".
func perStage(value func(*engine.StageStatus) (float64, bool)) reading {
	return func(s *scrape, sample func(float64, ...string)) {
		for i := range s.Queries {
			q := &s.Queries[i]
			for k := range q.Stages {
				if v, ok := value(&q.Stages[k]); ok {
					sample(v, q.View, strconv.Itoa(k)+" "+q.Stages[k].Name)
				}
			}
		}
	}
}

func readInstances(s *scrape, sample func(float64, ...string)) {
	for i := range s.Queries {
		if q := &s.Queries[i]; q.Alert {
			for _, state := range []alerting.State{alerting.Pending, alerting.Firing} {
				sample(float64(q.Instances(string(state))), q.View, string(state))
			}
		}
	}
}

// readNotifications are those of sinks that read an alert.
func readNotifications(s *scrape, sample func(float64, ...string)) {
	for i := range s.Sinks {
		x := &s.Sinks[i]
		if slices.ContainsFunc(s.Queries, func(q engine.QueryStatus) bool { return q.Alert && q.View == x.View }) {
			sample(float64(x.Notifications), x.Name)
		}
	}
}

func openWindows(s *engine.StageStatus) (float64, bool) {
	if s.Held == nil || s.Held.Kind != engine.HeldWindows && s.Held.Kind != engine.HeldSessions {
		return 0, false
	}
	return float64(s.Held.Windows), true
}

func readPhases(s *scrape, sample func(float64, ...string)) {
	p := &s.Phases
	for _, x := range []struct {
		name  string
		spent time.Duration
	}{{"gather", p.Gather}, {"decode", p.Decode}, {"stages", p.Stages}, {"await", p.Await}, {"flush", p.Flush}, {"state", p.State}, {"commit", p.Commit}} {
		sample(x.spent.Seconds(), x.name)
	}
}

func readFiles(s *scrape, sample func(float64, ...string)) {
	sample(float64(s.Files.Database), "database")
	sample(float64(s.Files.Log), "log")
	sample(float64(s.Files.State), "state")
}

// known reports whether a watermark is a moment: not before the first event, nor after the end of the input.
func known(t engine.Time) bool { return t != engine.MinTime && t != engine.MaxTime }

func seconds(t engine.Time) float64 { return float64(t) / float64(time.Second/time.Microsecond) }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

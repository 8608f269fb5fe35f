package node

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metrics"
)

// watch keeps the past of the metrics for weir.metrics, and what happens meanwhile for weir.events, until ctx is done.
func (n *Node) watch(ctx context.Context) {
	registry := server.Registry(n)
	states := states{}
	n.note(engine.Event{At: time.Now(), Kind: engine.EventStart})
	defer func() { n.note(engine.Event{At: time.Now(), Kind: engine.EventStop}) }()
	tick := time.NewTicker(metrics.FineEvery)
	defer tick.Stop()
	for {
		n.sample(registry)
		n.note(states.news(time.Now(), n.Status())...)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// sample adds what /metrics says now to the past.
func (n *Node) sample(from prometheus.Gatherer) {
	families, err := from.Gather()
	if err != nil {
		n.options.Log.Error("metrics were not sampled, will retry", "error", err)
		return
	}
	before := len(n.metrics.Known())
	if left := n.metrics.Add(time.Now(), server.Samples(families)); left > 0 && before < metrics.MaxSeries {
		n.options.Log.Warn("weir.metrics does not have all series: there are too many", "most", metrics.MaxSeries, "left out", left)
	}
}

// note keeps events. That they are not kept is no reason to stop anything.
func (n *Node) note(events ...engine.Event) {
	if len(events) == 0 {
		return
	}
	if err := n.store.Note(context.Background(), events); err != nil {
		n.options.Log.Error("events were not noted in weir.events", "error", err)
	}
}

// states are the parts that do not run, and what they are instead.
type states map[string]string

// troubles are the states that are news.
var troubles = map[string]bool{"failed": true, "retrying": true, "paused": true, "backpressured": true}

// news are the events between the last status and this one.
func (s states) news(at time.Time, now engine.Status) (events []engine.Event) {
	see := func(object, state, why string) {
		before := s[object]
		switch {
		case state == before:
		case troubles[state]:
			s[object] = state
			events = append(events, engine.Event{At: at, Kind: state, Object: object, Message: why})
		case before != "" && state != "opening":
			delete(s, object)
			events = append(events, engine.Event{At: at, Kind: engine.EventRecovered, Object: object, Message: "was " + before})
		}
	}
	for _, x := range now.Sources {
		see("source "+x.Name, x.State, x.Error)
	}
	for _, x := range now.Queries {
		why := x.Error
		if x.Backpressure != "" {
			why = backpressure(now, x.Backpressure)
		}
		see("view "+x.View, x.State, why)
	}
	for _, x := range now.Sinks {
		see("sink "+x.Name, x.State, x.Error)
	}
	return events
}

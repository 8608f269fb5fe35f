package node

import (
	"context"
	"slices"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/runtime"
	"github.com/weirdb/weir/sql/catalog"
)

// watchEvery is how often it is looked whether a successor has caught up.
const watchEvery = 100 * time.Millisecond

// watchBackfills waits until a successor has come to where its view stands, or ctx is done, and returns the names of such views. As long
// as both run, that is where the view stood a moment before; the view is then held, and the successor comes up to it.
func (n *Node) watchBackfills(ctx context.Context, e *runtime.Engine) (closing []string) {
	var watched []*chase
	for _, b := range n.catalog.Backfills {
		watched = append(watched, &chase{view: b, held: n.held[b.Replaces]})
	}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for len(closing) == 0 {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			status := e.Status()
			for _, c := range watched {
				if status.Sources != nil && c.closes(&status, now) {
					closing = append(closing, c.view.Replaces)
				}
			}
		}
	}
	return closing
}

// place is a partition of a source.
type place struct{ source, partition string }

// chase is how a successor comes after its view.
type chase struct {
	view   *catalog.View
	held   map[place]int64 // where the view is held; nil if it runs
	target map[place]int64 // where the view was at some moment
	since  time.Time
}

// closeBy is how old the place may be that a successor has come to: what the view is held for takes about as long.
const closeBy = time.Second

// closes reports whether the successor is close behind, or will not come to a view that is held for it.
func (c *chase) closes(s *engine.Status, now time.Time) bool {
	if c.failed(s) {
		return c.held != nil
	}
	if c.opening(s) { // how far there is to go is not known
		return false
	}
	if c.held != nil {
		return c.reached(s, c.held)
	}
	if c.target == nil {
		c.target, c.since = c.ahead(s), now
	}
	if !c.reached(s, c.target) {
		return false
	}
	inTime := now.Sub(c.since) <= closeBy
	c.target = nil
	return inTime
}

// ahead is where the sources stand for everybody else.
func (c *chase) ahead(s *engine.Status) map[place]int64 {
	out := map[place]int64{}
	for i := range s.Sources {
		for _, p := range s.Sources[i].Partitions {
			if c.view.Reads(s.Sources[i].Name) {
				out[place{s.Sources[i].Name, p.Partition}] = p.Next
			}
		}
	}
	return out
}

// failed reports whether the successor, or a source that it reads, has stopped.
func (c *chase) failed(s *engine.Status) bool {
	return slices.ContainsFunc(s.Queries, func(q engine.QueryStatus) bool { return q.View == c.view.Name && q.Error != "" }) ||
		slices.ContainsFunc(s.Sources, func(x engine.SourceStatus) bool {
			return x.Error != "" && slices.ContainsFunc(c.view.Sources, func(read string) bool { return x.Name == aside(read, c.view.Replaces) })
		})
}

// opening reports whether a source, as the view or its successor reads it, has not answered yet.
func (c *chase) opening(s *engine.Status) bool {
	return slices.ContainsFunc(s.Sources, func(x engine.SourceStatus) bool {
		waits := x.State == "opening" || x.State == "retrying"
		return waits && slices.ContainsFunc(c.view.Sources, func(read string) bool { return x.Name == read || x.Name == aside(read, c.view.Replaces) })
	})
}

// reached reports whether the successor has come to a place.
func (c *chase) reached(s *engine.Status, target map[place]int64) bool {
	at := map[place]int64{}
	for i := range s.Sources {
		for _, p := range s.Sources[i].Partitions {
			at[place{s.Sources[i].Name, p.Partition}] = p.Next
		}
	}
	for to, next := range target {
		if at[place{aside(to.source, c.view.Replaces), to.partition}] < next {
			return false
		}
	}
	return true
}

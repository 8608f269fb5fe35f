package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/runtime"
	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/parse"
)

// A view's successor reads its sources by itself, so that the others need not go back with it. When it has caught up, the engine
// commits and stops; the successor takes the view's place in one transaction, and the engine goes on.
//
//	engine │ bid ─► v, w                                          │ commit │ v := v (backfill) │ bid ─► v, w
//	       │ bid (backfill of v) ─► v (backfill)   … caught up: ──┘        │ in DuckDB         │

// aside is what a source is called while a view's successor reads it.
func aside(source, view string) string { return source + " (backfill of " + view + ")" }

// addBackfills adds the successors that are being computed, and the sources that they read aside.
func (n *Node) addBackfills(c *runtime.Config) error {
	for _, b := range n.catalog.Backfills {
		q, err := n.build(b)
		if err != nil {
			return err
		}
		for i := range q.Inputs {
			in := &q.Inputs[i]
			at := slices.IndexFunc(c.Sources, func(s runtime.Source) bool { return s.Name == in.Source })
			if at < 0 || c.Sources[at].Table {
				continue
			}
			source := c.Sources[at]
			source.Of, source.Name = source.Name, aside(source.Name, b.Replaces)
			in.Source = source.Name
			if !slices.ContainsFunc(c.Sources, func(s runtime.Source) bool { return s.Name == source.Name }) {
				c.Sources = append(c.Sources, source)
			}
		}
		c.Queries = append(c.Queries, q)
		c.Views[b.Name] = n.viewInfo(b)
	}
	c.Sources = slices.DeleteFunc(c.Sources, func(s runtime.Source) bool { return n.readByHeld(s) && !readByAny(c.Queries, s) })
	return nil
}

// readByHeld reports whether a view that is held reads a source. If nobody else does, there is no need to read it.
func (n *Node) readByHeld(s runtime.Source) bool {
	return slices.ContainsFunc(n.catalog.Views, func(v *catalog.View) bool { return n.held[v.Name] != nil && v.Reads(s.Name) })
}

func readByAny(queries []engine.Query, s runtime.Source) bool {
	return slices.ContainsFunc(queries, func(q engine.Query) bool {
		return slices.ContainsFunc(q.Inputs, func(in engine.Input) bool { return in.Source == s.Name })
	})
}

// viewInfo is what the engine is told of a view beside its query.
func (n *Node) viewInfo(v *catalog.View) runtime.ViewInfo {
	return runtime.ViewInfo{
		SQL: v.Select, Emit: v.Emit, From: v.Begins(n.options.From), Paused: n.catalog.Paused(v.Kind(), v.Name),
		Alert: v.Alert != nil,
	}
}

// succeedAll puts the successors that have come as far as their views in their places. Views whose successors are close behind are held
// where they are; one that was held, and was not reached, has a successor that has failed.
func (n *Node) succeedAll(ctx context.Context, closing []string) error {
	n.asking.Lock()
	defer n.asking.Unlock()
	last, err := n.store.Load(ctx)
	if err != nil {
		return err
	}
	before := n.held
	n.held = map[string]map[place]int64{}
	for _, b := range slices.Clone(n.catalog.Backfills) {
		stands, reached := positionsOf(last, b.Replaces), positionsOf(last, b.Name)
		if !covers(reached, stands, b.Replaces) {
			if before[b.Replaces] == nil && slices.Contains(closing, b.Replaces) {
				n.held[b.Replaces] = stands
			}
			continue
		}
		if err := n.succeed(ctx, b); err != nil {
			return fmt.Errorf("replace view %s by its successor: %w", b.Replaces, err)
		}
	}
	return nil
}

// positionsOf is where a view stands.
func positionsOf(c engine.Checkpoint, view string) map[place]int64 {
	out := map[place]int64{}
	for _, p := range c.Positions {
		if p.Query == view {
			out[place{p.Source, p.Partition}] = p.Next
		}
	}
	return out
}

// covers reports whether a successor has come as far as its view, in the sources that it reads.
func covers(reached, stands map[place]int64, view string) bool {
	read := map[string]bool{}
	for at := range reached {
		read[at.source] = true
	}
	for at, next := range stands {
		as := aside(at.source, view)
		if got, ok := reached[place{as, at.partition}]; read[as] && (!ok || got < next) {
			return false
		}
	}
	return len(reached) > 0
}

// succeed puts one successor in its view's place: in the database, then in the catalog.
func (n *Node) succeed(ctx context.Context, b *catalog.View) error {
	s := duckdb.Succession{From: b.Name, To: b.Replaces, Sources: map[string]string{}}
	for _, source := range b.Sources {
		s.Sources[aside(source, b.Replaces)] = source
	}
	entry := duckdb.Entry{Kind: string(parse.View), Name: b.Replaces, SQL: b.Text}
	var err error
	if entry.Plan, err = plan.Marshal(b.Plan); err != nil {
		return err
	}
	created, err := n.createdAt(ctx, b.Name)
	if err != nil {
		return err
	}
	entry.Created = created
	err = n.store.Change(ctx, func(c *duckdb.Catalog) error {
		return errors.Join(c.Succeed(s), c.Delete(string(parse.View), b.Name), c.Put(entry))
	})
	if err == nil {
		err = n.catalog.Succeed(b)
	}
	if err == nil {
		n.tellAbouts()
		n.options.Log.Info("a view was replaced by its successor, which has caught up", "view", b.Replaces)
	}
	return err
}

// createdAt is when a view was defined: its late rows have come since.
func (n *Node) createdAt(ctx context.Context, view string) (time.Time, error) {
	entries, err := n.store.Entries(ctx)
	for _, e := range entries {
		if e.Kind == string(parse.View) && e.Name == view {
			return e.Created, err
		}
	}
	return time.Time{}, err
}

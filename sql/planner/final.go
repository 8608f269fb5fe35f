package planner

import (
	"errors"
	"slices"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/sql/duckplan"
)

// neverCloses says that a part of a query has no rows which the watermark proves final, so that the view can be kept only by
// writing changes.
type neverCloses struct {
	Construct string // as a user would call it
	Instead   string // what makes it close
	Position  int    // byte offset in the text, -1 if not known
}

// Error implements error.
func (n *neverCloses) Error() string { return n.Construct + " never closes" }

// planFor builds the plan for what WITH (emit = …) asks for. Without it, rows are written once where the whole query closes, and
// as changes otherwise.
func (b *builder) planFor(root duckplan.Operator, emit string) (plan.Node, string, error) {
	node, emit, err := b.planAs(root, emit)
	if err == nil {
		err = b.checkLateness(node)
	}
	return node, emit, err
}

func (b *builder) planAs(root duckplan.Operator, emit string) (plan.Node, string, error) {
	if b.ttl > 0 && emit == engine.EmitClose {
		return nil, "", &duckplan.Mistake{Message: "state_ttl and emit = 'close': rows that are written once are not taken back; leave one of them out", Position: -1}
	}
	if emit == engine.EmitChanges || b.ttl > 0 {
		emit = engine.EmitChanges
		node, err := b.build(root)
		return node, emit, err
	}
	b.final = true
	node, err := b.build(root)
	var open *neverCloses
	switch {
	case errors.As(err, &open) && emit == engine.EmitClose:
		return nil, "", &duckplan.Unsupported{Construct: "emit = 'close' for " + open.Construct, Instead: open.Instead, Position: open.Position}
	case errors.As(err, &open):
		b.final = false
		node, err = b.build(root)
		return node, engine.EmitChanges, err
	case err != nil:
		return nil, "", err
	case waits(node), looksUp(node) && emit == engine.EmitClose:
		return node, engine.EmitClose, nil
	case emit == engine.EmitClose:
		return nil, "", &duckplan.Unsupported{
			Construct: "emit = 'close' without a window", Position: -1,
			Instead: "group by a window over the source's WATERMARK column, such as tumble(…), or use emit = 'changes'",
		}
	case looksUp(node):
		b.final = false
		node, err = b.build(root)
		return node, engine.EmitChanges, err
	}
	return node, engine.EmitChanges, nil
}

// waits reports whether some node holds rows back until the watermark has passed them.
func waits(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Join:
		if !n.Lookup {
			return true
		}
	case *plan.Scan, *plan.Filter, *plan.Project, *plan.Expand, *plan.Union:
	default:
		return true
	}
	return slices.ContainsFunc(streamed(n), waits)
}

// updating reports whether a node takes rows back.
func updating(n plan.Node) bool {
	changes := false
	switch n := n.(type) {
	case *plan.Scan:
		changes = n.Table
	case *plan.Expire:
		changes = true
	case *plan.Aggregate:
		changes = n.Changes
	case *plan.Relational:
		changes = n.Changes && len(n.From) > 0 // constants are there once and for all
	case *plan.TopN:
		changes = true
	case *plan.Join: // pairs, and rows that have a partner, only come where rows only come
		changes = n.Changes && n.Kind != plan.InnerJoin && n.Kind != plan.SemiJoin
	}
	return changes || slices.ContainsFunc(streamed(n), updating)
}

// streamed are the inputs whose rows a node's rows are made of as they come: not the table that a look-up keeps.
func streamed(n plan.Node) []plan.Node {
	if j, ok := n.(*plan.Join); ok && j.Lookup {
		return []plan.Node{j.Left}
	}
	return n.Inputs()
}

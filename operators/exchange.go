package operators

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
)

// exchange says how the rows of one input of an operator are divided among its shards.
type exchange struct {
	*splitter
	eventTime int // the column of the event time, -1 if it is not there
}

// exchangesOf are the exchanges in front of an operator in which rows meet, one for each input: rows that may meet have equal keys.
func exchangesOf(n plan.Node, mem memory.Allocator) ([]*exchange, error) {
	switch n := n.(type) {
	case *plan.Aggregate:
		columns := make([]int, len(n.Groups))
		for i, g := range n.Groups {
			columns[i] = g.Index
		}
		return []*exchange{{newSplitter(columns, mem), n.EventTime}}, nil
	case *plan.Relational:
		out := make([]*exchange, len(n.From))
		for i := range n.From {
			out[i] = &exchange{newSplitter(n.Keys[i], mem), n.EventTime[i]}
		}
		return out, nil
	case *plan.Expire: // any division that a snapshot can follow
		return []*exchange{{newSplitter(allColumns(n), mem), n.Time}}, nil
	case *plan.Unique:
		return []*exchange{{newSplitter(n.Keys, mem), n.Time}}, nil
	case *plan.Alert:
		columns := make([]int, len(n.Keys))
		for i := range columns {
			columns[i] = n.Values + i
		}
		time := -1
		if n.Time != nil {
			time = n.Time.Group
		}
		return []*exchange{{newSplitter(columns, mem), time}}, nil
	case *plan.Session:
		return []*exchange{{newSplitter(n.Keys, mem), n.Time}}, nil
	case *plan.Asof:
		return asofExchanges(n, mem), nil
	case *plan.Over:
		return []*exchange{{newSplitter(n.Partition, mem), n.Time}}, nil
	case *plan.TopN:
		return []*exchange{{newSplitter(n.Keys, mem), -1}}, nil
	case *plan.Join:
		return joinExchanges(n, mem), nil
	}
	return nil, fmt.Errorf("no exchange for %s", n.Describe())
}

func allColumns(n plan.Node) []int {
	out := make([]int, len(n.Columns()))
	for i := range out {
		out[i] = i
	}
	return out
}

func joinExchanges(n *plan.Join, mem memory.Allocator) []*exchange {
	out := pairExchanges(n.Keys, mem)
	if n.Bounds != nil {
		out[0].eventTime, out[1].eventTime = n.Bounds.Left, n.Bounds.Right
	}
	return out
}

func asofExchanges(n *plan.Asof, mem memory.Allocator) []*exchange {
	out := pairExchanges(n.Keys, mem)
	out[0].eventTime, out[1].eventTime = n.LeftTime, n.RightTime
	return out
}

// pairExchanges divide two inputs by the columns that must be equal.
func pairExchanges(keys []plan.KeyPair, mem memory.Allocator) []*exchange {
	left, right := make([]int, len(keys)), make([]int, len(keys))
	for i, k := range keys {
		left[i], right[i] = k.Left, k.Right
	}
	return []*exchange{{newSplitter(left, mem), -1}, {newSplitter(right, mem), -1}}
}

// looksUp reports whether a plan looks tables up. All tables that it reads then stand behind look-ups: they are read anew at each
// start, and what is kept of them need not be written at each commit.
func looksUp(root plan.Node) (found bool) {
	plan.Walk(root, func(n plan.Node) { found = found || isLookup(n) })
	return found
}

func isLookup(n plan.Node) bool {
	j, ok := n.(*plan.Join)
	return ok && j.Lookup
}

// isAnew reports whether all that an operator keeps comes from tables.
func isAnew(n plan.Node) bool { return isLookup(n) || plan.Static(n) }

// passes reports whether an operator only leaves rows out.
func passes(n plan.Node) bool {
	_, ok := n.(*plan.Unique)
	return ok
}

// gathers reports whether an operator's rows for a watermark come out at the flush behind it.
func gathers(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Aggregate:
		return n.Changes
	case *plan.Relational:
		return n.Changes
	case *plan.Join:
		return n.Changes
	case *plan.TopN:
		return true
	case *plan.Alert:
		return n.Updating
	}
	return false
}

// behind is by how much an operator's rows may come behind the watermark that it was told.
func behind(n plan.Node) engine.Time {
	switch n := n.(type) {
	case *plan.Join:
		if n.Bounds != nil {
			return engine.Time(max(n.Bounds.High, -n.Bounds.Low, 0))
		}
	case *plan.Aggregate:
		return lateness(n.Window)
	case *plan.Relational:
		return lateness(n.Window)
	}
	return 0
}

func lateness(w *plan.WindowKey) engine.Time {
	if w == nil {
		return 0
	}
	return engine.Time(w.Lateness)
}

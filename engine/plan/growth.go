package plan

import (
	"fmt"
	"slices"
)

// State says what a node keeps between batches.
type State struct {
	Node  string // as Describe prints it
	Keeps string
	// Grows says that nothing bounds it: it grows with the input, or with the number of keys in it.
	Grows bool
}

// StateOf lists what the nodes of a plan keep, from the top down. Behind state_ttl nothing grows for ever.
func StateOf(root Node) []State {
	var out []State
	bounded := expires(root)
	Walk(root, func(n Node) {
		keeps, grows := keptBy(n)
		if keeps != "" {
			out = append(out, State{Node: n.Describe(), Keeps: keeps, Grows: grows && !bounded})
		}
	})
	return out
}

func expires(root Node) (found bool) {
	Walk(root, func(n Node) {
		_, expire := n.(*Expire)
		found = found || expire
	})
	return found
}

// keptBy describes a node's state; empty if it has none.
func keptBy(n Node) (keeps string, grows bool) {
	switch n := n.(type) {
	case *Scan:
		if n.Unique != nil {
			return "the unique keys of the last " + micros(2*n.Unique.Within) + " before the watermark, and of what is ahead of it", false
		}
	case *Aggregate:
		switch {
		case n.Window != nil:
			return "the groups of open windows" + n.Window.andLate(), false
		case len(n.Groups) == 0:
			return "one group", keepsValues(n)
		}
		return "a group for each distinct key", true
	case *Relational:
		switch {
		case len(n.From) == 0:
			return "", false
		case n.Window != nil:
			return "the rows of open windows" + n.Window.andLate(), false
		}
		return "all rows of its input", true
	case *Join:
		return keptByJoin(n)
	case *Over:
		return keptByOver(n)
	case *Session:
		return "the rows of open sessions", false
	case *Asof:
		return "the left rows that the watermark has not passed, and the newest right row of each key", false
	case *TopN:
		return keptByTopN(n)
	case *Expire:
		return "the rows of the last " + micros(n.TTL), false
	case *Alert:
		return keptByAlert(n), false
	}
	return "", false
}

func keptByJoin(n *Join) (string, bool) {
	if n.Lookup {
		return "the rows of the table", false
	}
	if n.Bounds != nil && !n.Changes {
		return fmt.Sprintf("the rows that may still match: %s of event time", micros(n.Bounds.High-n.Bounds.Low)), false
	}
	return "all rows of both sides", true
}

// keptByAlert: what has been added is counted, so as to know when it has gone. That is bounded as its input is, which says so if it is not.
func keptByAlert(n *Alert) string {
	if n.Updating {
		return "its input's rows"
	}
	return "the instances that are pending or firing"
}

// keptByTopN: rows behind the first come back only where those before them can be taken away.
func keptByTopN(n *TopN) (string, bool) {
	first := fmt.Sprintf("the first %d rows", n.Limit)
	if len(n.Keys) > 0 {
		first += " of each distinct key"
	}
	if n.AppendOnly {
		return first, len(n.Keys) > 0
	}
	return first + ", and all rows that may take their place", true
}

// hoards are the aggregates that keep all values, or how often each comes. The others keep a few numbers.
var hoards = map[string]bool{
	"list": true, "array_agg": true, "string_agg": true, "group_concat": true, "listagg": true, "histogram": true, "mode": true, "entropy": true, "mad": true,
	"median": true, "quantile_cont": true, "quantile_disc": true, "quantile": true,
}

// keepsValues reports whether some call of an aggregate keeps every value it has seen, or every distinct one.
func keepsValues(n *Aggregate) bool {
	return slices.ContainsFunc(n.Calls, func(c AggregateCall) bool { return c.Distinct || hoards[c.Name] })
}

func keptByOver(n *Over) (string, bool) {
	keeps, framed := "the rows that the watermark has not passed", false
	for i := range n.Calls {
		if d := n.Calls[i].Detector; d != nil {
			keeps += ", " + d.state(len(n.Partition) > 0)
			continue
		}
		framed = true
	}
	if framed {
		keeps += ", and those that frames look back to"
	}
	return keeps, unboundedFrame(n)
}

// unboundedFrame reports whether some frame reaches back to the first row of its partition.
func unboundedFrame(n *Over) bool {
	for i := range n.Calls {
		if n.Calls[i].Start.Kind == UnboundedPreceding && (n.Calls[i].Detector == nil || len(n.Partition) > 0) {
			return true
		}
	}
	return false
}

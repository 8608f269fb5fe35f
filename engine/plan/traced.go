package plan

import "github.com/weirdb/weir/engine/types"

// Traced is a plan with one column more, the last: of each row, a column of the event that it was made of. That works where every row comes
// from one event, as it comes, and is made of nothing that is kept: scans, filters, projections, windows that an event is in, unions.
// It returns false for other plans. The plan given is left as it is.
//
//	project  auction, price * 2               project  auction, price * 2, _trace_context
//	  filter price > 100               ─►       filter price > 100
//	    scan bid: auction, price                  scan bid: auction, price, _trace_context
func Traced(n Node, of types.Field) (Node, bool) {
	switch n := n.(type) {
	case *Scan:
		return tracedScan(n, of)
	case *Filter:
		from, ok := Traced(n.From, of)
		return &Filter{From: from, Predicates: n.Predicates}, ok
	case *Project:
		from, ok := Traced(n.From, of)
		last := Col(len(n.From.Columns()), of.Name, of.Type)
		return &Project{From: from, Exprs: with(n.Exprs, last), Names: with(n.Names, of.Name)}, ok
	case *Expand:
		return tracedExpand(n, of)
	case *Union:
		out := &Union{Names: with(n.Names, of.Name)}
		for _, in := range n.From {
			from, ok := Traced(in, of)
			if !ok {
				return nil, false
			}
			out.From = append(out.From, from)
		}
		return out, true
	}
	return nil, false
}

// tracedScan reads the column too. Rows of tables come from no event; and what tells events apart that came before is kept as it is read.
func tracedScan(n *Scan, of types.Field) (Node, bool) {
	if n.Table || n.Unique != nil {
		return nil, false
	}
	out := *n
	out.Read = with(n.Read, of)
	return &out, true
}

// tracedExpand moves the column behind those that the node adds.
func tracedExpand(n *Expand, of types.Field) (Node, bool) {
	from, ok := Traced(n.From, of)
	if !ok {
		return nil, false
	}
	out := &Project{From: &Expand{From: from, Lists: n.Lists, Names: n.Names}}
	width := len(n.From.Columns())
	for i, c := range n.Columns() {
		if i >= width {
			i++
		}
		out.Exprs, out.Names = append(out.Exprs, Col(i, c.Name, c.Type)), append(out.Names, c.Name)
	}
	out.Exprs, out.Names = append(out.Exprs, Col(width, of.Name, of.Type)), append(out.Names, of.Name)
	return out, true
}

// with is a list with one more at its end. It leaves the list as it is.
func with[T any](list []T, last T) []T { return append(list[:len(list):len(list)], last) }

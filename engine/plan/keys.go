package plan

import "slices"

// Keys are the columns of a plan's result by which its rows are told apart: no two rows have the same values in all of them. Empty says
// that there is one row at most; known is false where the plan does not say.
//
//	project window_start, country, revenue / 100     columns 0, 1
//	  aggregate sum(price) by window_start, country  columns 0, 1
func Keys(n Node) (columns []int, known bool) {
	switch n := n.(type) {
	case *Aggregate:
		columns = []int{}
		for i := range n.Groups {
			columns = append(columns, i)
		}
		return columns, true
	case *Filter, *TopN, *Over, *Expire: // rows less, or columns behind the others
		return Keys(n.Inputs()[0])
	case *Project:
		return projectedKeys(n)
	}
	return nil, false
}

// projectedKeys finds the input's keys among what is projected. Without one of them, rows may be the same.
func projectedKeys(n *Project) (columns []int, known bool) {
	of, known := Keys(n.From)
	if !known {
		return nil, false
	}
	columns = []int{}
	for _, key := range of {
		at := slices.IndexFunc(n.Exprs, func(e *Expr) bool { return e.Kind == Column && e.Index == key })
		if at < 0 {
			return nil, false
		}
		columns = append(columns, at)
	}
	return columns, true
}

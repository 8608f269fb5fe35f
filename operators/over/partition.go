package over

import (
	"math"
	"slices"

	"github.com/weirdb/weir/operators/rowstore"
)

const (
	noTime   = math.MinInt64     // before every row
	nullTime = math.MaxInt64     // of rows without a time: they come last
	infinity = math.MaxInt64 - 1 // of rows at the end of time, which Arrow has at MaxInt64
)

// partition is what is kept of the final rows of a partition, in their order.
//
//	first ├──┤ the first rows, where a call asks for them by number
//	       history ├──────────┤ last      the ones behind them that frames still reach; between, there may be a gap
type partition struct {
	first   []rowstore.Ref
	history []past
	last    int64 // time of the newest final row, noTime without
}

type past struct {
	time int64
	row  rowstore.Ref
}

// reach is how far back calls look from a row.
type reach struct {
	first    int   // rows from the beginning of the partition
	rows     int   // rows before the current one
	interval int64 // microseconds before the current row's time; negative for none
	all      bool
}

// join makes a reach that holds both.
func (r reach) join(o reach) reach {
	return reach{max(r.first, o.first), max(r.rows, o.rows), max(r.interval, o.interval), r.all || o.all}
}

// past finds the history's first row that is still in reach of rows from the time bound on.
func (r reach) cut(history []past, bound int64) int {
	if r.all {
		return 0
	}
	keep := max(0, len(history)-r.rows)
	if r.interval < 0 || bound == noTime {
		return keep
	}
	from := bound - r.interval
	if from > bound { // before the beginning of time
		return 0
	}
	i, _ := slices.BinarySearchFunc(history, from, func(p past, t int64) int {
		if p.time < t {
			return -1
		}
		return 1
	})
	return min(keep, i)
}

// back returns the row that is n before the end of the partition, 1 for the last, and whether there is one.
func (p *partition) back(n int) (rowstore.Ref, bool) {
	if n <= len(p.history) {
		return p.history[len(p.history)-n].row, true
	}
	if n -= len(p.history); n <= len(p.first) {
		return p.first[len(p.first)-n], true
	}
	return 0, false
}

// add appends a final row.
func (p *partition) add(e entry, r reach) {
	p.last = e.time
	if len(p.first) < r.first {
		p.first = append(p.first, e.row)
		return
	}
	p.history = append(p.history, past{e.time, e.row})
}

// trim drops what is out of reach.
func (p *partition) trim(r reach, bound int64, rows *rowstore.Store) {
	n := r.cut(p.history, bound)
	if n == 0 {
		return
	}
	for _, x := range p.history[:n] {
		rows.Drop([]rowstore.Ref{x.row})
	}
	p.history = slices.Delete(p.history, 0, n)
}

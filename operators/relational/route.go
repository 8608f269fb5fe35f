package relational

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/operators/keys"
)

// route divides rows among the panes of their windows, a run of equal windows at a time. Rows of closed windows are noted in
// o.work.late.
func (o *Operator) route(key []arrow.Array, rows []uint32) error {
	for _, p := range o.panes.hit {
		p.rows = p.rows[:0]
	}
	o.panes.hit, o.work.late = o.panes.hit[:0], o.work.late[:0]
	if len(rows) == 0 {
		return nil
	}
	if o.window < 0 {
		return o.routeRun(windowKey{}, rows)
	}
	values := keys.Integers(key[o.window], &o.work.values)
	valid := keys.ValidityOf(key[o.window])
	for len(rows) > 0 {
		k, n := firstRun(values, &valid, rows)
		if err := o.routeRun(k, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// firstRun is the window of the first row, and how many rows in a row have it.
func firstRun(values []int64, valid *keys.Validity, rows []uint32) (windowKey, int) {
	k := keyAt(values, valid, rows[0])
	for i, r := range rows {
		if keyAt(values, valid, r) != k {
			return k, i
		}
	}
	return k, len(rows)
}

// keyAt is the window of a row. What lies under NULL does not count.
func keyAt(values []int64, valid *keys.Validity, row uint32) windowKey {
	if valid.Null(row) {
		return windowKey{null: true}
	}
	return windowKey{value: values[row]}
}

func (o *Operator) routeRun(k windowKey, run []uint32) error {
	if o.bound.closed(k) {
		o.work.late = append(o.work.late, run...)
		return nil
	}
	p, err := o.panes.at(k, o.newPane)
	if err != nil {
		return err
	}
	if len(p.rows) == 0 {
		o.panes.hit = append(o.panes.hit, p)
	}
	p.rows = append(p.rows, run...)
	return nil
}

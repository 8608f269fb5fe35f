package aggregate

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/keys"
)

// Restore implements engine.Snapshotter: it takes in the groups whose hash this instance owns.
func (o *Operator) Restore(r engine.StateReader) error {
	if o.window >= 0 {
		if err := read(r, closedSection, o.mergePassed); err != nil {
			return err
		}
	}
	kept := o.bound
	o.bound = openBound() // state of open windows is never late, whatever another instance has closed
	err := o.readGroups(r)
	o.bound = kept
	if len(o.config.Node.Groups) == 0 { // where DISTINCT keeps all there is to save, no column says that the group has its row
		for _, p := range o.panes.all() {
			p.changes.settle(p.table.Len())
		}
	}
	if err != nil || o.window < 0 {
		return err
	}
	return read(r, closedSection, o.mergeClosed)
}

func (o *Operator) readGroups(r engine.StateReader) error {
	err := read(r, groupsSection, func(rows arrow.RecordBatch) error {
		return o.restoreRows(r, rows, o.mergeGroups)
	})
	for i, c := range o.calls {
		if err != nil || !c.distinct {
			continue
		}
		err = read(r, distinctSection(i), func(rows arrow.RecordBatch) error {
			return o.restoreRows(r, rows, func(p *pane, groups []uint32, saved []arrow.Array) error {
				return c.restore(&p.partials[i], groups, p.rows, saved)
			})
		})
	}
	return err
}

// restoreRows gives merge the rows that this instance owns, for each pane that they belong to.
func (o *Operator) restoreRows(r engine.StateReader, rows arrow.RecordBatch, merge mergeFunc) error {
	n := len(o.config.Node.Groups)
	if err := o.route(rows, o.window, o.owned(r, rows, n)); err != nil {
		return err
	}
	var columns []int
	for i := range n {
		if i != o.window {
			columns = append(columns, i)
		}
	}
	for _, p := range o.panes.hit {
		groups := o.find(p, o.pick(rows, columns), p.rows)
		if err := merge(p, groups, rows.Columns()[n:]); err != nil {
			return err
		}
		for len(p.changes.dirty) < p.table.Len() {
			p.changes.dirty = append(p.changes.dirty, false)
		}
		p.shown = !p.key.null && p.key.value < o.passed
		if !o.held(p) {
			p.changes.settle(p.table.Len())
		}
	}
	return nil
}

// mergeFunc adds the pane's rows of saved columns to groups, one for each of the rows.
type mergeFunc func(p *pane, groups []uint32, saved []arrow.Array) error

// owned lists the rows whose key, in the first n columns, this instance is responsible for.
func (o *Operator) owned(r engine.StateReader, rows arrow.RecordBatch, n int) []uint32 {
	hashes := make([]uint64, rows.NumRows())
	keys.Hash(rows.Columns()[:n], hashes)
	var owned []uint32
	for i, h := range hashes {
		if r.Owns(h) {
			owned = append(owned, uint32(i))
		}
	}
	return owned
}

func (o *Operator) mergeGroups(p *pane, groups []uint32, saved []arrow.Array) error {
	for i := range p.partials {
		if p.partials[i].seen != nil {
			continue
		}
		n := len(p.partials[i].state())
		if err := p.partials[i].merge(groups, p.rows, saved[:n]); err != nil {
			return err
		}
		saved = saved[n:]
	}
	if p.live != nil {
		rows := keys.Values[int64](saved[0])
		for i, g := range groups {
			p.live[g] += rows[p.rows[i]]
		}
	}
	return nil
}

// restore feeds saved distinct arguments as if they came for the first time.
func (c *call) restore(p *partial, groups, rows []uint32, saved []arrow.Array) error {
	c.args = append(c.args[:0], saved...)
	return c.update(p, groups, rows)
}

func (o *Operator) mergePassed(rows arrow.RecordBatch) error {
	for _, passed := range keys.Values[int64](rows.Column(2)) {
		o.passed = max(o.passed, passed)
	}
	return nil
}

func (o *Operator) mergeClosed(rows arrow.RecordBatch) error {
	before, null := keys.Values[int64](rows.Column(0)), rows.Column(1).(*array.Boolean)
	for i, b := range before {
		o.bound.before = max(o.bound.before, b)
		o.bound.null = o.bound.null || null.Value(i)
	}
	return nil
}

func read(r engine.StateReader, section string, yield func(arrow.RecordBatch) error) error {
	if err := r.Read(section, yield); err != nil {
		return fmt.Errorf("aggregate: read state %s: %w", section, err)
	}
	return nil
}

package aggregate

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/closing"
	"github.com/weirdb/weir/operators/keys"
)

// Operator groups and aggregates. It implements engine.Operator, engine.Flusher and engine.Snapshotter.
type Operator struct {
	config  Config
	calls   []*call
	window  int   // position of the window key among the groups, -1 without one
	columns []int // the other groups' columns in the input

	panes   panes
	bound   bound
	passed  int64   // windows with a smaller key were passed by the watermark, where that is not when they close
	closing []*pane // closed, but with changes still to flush
	ends    *closing.Finder
	output  *output
	results *resultRows

	// Scratch memory for the batch in hand.
	iota   []uint32
	groups []uint32
	picked []arrow.Array
	late   []span
	plus   selection
	minus  selection
}

// bind finds the columns and kernels of the node.
func (o *Operator) bind() error {
	node := o.config.Node
	o.window = -1
	if node.Window != nil {
		o.window = node.Window.Group
		if o.window < 0 || o.window >= len(node.Groups) {
			return fmt.Errorf("aggregate: there is no group %d for the window", o.window)
		}
		if t := node.Groups[o.window].Type; !windowType(t) {
			return fmt.Errorf("aggregate: the window key %s is %s: it has to be a date, a timestamp or an integer", node.Names[o.window], t)
		}
		o.ends = closing.New(o.config.Close, node.Groups[o.window].Type)
	}
	for i, g := range node.Groups {
		if i != o.window {
			o.columns = append(o.columns, g.Index)
		}
	}
	for i := range node.Calls {
		c, err := newCall(&node.Calls[i], node.Retracts)
		if err != nil {
			return fmt.Errorf("aggregate: %s: %w", &node.Calls[i], err)
		}
		o.calls = append(o.calls, c)
	}
	return nil
}

// begin makes the one group of a global aggregate, which has a row even if no input comes, on the shard that owns it.
func (o *Operator) begin() error {
	first, err := o.newPane() // also tells whether the key's types can be grouped by
	if err != nil {
		return err
	}
	o.panes.free = append(o.panes.free, first)
	hash := make([]uint64, 1)
	keys.Hash(nil, hash)
	if len(o.config.Node.Groups) > 0 || !o.config.Shard.Owns(hash[0]) {
		return nil
	}
	p, err := o.panes.only(o.newPane)
	if err != nil {
		return err
	}
	return o.touch(p, o.find(p, nil, []uint32{0}))
}

// Process implements engine.Operator. Rows of closed windows go to out.Late.
func (o *Operator) Process(_ int, b engine.Batch, out engine.Emitter) error {
	if b.Weights != nil && !o.config.Node.Retracts {
		return errors.New("aggregate: the input has to be append-only")
	}
	n := int(b.Rows.NumRows())
	if n == 0 {
		return nil
	}
	o.iota = keys.Iota(o.iota, n)
	if err := o.route(b.Rows, o.windowColumn(), o.iota); err != nil {
		return err
	}
	for _, p := range o.panes.hit {
		if err := o.add(p, b); err != nil {
			return err
		}
	}
	return o.emitLate(b.Rows, out)
}

func (o *Operator) windowColumn() int {
	if o.window < 0 {
		return -1
	}
	return o.config.Node.Groups[o.window].Index
}

// add aggregates the pane's rows of the batch.
func (o *Operator) add(p *pane, b engine.Batch) error {
	rows := b.Rows
	groups := o.find(p, o.pick(rows, o.columns), p.rows)
	if err := o.touch(p, groups); err != nil {
		return err
	}
	if p.live != nil {
		return o.addWeighted(p, rows, groups, b.Weights)
	}
	for i, c := range o.calls {
		if err := c.feed(&p.partials[i], rows, groups, p.rows, false); err != nil {
			return fmt.Errorf("aggregate: %s: %w", &o.config.Node.Calls[i], err)
		}
	}
	return nil
}

// find numbers the groups of the rows, and makes room for new ones.
func (o *Operator) find(p *pane, columns []arrow.Array, rows []uint32) []uint32 {
	for len(o.groups) < len(rows) {
		o.groups = append(o.groups, 0)
	}
	groups := o.groups[:len(rows)]
	p.table.Find(columns, rows, groups)
	for i := range p.partials {
		p.partials[i].grow(p.table.Len())
	}
	for p.live != nil && len(p.live) < p.table.Len() {
		p.live = append(p.live, 0)
	}
	return groups
}

func (o *Operator) pick(rows arrow.RecordBatch, columns []int) []arrow.Array {
	o.picked = o.picked[:0]
	for _, c := range columns {
		o.picked = append(o.picked, rows.Column(c))
	}
	return o.picked
}

// Advance implements engine.Operator: panes that the watermark has passed emit their rows, or, where changes are emitted,
// wait for the flush to emit the last of them.
func (o *Operator) Advance(wm engine.Time, out engine.Emitter) error {
	if o.window < 0 || wm == engine.MinTime {
		return nil
	}
	if wm == engine.MaxTime {
		o.bound.force(&o.panes)
		return o.close(o.panes.takeAll(), out)
	}
	passed, closed, err := o.config.Node.Window.Bounds(wm, o.config.Close)
	if err != nil {
		return fmt.Errorf("aggregate: close windows at watermark %d: %w", wm, err)
	}
	o.passed, o.bound.before = max(o.passed, passed), max(o.bound.before, closed)
	return o.close(o.panes.takeBefore(o.bound.before), out)
}

func (o *Operator) close(panes []*pane, out engine.Emitter) error {
	if o.config.Node.Changes {
		o.closing = append(o.closing, panes...)
		return nil
	}
	for _, p := range panes {
		if err := o.emitAll(p, out); err != nil {
			return err
		}
		o.panes.recycle(p)
	}
	return o.output.flush(out)
}

// emitAll emits the row of each group.
func (o *Operator) emitAll(p *pane, out engine.Emitter) error {
	o.iota = keys.Iota(o.iota, p.table.Len())
	for rest := o.iota; len(rest) > 0; {
		some, bytes := p.some(rest[:min(len(rest), o.output.room())])
		if err := o.output.append(p, some); err != nil {
			return err
		}
		rest = rest[len(some):]
		o.output.bytes += bytes
		if err := o.output.flushFull(out); err != nil {
			return err
		}
	}
	return nil
}

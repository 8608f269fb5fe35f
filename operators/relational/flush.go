package relational

import (
	"slices"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/keys"
)

// Flush implements engine.Flusher: it emits the changes of all keys that were touched, and then drops the panes that have closed.
// Where windows emit once, it only sees to it that rows which were taken back do not pile up.
func (o *Operator) Flush(out engine.Emitter) error {
	if !o.config.Node.Changes {
		return o.tidy()
	}
	releaseAll(o.Decided()) // of the flush before, which nobody has asked for
	var q question
	panes := append(o.passedPanes(), o.closing...)
	for _, p := range panes {
		o.show(p)
		if err := o.askTouched(&q, p, out); err != nil {
			return err
		}
	}
	if err := o.emitChanges(&q, out); err != nil {
		return err
	}
	return o.settle()
}

// settle drops the panes that have closed. The others have emitted all there was to emit.
func (o *Operator) settle() error {
	releasePanes(o.closing)
	o.closing = nil
	for _, p := range o.panes.all() {
		p.settle()
		if err := o.shrink(p); err != nil {
			return err
		}
	}
	return nil
}

// passedPanes are the panes that may come out: those that are held wait for the watermark.
func (o *Operator) passedPanes() []*pane {
	return slices.DeleteFunc(o.panes.all(), func(p *pane) bool { return o.held(p) && (p.key.null || p.key.value >= o.passed) })
}

// held reports whether nothing of a pane has come out, because the watermark has not passed it.
func (o *Operator) held(p *pane) bool {
	w := o.config.Node.Window
	return w != nil && w.Held && !p.shown
}

// show lets a pane that was held come out: none of its keys has.
func (o *Operator) show(p *pane) {
	if o.held(p) {
		p.shown = true
		p.touch(keys.Iota(nil, p.keys.Len()))
	}
}

// tidy takes rows back in panes where they are a fair part.
func (o *Operator) tidy() error {
	for _, p := range o.panes.all() {
		for i, b := range p.inputs {
			if !b.pilesUp() {
				continue
			}
			if err := o.netting[i].net(b); err != nil {
				return err
			}
		}
		if p.answers == nil || !p.answers.pilesUp() {
			continue
		}
		if err := o.netAnswers(p); err != nil {
			return err
		}
	}
	return nil
}

// pilesUp reports whether rows to take back are a fair part.
func (b *bag) pilesUp() bool { return len(b.minus) >= compactFrom && len(b.minus)*4 >= b.len() }

// net takes rows back in all inputs of a pane, and in what was answered.
func (o *Operator) net(p *pane) error {
	for i, b := range p.inputs {
		if err := o.netting[i].net(b); err != nil {
			return err
		}
	}
	return o.netAnswers(p)
}

// askTouched adds the touched keys of a pane to the question, and has it answered each time that it is large enough.
func (o *Operator) askTouched(q *question, p *pane, out engine.Emitter) error {
	if len(p.touched) == 0 {
		return nil
	}
	if err := o.net(p); err != nil {
		return err
	}
	alone := len(o.key) > 0 && o.config.Node.KeyOut == nil
	for _, k := range p.touched {
		q.add(p, k)
		if alone || q.rows >= o.asks {
			if err := o.emitChanges(q, out); err != nil {
				return err
			}
		}
	}
	return nil
}

// shrink gives back the memory of rows that are gone, and of keys without rows where they are more than half.
func (o *Operator) shrink(p *pane) error {
	rows := p.answers.len()
	for _, b := range append([]*bag{p.answers}, p.inputs...) {
		if err := b.compact(); err != nil {
			return err
		}
		rows += b.len()
	}
	if p.keys.Len() < compactFrom || p.keys.Len() < 2*rows {
		return nil
	}
	return o.renumber(p)
}

// renumber numbers the keys that still have rows anew.
func (o *Operator) renumber(p *pane) error {
	table, err := o.newKeys()
	if err != nil {
		return err
	}
	numbers := o.copyKeys(p, table)
	for _, b := range append([]*bag{p.answers}, p.inputs...) {
		b.renumber(func(key uint32) uint32 { return numbers[key] })
	}
	p.keys, p.dirty, p.asked = table, make([]bool, table.Len()), make([]uint32, table.Len())
	return nil
}

// copyKeys numbers the keys that have rows in another table, and returns their numbers there, by their numbers in the pane.
func (o *Operator) copyKeys(p *pane, table *keys.Table) []uint32 {
	var live []uint32
	seen := make([]bool, p.keys.Len())
	for _, b := range append([]*bag{p.answers}, p.inputs...) {
		for _, at := range b.all(nil) {
			if k := b.keys[at]; !seen[k] {
				seen[k] = true
				live = append(live, k)
			}
		}
	}
	columns := o.keyColumns(p, live)
	defer releaseAll(columns)
	groups := make([]uint32, len(live))
	table.Find(columns, keys.Iota(nil, len(live)), groups)
	numbers := make([]uint32, p.keys.Len())
	for i, k := range live {
		numbers[k] = groups[i]
	}
	return numbers
}

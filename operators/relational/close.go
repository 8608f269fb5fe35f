package relational

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/keys"
)

// Advance implements engine.Operator: windows that the watermark has passed emit their answers, or, where changes are emitted,
// wait for the flush to emit the last of them. Without windows that is so at the end of the input.
func (o *Operator) Advance(wm engine.Time, out engine.Emitter) error {
	switch {
	case wm == engine.MinTime:
		return nil
	case o.window < 0:
		return o.end(wm, out)
	case wm == engine.MaxTime:
		o.bound.force(&o.panes)
		return o.close(o.panes.takeAll(), out)
	}
	passed, closed, err := o.config.Node.Window.Bounds(wm, o.config.Close)
	if err != nil {
		return fmt.Errorf("relational: close windows at watermark %d: %w", wm, err)
	}
	o.passed, o.bound.before = max(o.passed, passed), max(o.bound.before, closed)
	return o.close(o.panes.takeBefore(o.bound.before), out)
}

// end answers without windows, once.
func (o *Operator) end(wm engine.Time, out engine.Emitter) error {
	if wm != engine.MaxTime || o.config.Node.Changes || o.bound.ended {
		return nil
	}
	o.bound.ended = true
	return o.close(o.panes.takeAll(), out)
}

func (o *Operator) close(panes []*pane, out engine.Emitter) error {
	if o.config.Node.Changes {
		o.closing = append(o.closing, panes...)
		return nil
	}
	defer releasePanes(panes)
	var q question
	for _, p := range panes {
		if err := o.net(p); err != nil {
			return err
		}
		if err := o.closePane(&q, p, out); err != nil {
			return err
		}
	}
	return o.emitAnswer(&q, out)
}

// closePane asks about a whole pane, together with those before it as far as they are small.
func (o *Operator) closePane(q *question, p *pane, out engine.Emitter) error {
	if q.rows+p.size() > o.asks && len(q.parts) > 0 {
		if err := o.emitAnswer(q, out); err != nil {
			return err
		}
	}
	if onlyWindow := len(o.key) == 1 && o.window == 0; p.size() <= o.asks || len(o.key) == 0 || onlyWindow {
		q.addAll(p)
		return nil
	}
	if err := o.tellKeysApart(p); err != nil {
		return err
	}
	for k := range p.keys.Len() {
		q.add(p, uint32(k))
		if q.rows >= o.asks {
			if err := o.emitAnswer(q, out); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellKeysApart numbers the keys of a pane that did not need that before.
func (o *Operator) tellKeysApart(p *pane) error {
	table, err := o.newKeys()
	if err != nil {
		return err
	}
	p.keys = table
	for i, b := range p.inputs {
		for _, c := range b.chunks {
			o.work.iota = keys.Iota(o.work.iota, int(c.rows.NumRows()))
			p.number(pick(c.rows, o.config.Node.Keys[i]), o.work.iota, b.keys[c.start:c.end()])
		}
		b.chains = nil
		b.link(0)
	}
	return nil
}

// emitAnswer emits what the question is answered, and forgets it.
func (o *Operator) emitAnswer(q *question, out engine.Emitter) error {
	if len(q.parts) == 0 {
		return nil
	}
	defer q.done()
	answer, err := o.answer(q)
	if err != nil {
		return err
	}
	defer answer.Release()
	visible := o.visible(answer)
	defer visible.Release()
	return emit(out, visible, nil)
}

// visible is an answer without the columns that only tell the key. The caller releases it.
func (o *Operator) visible(answer arrow.RecordBatch) arrow.RecordBatch {
	return array.NewRecordBatch(o.output, answer.Columns()[:o.output.NumFields()], answer.NumRows())
}

func (o *Operator) noAnswer() arrow.RecordBatch {
	fields := o.output.Fields()
	for _, t := range o.result[len(fields):] {
		fields = append(fields, arrow.Field{Type: t.Arrow(), Nullable: true})
	}
	return empty(arrow.NewSchema(fields, nil))
}

// emitRows is how many rows the operator puts in a batch.
const emitRows = 8192

// emit emits rows in batches. Nil weights mean all +1.
func emit(out engine.Emitter, rows arrow.RecordBatch, weights []int8) error {
	for from, n := int64(0), rows.NumRows(); from < n; from += emitRows {
		to := min(from+emitRows, n)
		b := engine.Batch{Rows: rows.NewSlice(from, to)}
		if weights != nil {
			b.Weights = weights[from:to]
		}
		err := out.Emit(b)
		b.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

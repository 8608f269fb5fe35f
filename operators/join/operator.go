package join

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/operators/function"
)

// Operator pairs rows. It implements engine.Operator, engine.Flusher and engine.Snapshotter.
type Operator struct {
	config    Config
	node      *plan.Join
	residual  *residual        // nil where the keys decide
	bounds    *plan.TimeBounds // nil where no times are bounded
	output    *output
	watermark engine.Time // rows from before it are late

	slack int // see tidy

	*state
	hand  hand
	pairs pairs
	found []uint32 // left rows that have a match, of a semi join that writes once
	has   []bool   // whether each row in hand has a match, of a look-up
	taken []arrow.Array
}

// reset drops all state.
func (o *Operator) reset() error {
	s, err := newState(&o.config)
	o.state = s
	return err
}

// Process implements engine.Operator. Rows from before the watermark go to out.Late where times are bounded.
func (o *Operator) Process(input int, b engine.Batch, out engine.Emitter) error {
	mayGo := o.node.Changes || o.node.Lookup && input == 1
	if b.Weights != nil && !mayGo {
		return errors.New("join: rows are written once: the input has to be append-only")
	}
	if b.Rows.NumRows() == 0 {
		return nil
	}
	h := &o.hand
	h.input, h.batch = input, b
	defer func() { h.batch = engine.Batch{} }()
	h.sort(o.sides[input], o.watermark)
	if err := o.aside(h, out); err != nil || len(h.rows) == 0 {
		return err
	}
	if err := o.expectRetractions(h, out); err != nil {
		return err
	}
	h.keys = room(h.keys, len(h.rows))
	o.number(o.sides[input], b.Rows.Columns(), h.rows, h.keys)
	if err := o.meet(h, out); err != nil {
		return err
	}
	return o.tidy()
}

// aside emits what matches nothing for a NULL, and puts late rows aside.
func (o *Operator) aside(h *hand, out engine.Emitter) error {
	if len(h.late) > 0 {
		late := function.Select(o.config.Allocator, h.batch.Rows, h.late)
		defer late.Release()
		if err := out.Late(late); err != nil {
			return err
		}
	}
	if o.sides[h.input].shows != showsUnmatched {
		return nil
	}
	return o.emitAllLone(h, h.lone, out)
}

// emitAllLone emits rows in hand without a partner.
func (o *Operator) emitAllLone(h *hand, rest []int32, out engine.Emitter) error {
	for len(rest) > 0 {
		n := min(len(rest), maxRows)
		if err := o.emitLone(h, rest[:n], out); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

func (o *Operator) emitLone(h *hand, index []int32, out engine.Emitter) error {
	for _, r := range index {
		weight := int32(1)
		if h.batch.Weights != nil {
			weight = int32(h.batch.Weights[r])
		}
		o.output.weigh(weight)
	}
	for _, c := range h.batch.Rows.Columns() {
		o.taken = append(o.taken, function.Take(o.config.Allocator, c, index))
	}
	return o.emitAlone(h.input, len(index), out)
}

// meet adds the rows in hand to their side, and pairs them with those of the other.
func (o *Operator) meet(h *hand, out engine.Emitter) error {
	own, other := o.sides[h.input], o.sides[1-h.input]
	switch {
	case o.node.Lookup && h.input == 0:
		return o.look(h, out)
	case o.node.Lookup:
		return o.admitRight(h, out)
	case own.weights != nil:
		return o.weighKeys(h, out)
	case other.weights != nil:
		return o.lookUp(h, out)
	}
	o.admit(h)
	if err := o.pair(h, out); err != nil {
		return err
	}
	if o.drops() && o.span(h.input) < 0 {
		return o.expire(h.input, out)
	}
	return nil
}

// expectRetractions has a side tell equal rows from others, from the first row that is taken back on. Sides that only add
// rows never pay for it.
func (o *Operator) expectRetractions(h *hand, out engine.Emitter) error {
	own := o.sides[h.input]
	if own.equal != nil || own.weights != nil || !takesBack(h.batch.Weights) {
		return nil
	}
	if err := o.Flush(out); err != nil {
		return err
	}
	if err := o.rebuild(h.input); err != nil {
		return fmt.Errorf("join: tell equal rows: %w", err)
	}
	return nil
}

func takesBack(weights []int8) bool {
	for _, w := range weights {
		if w < 0 {
			return true
		}
	}
	return false
}

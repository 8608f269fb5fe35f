package relational

import (
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/function"
	"github.com/weirdb/weir/operators/keys"
)

// Process implements engine.Operator: it keeps the rows. Rows of closed windows go to out.Late.
func (o *Operator) Process(input int, b engine.Batch, out engine.Emitter) error {
	n := int(b.Rows.NumRows())
	if n == 0 {
		return nil
	}
	o.work.iota = keys.Iota(o.work.iota, n)
	if err := o.keep(input, b, o.work.iota); err != nil {
		return err
	}
	if len(o.work.late) == 0 {
		return nil
	}
	late := function.Select(o.mem, b.Rows, signed(o.work.late))
	defer late.Release()
	return out.Late(late)
}

// keep adds rows of a batch to their panes.
func (o *Operator) keep(input int, b engine.Batch, rows []uint32) error {
	key := pick(b.Rows, o.config.Node.Keys[input])
	if err := o.route(key, rows); err != nil {
		return err
	}
	for _, p := range o.panes.hit {
		groups := o.number(p, key, p.rows)
		weights, err := weightsOf(b.Weights, p.rows)
		if err != nil {
			return err
		}
		copied := function.Select(o.mem, b.Rows, signed(p.rows))
		err = p.inputs[input].append(copied, groups, weights)
		copied.Release()
		if err != nil {
			return fmt.Errorf("relational: keep rows: %w", err)
		}
		if !o.held(p) {
			p.touch(groups)
		}
	}
	return nil
}

// number numbers the keys of rows within their pane, where the pane tells keys apart.
func (o *Operator) number(p *pane, key []arrow.Array, rows []uint32) []uint32 {
	o.work.groups = slices.Grow(o.work.groups[:0], len(rows))[:len(rows)]
	clear(o.work.groups)
	if p.keys != nil {
		p.number(key, rows, o.work.groups)
	}
	return o.work.groups
}

// weightsOf picks the weights of rows; nil if all are +1.
func weightsOf(weights []int8, rows []uint32) ([]int8, error) {
	if weights == nil {
		return nil, nil
	}
	picked := make([]int8, len(rows))
	for i, r := range rows {
		picked[i] = weights[r]
		if w := weights[r]; w != 1 && w != -1 {
			return nil, fmt.Errorf("relational: a row of weight %d: it has to be +1 or -1", w)
		}
	}
	return picked, nil
}

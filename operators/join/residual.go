package join

import (
	"fmt"
	"maps"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/filter"
	"github.com/weirdb/weir/operators/function"
	"github.com/weirdb/weir/operators/keys"
)

// residual tests pairs by the conditions beyond the keys. It is a filter over the columns that these read, and a last one, the
// pair's number, by which it is seen which pairs have passed.
//
//	left a, b   right c, d   a < d    ──►   filter a, d, pair
type residual struct {
	filter  engine.Operator
	columns []int // of the left, then of the right
	left    int   // columns of the left
	schema  *arrow.Schema
	numbers arrow.Array // 0, 1, …
	mem     memory.Allocator

	picked []arrow.Array
	index  []int32
	passed []uint32
}

// newResidual returns nil where there is nothing to test.
func newResidual(c *Config) (*residual, error) {
	if len(c.Node.Residual) == 0 {
		return nil, nil
	}
	all := slices.Concat(c.Left, c.Right)
	read := map[int]bool{}
	for _, e := range c.Node.Residual {
		e.Columns(read)
	}
	r := &residual{left: len(c.Left), columns: slices.Sorted(maps.Keys(read)), mem: c.Allocator}
	var fields []types.Field
	place := make([]*plan.Expr, len(all))
	for _, i := range r.columns {
		if i < 0 || i >= len(all) {
			return nil, fmt.Errorf("join: a condition reads column %d of %d", i, len(all))
		}
		place[i] = plan.Col(len(fields), all[i].Name, all[i].Type)
		fields = append(fields, all[i])
	}
	fields = append(fields, types.Field{Name: "pair", Type: types.Of(types.UInteger)})
	var conditions []*plan.Expr
	for _, e := range c.Node.Residual {
		conditions = append(conditions, e.Bind(place))
	}
	r.schema, r.numbers = types.Schema(fields), numbers()
	var err error
	r.filter, err = filter.New(conditions, fields, c.Evaluator, c.Allocator)
	if err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	return r, nil
}

func numbers() arrow.Array {
	b := array.NewUint32Builder(memory.DefaultAllocator)
	defer b.Release()
	b.AppendValues(keys.Iota(nil, maxRows), nil)
	return b.NewArray()
}

// keep leaves the pairs that pass.
func (r *residual) keep(h *hand, p *pairs, other *rows) error {
	defer r.release()
	r.index = positions(r.index, h, p)
	for _, c := range r.columns {
		input := 0
		if c >= r.left {
			input, c = 1, c-r.left
		}
		if input == h.input {
			r.picked = append(r.picked, function.Take(r.mem, h.batch.Rows.Column(c), r.index))
		} else {
			r.picked = append(r.picked, other.columns[c].take(r.mem, p.other))
		}
	}
	n := len(p.in)
	r.picked = append(r.picked, array.NewSlice(r.numbers, 0, int64(n)))
	candidates := array.NewRecordBatch(r.schema, r.picked, int64(n))
	defer candidates.Release()
	r.passed = r.passed[:0]
	if err := r.filter.Process(0, engine.Batch{Rows: candidates}, (*passing)(r)); err != nil {
		return err
	}
	for i, pair := range r.passed {
		p.in[i], p.other[i] = p.in[pair], p.other[pair]
	}
	p.in, p.other = p.in[:len(r.passed)], p.other[:len(r.passed)]
	return nil
}

// positions lists the rows in hand of the pairs, by their position in the batch.
func positions(dst []int32, h *hand, p *pairs) []int32 {
	dst = dst[:0]
	for _, k := range p.in {
		dst = append(dst, int32(h.rows[k]))
	}
	return dst
}

func (r *residual) release() {
	releaseAll(r.picked)
	r.picked = r.picked[:0]
}

// passing takes what the filter lets pass.
type passing residual

// Emit implements engine.Emitter.
func (r *passing) Emit(b engine.Batch) error {
	r.passed = append(r.passed, keys.Values[uint32](b.Rows.Column(len(r.columns)))...)
	return nil
}

// Late implements engine.Emitter. A filter has no late rows.
func (r *passing) Late(arrow.RecordBatch) error { return nil }

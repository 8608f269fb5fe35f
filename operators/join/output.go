package join

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/function"
)

// output makes the batches that are emitted.
type output struct {
	schema  *arrow.Schema
	half    bool             // left columns only
	nulls   [2][]arrow.Array // what stands for a partner that is missing: maxRows NULLs for each column of the input
	weights []int8           // of the rows of the batch
	changes bool             // some weight is not +1

	in    []int32 // rows in hand, by position in the batch
	other []uint32
}

func newOutput(c *Config) *output {
	o := &output{half: c.Node.Kind == plan.SemiJoin || c.Node.Kind == plan.AntiJoin}
	fields := c.Left
	if !o.half {
		fields = append(fields[:len(fields):len(fields)], c.Right...)
	}
	o.schema = types.Schema(fields)
	if showsOf(c.Node.Kind, 0) == showsUnmatched && !o.half {
		o.nulls[1] = nullColumns(c.Right)
	}
	if showsOf(c.Node.Kind, 1) == showsUnmatched {
		o.nulls[0] = nullColumns(c.Left)
	}
	return o
}

func nullColumns(fields []types.Field) []arrow.Array {
	out := make([]arrow.Array, len(fields))
	for i, f := range fields {
		b := array.NewBuilder(memory.DefaultAllocator, f.Type.Arrow())
		b.AppendNulls(maxRows)
		out[i] = b.NewArray()
		b.Release()
	}
	return out
}

// weigh adds a row's weight, of which the sign counts.
func (o *output) weigh(weight int32) {
	if weight < 0 {
		o.weights, o.changes = append(o.weights, -1), true
	} else {
		o.weights = append(o.weights, 1)
	}
}

// emit emits the columns, which it releases, with the weights gathered before.
func (o *output) emit(columns []arrow.Array, n int, out engine.Emitter) error {
	defer releaseAll(columns)
	b := engine.Batch{Rows: array.NewRecordBatch(o.schema, columns, int64(n))}
	defer b.Release()
	if o.changes {
		b.Weights = o.weights
	}
	err := out.Emit(b)
	o.weights, o.changes = o.weights[:0], false
	return err
}

// emitPairs emits the pairs, each as often as both rows are there.
func (o *Operator) emitPairs(h *hand, out engine.Emitter) error {
	entries, to := &o.sides[1-h.input].entries, o.output
	for i, k := range o.pairs.in {
		other := o.pairs.other[i]
		weight := h.weight(int(k)) * entries.at(other).count
		for range max(weight, -weight) {
			to.in, to.other = append(to.in, int32(h.rows[k])), append(to.other, other)
			to.weigh(weight)
			if len(to.in) < maxRows {
				continue
			}
			if err := o.emitGathered(h, out); err != nil {
				return err
			}
		}
	}
	return o.emitGathered(h, out)
}

func (o *Operator) emitGathered(h *hand, out engine.Emitter) error {
	to, other, n := o.output, o.sides[1-h.input].rows, len(o.output.in)
	if n == 0 {
		return nil
	}
	if h.input == 1 {
		o.taken = other.take(o.config.Allocator, to.other, o.taken)
	}
	for _, c := range h.batch.Rows.Columns() {
		o.taken = append(o.taken, function.Take(o.config.Allocator, c, to.in))
	}
	if h.input == 0 {
		o.taken = other.take(o.config.Allocator, to.other, o.taken)
	}
	to.in, to.other = to.in[:0], to.other[:0]
	return o.emitTaken(n, out)
}

func (o *Operator) emitTaken(n int, out engine.Emitter) error {
	columns := o.taken
	o.taken = o.taken[:0]
	return o.output.emit(columns, n, out)
}

// emitRows emits rows of one input, which have no partner or need none, with weight +1.
func (o *Operator) emitRows(input int, ids []uint32, out engine.Emitter) error {
	for len(ids) > 0 {
		n := min(len(ids), maxRows)
		for range n {
			o.output.weigh(1)
		}
		o.taken = o.sides[input].rows.take(o.config.Allocator, ids[:n], o.taken)
		if err := o.emitAlone(input, n, out); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// emitAlone emits the columns that were taken of one input, with NULLs for those of the other.
func (o *Operator) emitAlone(input, n int, out engine.Emitter) error {
	if o.output.half {
		return o.emitTaken(n, out)
	}
	own := o.taken
	var missing []arrow.Array
	for _, c := range o.output.nulls[1-input] {
		missing = append(missing, array.NewSlice(c, 0, int64(n)))
	}
	o.taken = nil
	if input == 0 {
		return o.output.emit(append(own, missing...), n, out)
	}
	return o.output.emit(append(missing, own...), n, out)
}

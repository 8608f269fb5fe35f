package topn

import (
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// maxRows is how many rows the operator puts in a batch, maxBytes about how large they are.
const (
	maxRows  = 8192
	maxBytes = 16 << 20
)

// output gathers rows to emit.
type output struct {
	builder *array.RecordBuilder
	rows    *rows
	cells   *keys.Rows
	width   int // columns of the input
	ranks   bool

	data    []byte
	starts  []int
	numbers []int64
	weights []int8
	changes bool // some weight is -1
}

func newOutput(o *Operator) *output {
	fields := o.config.Input[:len(o.config.Input):len(o.config.Input)]
	if o.node.Ranks {
		fields = append(fields, types.Field{Name: o.node.Name, Type: types.Of(types.BigInt)})
	}
	return &output{
		builder: array.NewRecordBuilder(o.config.Allocator, types.Schema(fields)), rows: &o.rows, cells: o.cells, width: len(o.config.Input), ranks: o.node.Ranks,
	}
}

// add adds a row, and emits what is enough for a batch.
func (x *output) add(p place, weight int8, out engine.Emitter) error {
	x.starts = append(x.starts, len(x.data))
	x.data = append(x.data, x.rows.cells(p.row)...)
	if x.ranks {
		x.numbers = append(x.numbers, p.rank)
	}
	x.weights = append(x.weights, weight)
	x.changes = x.changes || weight < 0
	if len(x.starts) < maxRows && len(x.data) < maxBytes {
		return nil
	}
	return x.flush(out)
}

// flush emits what has been added.
func (x *output) flush(out engine.Emitter) error {
	if len(x.starts) == 0 {
		return nil
	}
	x.cells.Decode(x.builder.Fields()[:x.width], x.data, x.starts)
	if x.ranks {
		x.builder.Field(x.width).(*array.Int64Builder).AppendValues(x.numbers, nil)
	}
	rows := x.builder.NewRecordBatch()
	defer rows.Release()
	b := engine.Batch{Rows: rows}
	if x.changes {
		b.Weights = x.weights
	}
	err := out.Emit(b)
	x.data, x.starts, x.numbers, x.weights, x.changes = x.data[:0], x.starts[:0], x.numbers[:0], x.weights[:0], false
	return err
}

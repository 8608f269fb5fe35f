package asof

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/function"
	"github.com/weirdb/weir/operators/rowstore"
)

// emitPairs emits left rows, each beside the right row at its index, or beside NULLs where that is -1.
func (o *Operator) emitPairs(lefts, rights []rowstore.Ref, index []int32, out engine.Emitter) error {
	if len(lefts) == 0 {
		return nil
	}
	left := o.left.Take(lefts, o.config.Allocator)
	defer left.Release()
	right := o.right.Take(rights, o.config.Allocator)
	defer right.Release()
	return o.emitBeside(left, right, index, out)
}

// emitUnmatched emits the left rows of a batch that have no key or no time.
func (o *Operator) emitUnmatched(rows arrow.RecordBatch, out engine.Emitter) error {
	left := function.Select(o.config.Allocator, rows, o.without)
	defer left.Release()
	right := o.right.Take(nil, o.config.Allocator)
	defer right.Release()
	index := make([]int32, len(o.without))
	for i := range index {
		index[i] = -1
	}
	return o.emitBeside(left, right, index, out)
}

func (o *Operator) emitBeside(left, right arrow.RecordBatch, index []int32, out engine.Emitter) error {
	columns := slices.Clone(left.Columns())
	for _, c := range right.Columns() {
		column := o.spread(c, index)
		defer column.Release()
		columns = append(columns, column)
	}
	rows := array.NewRecordBatch(o.output, columns, left.NumRows())
	defer rows.Release()
	return out.Emit(engine.Batch{Rows: rows})
}

// spread puts values at their places, and NULL at -1.
//
//	values   a b        index   0 -1 1        a NULL b
func (o *Operator) spread(values arrow.Array, index []int32) arrow.Array {
	if values.Len() == len(index) {
		values.Retain()
		return values
	}
	if values.DataType().ID() == arrow.NULL {
		return array.NewNull(len(index))
	}
	null := array.MakeArrayOfNull(o.config.Allocator, values.DataType(), 1)
	defer null.Release()
	all, err := array.Concatenate([]arrow.Array{values, null}, o.config.Allocator)
	if err != nil {
		panic("asof: join columns of one type: " + err.Error())
	}
	defer all.Release()
	places := make([]int32, len(index))
	for i, at := range index {
		places[i] = at
		if at < 0 {
			places[i] = int32(values.Len())
		}
	}
	return function.Take(o.config.Allocator, all, places)
}

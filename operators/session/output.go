package session

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/rowstore"
	"github.com/weirdb/weir/operators/state"
)

// output gathers rows of closed sessions.
type output struct {
	schema *arrow.Schema
	mem    memory.Allocator
	refs   []rowstore.Ref
	start  *array.TimestampBuilder // of each row's session
	end    *array.TimestampBuilder
}

func newOutput(c *Config) *output {
	of := c.Input[c.Time].Type.Arrow().(*arrow.TimestampType)
	return &output{
		schema: types.Schema(c.Columns()), mem: c.Allocator,
		start: array.NewTimestampBuilder(c.Allocator, of), end: array.NewTimestampBuilder(c.Allocator, of),
	}
}

// add adds the rows of a session, and emits what is enough for a batch. It copies refs.
func (x *output) add(start, end int64, refs []rowstore.Ref, from *rowstore.Store, out engine.Emitter) error {
	for len(refs) > 0 {
		n := min(len(refs), state.MaxRows-len(x.refs))
		x.refs = append(x.refs, refs[:n]...)
		refs = refs[n:]
		for range n {
			x.start.Append(arrow.Timestamp(start))
			x.end.Append(arrow.Timestamp(end))
		}
		if len(x.refs) < state.MaxRows {
			return nil
		}
		if err := x.flush(from, out); err != nil {
			return err
		}
	}
	return nil
}

// flush emits what has been added, and drops the rows.
func (x *output) flush(from *rowstore.Store, out engine.Emitter) error {
	if len(x.refs) == 0 {
		return nil
	}
	rows := from.Take(x.refs, x.mem)
	defer rows.Release()
	from.Drop(x.refs)
	start, end := x.start.NewArray(), x.end.NewArray()
	defer start.Release()
	defer end.Release()
	n := int64(len(x.refs))
	x.refs = x.refs[:0]
	whole := array.NewRecordBatch(x.schema, append(rows.Columns()[:rows.NumCols():rows.NumCols()], start, end), n)
	defer whole.Release()
	return out.Emit(engine.Batch{Rows: whole})
}

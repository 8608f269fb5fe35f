package operators

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/function"
)

// windowKey computes the key that an event at a given time has.
type windowKey struct {
	program *function.Program
	column  types.Type
	mem     memory.Allocator
}

func newWindowKey(of *plan.Expr, eval engine.Evaluator, mem memory.Allocator) (*windowKey, error) {
	column := eventTimeType(of)
	program, err := function.Compile([]*plan.Expr{of}, []types.Field{{Name: "event_time", Type: column}}, eval, mem)
	if err != nil {
		return nil, fmt.Errorf("window key %s: %w", of, err)
	}
	return &windowKey{program: program, column: column, mem: mem}, nil
}

// eventTimeType is the type of the one column that a window key is computed from.
func eventTimeType(of *plan.Expr) types.Type {
	if of.Kind == plan.Column {
		return of.Type
	}
	for _, a := range of.Args {
		if t := eventTimeType(a); t.ID != types.Null {
			return t
		}
	}
	return types.Type{}
}

// at returns the key's physical value: microseconds, days, or the integer itself.
func (k *windowKey) at(t engine.Time) (int64, error) {
	b := array.NewTimestampBuilder(k.mem, k.column.Arrow().(*arrow.TimestampType))
	defer b.Release()
	b.Append(arrow.Timestamp(t))
	times := b.NewArray()
	defer times.Release()
	row := array.NewRecordBatch(types.Schema([]types.Field{{Name: "event_time", Type: k.column}}), []arrow.Array{times}, 1)
	defer row.Release()
	out, err := k.program.Run(row)
	if err != nil {
		return 0, fmt.Errorf("window key of the watermark: %w", err)
	}
	defer out[0].Release()
	return physical(out[0])
}

func physical(a arrow.Array) (int64, error) {
	switch a := a.(type) {
	case *array.Timestamp:
		return int64(a.Value(0)), nil
	case *array.Date32:
		return int64(a.Value(0)), nil
	case *array.Int64:
		return a.Value(0), nil
	case *array.Int32:
		return int64(a.Value(0)), nil
	}
	return 0, fmt.Errorf("window key has the layout %s", a.DataType())
}

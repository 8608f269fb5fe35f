// Package expand is the operator that makes rows out of lists: UNNEST, and the windows that an event is in. Lists are computed as
// any expression is; to add one that is faster than DuckDB's, see package function.
//
//	a  [1, 2]     ─►  a  1
//	b  []             a  2
//	c  [3]            c  3
package expand

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

type expand struct {
	lists  *function.Program
	schema *arrow.Schema
	mem    memory.Allocator
	rows   []int32   // scratch: of each output row, the input's
	picks  [][]int32 // scratch: of each list and output row, the element's position among all elements; the last one is NULL
}

// New makes the operator. It returns an error if a list does not fit the input.
func New(n *plan.Expand, eval engine.Evaluator, mem memory.Allocator) (engine.Operator, error) {
	program, err := function.Compile(n.Lists, n.From.Columns(), eval, mem)
	if err != nil {
		return nil, fmt.Errorf("unnest: %w", err)
	}
	return &expand{lists: program, schema: types.Schema(n.Columns()), mem: mem, picks: make([][]int32, len(n.Lists))}, nil
}

// Process implements engine.Operator. Each row passes its weight on to the rows made of it.
func (e *expand) Process(_ int, b engine.Batch, out engine.Emitter) error {
	computed, err := e.lists.Run(b.Rows)
	if err != nil {
		return err
	}
	defer releaseAll(computed)
	lists := make([]*array.List, len(computed))
	for i, c := range computed {
		list, ok := c.(*array.List)
		if !ok {
			return fmt.Errorf("unnest: %s is no list", c.DataType())
		}
		lists[i] = list
	}
	e.number(lists, int(b.Rows.NumRows()))
	if len(e.rows) == 0 {
		return nil
	}
	rows, err := e.build(b.Rows, lists)
	if err != nil {
		return err
	}
	defer rows.Release()
	return out.Emit(engine.Batch{Rows: rows, Weights: weights(b.Weights, e.rows)})
}

// Advance implements engine.Operator. There is nothing to wait for.
func (e *expand) Advance(engine.Time, engine.Emitter) error { return nil }

// number finds the rows and elements that the output is made of.
func (e *expand) number(lists []*array.List, n int) {
	e.rows = e.rows[:0]
	for i := range e.picks {
		e.picks[i] = e.picks[i][:0]
	}
	for row := range n {
		longest := 0
		for _, l := range lists {
			longest = max(longest, length(l, row))
		}
		for range longest {
			e.rows = append(e.rows, int32(row))
		}
		for i, l := range lists {
			from, has := l.Offsets()[row+l.Data().Offset()], length(l, row)
			for k := range longest {
				if k < has {
					e.picks[i] = append(e.picks[i], from+int32(k))
				} else {
					e.picks[i] = append(e.picks[i], int32(l.ListValues().Len()))
				}
			}
		}
	}
}

func length(l *array.List, row int) int {
	if l.IsNull(row) {
		return 0
	}
	at := row + l.Data().Offset()
	return int(l.Offsets()[at+1] - l.Offsets()[at])
}

func (e *expand) build(from arrow.RecordBatch, lists []*array.List) (arrow.RecordBatch, error) {
	columns := make([]arrow.Array, 0, e.schema.NumFields())
	defer func() { releaseAll(columns) }()
	for _, c := range from.Columns() {
		columns = append(columns, function.Take(e.mem, c, e.rows))
	}
	for i, l := range lists {
		elements, err := e.withNull(l.ListValues())
		if err != nil {
			return nil, fmt.Errorf("unnest: %w", err)
		}
		columns = append(columns, function.Take(e.mem, elements, e.picks[i]))
		elements.Release()
	}
	return array.NewRecordBatch(e.schema, columns, int64(len(e.rows))), nil
}

// withNull appends a NULL to the elements, if some list is shorter than another.
func (e *expand) withNull(elements arrow.Array) (arrow.Array, error) {
	if len(e.picks) == 1 {
		elements.Retain()
		return elements, nil
	}
	null := array.MakeArrayOfNull(e.mem, elements.DataType(), 1)
	defer null.Release()
	return array.Concatenate([]arrow.Array{elements, null}, e.mem)
}

func weights(of []int8, rows []int32) []int8 {
	if of == nil {
		return nil
	}
	out := make([]int8, len(rows))
	for i, r := range rows {
		out[i] = of[r]
	}
	return out
}

func releaseAll(columns []arrow.Array) {
	for _, c := range columns {
		c.Release()
	}
}

// Package project is the operator that computes columns from the columns of its input. To add an expression that it can
// compute natively, see package function; all others run in DuckDB.
package project

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

type project struct {
	program *function.Program
	schema  *arrow.Schema
}

// New makes the operator: one output column for each expression, with its name. Columns that only pass through are not copied.
// It returns an error if an expression does not fit the input, or if there are not as many names.
func New(exprs []*plan.Expr, names []string, input []types.Field, eval engine.Evaluator, mem memory.Allocator) (engine.Operator, error) {
	if len(exprs) != len(names) {
		return nil, fmt.Errorf("project: %d names for %d expressions", len(names), len(exprs))
	}
	program, err := function.Compile(exprs, input, eval, mem)
	if err != nil {
		return nil, fmt.Errorf("project: %w", err)
	}
	fields := make([]types.Field, len(exprs))
	for i, e := range exprs {
		fields[i] = types.Field{Name: names[i], Type: e.Type}
	}
	return &project{program: program, schema: types.Schema(fields)}, nil
}

// Process implements engine.Operator. Weights pass on as they are.
func (p *project) Process(_ int, b engine.Batch, out engine.Emitter) error {
	columns, err := p.program.Run(b.Rows)
	if err != nil {
		return err
	}
	rows := array.NewRecordBatch(p.schema, columns, b.Rows.NumRows())
	for _, c := range columns {
		c.Release()
	}
	defer rows.Release()
	return out.Emit(engine.Batch{Rows: rows, Weights: b.Weights})
}

// Advance implements engine.Operator. There is nothing to wait for.
func (p *project) Advance(engine.Time, engine.Emitter) error { return nil }

package node

import (
	"errors"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// evaluators are as many DuckDBs for computing as there are workers. Each call takes one that is free; since no more goroutines
// compute than there are workers, one always is.
type evaluators struct {
	free chan *duckdb.Evaluator
	all  []*duckdb.Evaluator
}

var (
	_ engine.Evaluator = (*evaluators)(nil)
	_ engine.Tables    = (*evaluators)(nil)
)

func newEvaluators(n int, functions []engine.Function) (*evaluators, error) {
	e := &evaluators{free: make(chan *duckdb.Evaluator, n)}
	for range n {
		one, err := duckdb.NewEvaluatorWith(duckdb.EvaluatorOptions{Functions: functions})
		if err != nil {
			return e, err
		}
		e.all = append(e.all, one)
		e.free <- one
	}
	return e, nil
}

// Eval implements engine.Evaluator.
func (e *evaluators) Eval(exprs []string, schema *arrow.Schema, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	one := <-e.free
	defer func() { e.free <- one }()
	return one.Eval(exprs, schema, rows)
}

// Query implements engine.Tables.
func (e *evaluators) Query(sql string, inputs []engine.Table, result []types.Type) (arrow.RecordBatch, error) {
	one := <-e.free
	defer func() { e.free <- one }()
	return one.Query(sql, inputs, result)
}

func (e *evaluators) close() error {
	var errs []error
	for _, one := range e.all {
		errs = append(errs, one.Close())
	}
	return errors.Join(errs...)
}

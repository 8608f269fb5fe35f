package node

import (
	"errors"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// evaluators are as many DuckDBs for computing as there are workers. Each call takes one that is free; since no more goroutines
// compute than there are workers, one always is. Each is opened when it is first used: most views need none.
type evaluators struct {
	free      chan *duckdb.Evaluator // nil for one that is not open
	functions []engine.Function
}

var (
	_ engine.Evaluator = (*evaluators)(nil)
	_ engine.Tables    = (*evaluators)(nil)
)

func newEvaluators(n int, functions []engine.Function) *evaluators {
	e := &evaluators{free: make(chan *duckdb.Evaluator, n), functions: functions}
	for range n {
		e.free <- nil
	}
	return e
}

// take waits for an evaluator that is free. The caller gives it back, also after an error.
func (e *evaluators) take() (one *duckdb.Evaluator, err error) {
	if one = <-e.free; one == nil {
		one, err = duckdb.NewEvaluatorWith(duckdb.EvaluatorOptions{Functions: e.functions, Detectors: Detectors()})
	}
	return one, err
}

func (e *evaluators) giveBack(one *duckdb.Evaluator) { e.free <- one }

// Eval implements engine.Evaluator.
func (e *evaluators) Eval(exprs []string, schema *arrow.Schema, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	one, err := e.take()
	defer e.giveBack(one)
	if err != nil {
		return nil, err
	}
	return one.Eval(exprs, schema, rows)
}

// Query implements engine.Tables.
func (e *evaluators) Query(sql string, inputs []engine.Table, result []types.Type) (arrow.RecordBatch, error) {
	one, err := e.take()
	defer e.giveBack(one)
	if err != nil {
		return nil, err
	}
	return one.Query(sql, inputs, result)
}

// close frees the evaluators. Nobody uses them any longer.
func (e *evaluators) close() error {
	var errs []error
	for range cap(e.free) {
		if one := <-e.free; one != nil {
			errs = append(errs, one.Close())
		}
	}
	return errors.Join(errs...)
}

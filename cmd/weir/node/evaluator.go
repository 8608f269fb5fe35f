package node

import (
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/connectors/duckdb"
)

// sharedEvaluator is an evaluator that several goroutines use in turns: a source's decoders, which need it rarely. It is opened when it is
// first asked. The zero value is ready.
type sharedEvaluator struct {
	mu   sync.Mutex
	eval *duckdb.Evaluator
}

// Eval implements engine.Evaluator.
func (s *sharedEvaluator) Eval(exprs []string, schema *arrow.Schema, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.eval == nil {
		var err error
		if s.eval, err = duckdb.NewEvaluator(); err != nil {
			return nil, err
		}
	}
	return s.eval.Eval(exprs, schema, rows)
}

// close frees the evaluator. Nobody uses it any longer.
func (s *sharedEvaluator) close() error {
	if s.eval == nil {
		return nil
	}
	return s.eval.Close()
}

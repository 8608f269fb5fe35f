package node

import (
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/connectors/duckdb"
)

// sharedEvaluator is an evaluator that several goroutines use in turns: a source's decoders, which need it rarely.
type sharedEvaluator struct {
	mu   sync.Mutex
	eval *duckdb.Evaluator
}

func newSharedEvaluator() (*sharedEvaluator, error) {
	eval, err := duckdb.NewEvaluator()
	return &sharedEvaluator{eval: eval}, err
}

// Eval implements engine.Evaluator.
func (s *sharedEvaluator) Eval(exprs []string, schema *arrow.Schema, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.eval.Eval(exprs, schema, rows)
}

// Close frees the evaluator.
func (s *sharedEvaluator) Close() error { return s.eval.Close() }

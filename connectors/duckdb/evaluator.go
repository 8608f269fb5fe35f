package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Evaluator computes expressions in a DuckDB of its own, in memory and on one thread. One goroutine uses it at a time: make
// one for each worker. What it is asked is planned once; a batch of 8192 rows then costs some 0.1 ms above the computation.
//
// Rows may come from any allocator: their buffers are pinned for the call, which keeps to cgo's rules without a copy. What Eval
// returns is in C memory if it has up to 2048 rows, and from the evaluator's allocator otherwise; it must be released either way.
//
//	rows ─► feed ─► SELECT e0, e1 FROM feed ─► chunks of 2048 ─► one batch
type Evaluator struct {
	instance
	session *session
	memory  memory.Allocator
	known   map[string]*evaluation
	queries map[string]*tablesQuery
	made    int // numbers the feeds
}

var _ engine.Evaluator = (*Evaluator)(nil)

// EvaluatorOptions bound what an evaluator may use. The zero value is good.
type EvaluatorOptions struct {
	MemoryLimit   string           // as DuckDB's memory_limit, '256MB' if empty
	TempDirectory string           // where DuckDB puts what goes beyond it; a folder among the temporary ones if empty
	Allocator     memory.Allocator // of the batches that are returned; the Go heap if nil
	Functions     []engine.Function
	Detectors     *engine.Detectors // that expressions may have, as plan.DetectorSQL writes them; nil for none
}

// maxEvaluations bounds how many sets of expressions and how many SELECTs stay planned.
const maxEvaluations = 256

// NewEvaluator opens an evaluator with the default options. The caller closes it.
func NewEvaluator() (*Evaluator, error) { return NewEvaluatorWith(EvaluatorOptions{}) }

// register is what makes the functions known; nil if there are none.
func (o EvaluatorOptions) register() func(*sql.Conn) error {
	if len(o.Functions) == 0 && o.Detectors == nil {
		return nil
	}
	return func(conn *sql.Conn) error {
		err := Register(conn, o.Functions)
		if o.Detectors != nil {
			err = errors.Join(err, RegisterDetectors(conn, o.Detectors))
		}
		return err
	}
}

// NewEvaluatorWith opens an evaluator. The caller closes it.
func NewEvaluatorWith(o EvaluatorOptions) (*Evaluator, error) {
	if o.MemoryLimit == "" {
		o.MemoryLimit = "256MB"
	}
	if o.Allocator == nil {
		o.Allocator = memory.DefaultAllocator
	}
	settings := map[string]string{"threads": "1", "memory_limit": o.MemoryLimit}
	if o.TempDirectory == "" {
		o.TempDirectory = filepath.Join(os.TempDir(), fmt.Sprintf("weir-spill-%d", os.Getpid()))
	}
	settings["temp_directory"] = o.TempDirectory
	in, err := openInstance(settings, o.register())
	if err != nil {
		return nil, queryError("opening an evaluator", err)
	}
	e := &Evaluator{instance: in, memory: o.Allocator, known: map[string]*evaluation{}, queries: map[string]*tablesQuery{}}
	if e.session, err = connect(in.db); err != nil {
		in.close()
		return nil, queryError("opening an evaluator", err)
	}
	if err := e.session.exec(context.Background(), evaluatorSetup); err != nil {
		return nil, errors.Join(queryError("setting up an evaluator", err), e.Close())
	}
	return e, nil
}

// evaluatorSetup turns off the optimizer that would leave out columns: DuckDB then expects the feed to leave them out too.
const evaluatorSetup = `SET disabled_optimizers = 'unused_columns'; SET TimeZone = 'UTC'; SET preserve_insertion_order = true; SET errors_as_json = true;
	SET enable_external_access = false; SET lock_configuration = true`

// Close frees the evaluator. Batches that it returned stay good.
func (e *Evaluator) Close() error {
	e.forget()
	e.session.close()
	e.close()
	return nil
}

func (e *Evaluator) forget() {
	for key, ev := range e.known {
		ev.close()
		delete(e.known, key)
	}
	for key, q := range e.queries {
		q.close()
		delete(e.queries, key)
	}
}

// Eval implements engine.Evaluator. A column has the type that its Arrow layout suggests: where HUGEINT, UUID or JSON is
// meant, and not DECIMAL(38,0) or VARCHAR, the expression must cast, or the caller use EvalTypes. The error is DuckDB's,
// an *Error inside.
func (e *Evaluator) Eval(exprs []string, schema *arrow.Schema, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	return e.eval(request{exprs: exprs, schema: schema}, rows)
}

// EvalTypes is Eval for callers who know the types: columns are those of the rows, and result, if not nil, those that the
// expressions are cast to. The rows have the layout of types.Schema(columns); column names do not matter.
func (e *Evaluator) EvalTypes(exprs []string, columns, result []types.Type, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	if len(columns) != int(rows.NumCols()) || result != nil && len(result) != len(exprs) {
		return nil, fmt.Errorf("duckdb: evaluating %d expressions over %d columns: %d column types and %d result types",
			len(exprs), rows.NumCols(), len(columns), len(result))
	}
	return e.eval(request{exprs: exprs, schema: rows.Schema(), columns: columns, result: result}, rows)
}

func (e *Evaluator) eval(q request, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	if len(q.exprs) == 0 {
		return array.NewRecordBatch(types.Schema(nil), nil, rows.NumRows()), nil
	}
	ev, err := e.evaluation(q)
	if err != nil {
		return nil, queryError("planning "+strings.Join(q.exprs, ", "), err)
	}
	out, err := e.run(ev, rows)
	if err != nil {
		return nil, queryError("evaluating "+strings.Join(q.exprs, ", "), err)
	}
	return out, nil
}

// evaluation finds or makes the plan of a request.
func (e *Evaluator) evaluation(q request) (*evaluation, error) {
	key := q.key()
	if ev, ok := e.known[key]; ok {
		return ev, nil
	}
	if len(e.known)+len(e.queries) >= maxEvaluations {
		e.forget()
	}
	e.made++
	ev, err := newEvaluation(e.session, fmt.Sprintf("feed%d", e.made), q)
	if err != nil {
		return nil, err
	}
	e.known[key] = ev
	return ev, nil
}

func (e *Evaluator) run(ev *evaluation, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	given, err := ev.input(rows)
	if err != nil {
		return nil, err
	}
	defer given.Release()
	var pinner runtime.Pinner
	pinBatch(&pinner, given)
	defer pinner.Unpin()
	ev.feed.give(given)
	defer ev.feed.give(nil)
	res, err := ev.statement.query(context.Background(), ev.columns, false)
	if err != nil {
		return nil, err
	}
	defer res.close()
	out, err := gather(res, e.memory)
	if err == nil && out.NumRows() != rows.NumRows() {
		err = fmt.Errorf("%d rows for %d: only scalar expressions can be evaluated", out.NumRows(), rows.NumRows())
		out.Release()
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

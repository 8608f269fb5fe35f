package duckdb

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2/mapping"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Limits bound what a query may return. Time is bounded by the context, memory by the store's options.
type Limits struct {
	Rows int64 // at most so many; 0 for any number
}

// Query runs a statement of a user that only reads, over a snapshot of the last commit; see sandbox.go for what is refused.
// Rows come as they are computed; commits go on meanwhile. The caller releases the result, also to end it early, before ctx is
// of no use any more. Errors of DuckDB are an *Error inside, with the position in the statement if DuckDB gave one.
func (s *Store) Query(ctx context.Context, sql string, limits Limits) (*Rows, error) {
	if err := s.LockDown(); err != nil {
		return nil, queryError("query", err)
	}
	r, err := s.read(ctx, limits, func(r *Rows) error { return r.start(sql) })
	if err != nil {
		return nil, queryError("query", err)
	}
	return r, nil
}

// QueryWith is Query for a statement with the parameters $1, $2, …, which are VARCHARs, or NULL where nil.
func (s *Store) QueryWith(ctx context.Context, sql string, parameters []*string, limits Limits) (*Rows, error) {
	if len(parameters) == 0 {
		return s.Query(ctx, sql, limits)
	}
	return s.queryWith(ctx, sql, func(p *statement) error { return p.bindTexts(parameters) }, limits)
}

// queryWith is Query for a statement with parameters, which a function sets.
func (s *Store) queryWith(ctx context.Context, sql string, bind func(*statement) error, limits Limits) (*Rows, error) {
	if err := s.LockDown(); err != nil {
		return nil, queryError("query", err)
	}
	r, err := s.read(ctx, limits, func(r *Rows) error {
		r.bind = bind
		return r.start(sql)
	})
	if err != nil {
		return nil, queryError("query", err)
	}
	return r, nil
}

// read makes a result on a connection of its own.
func (s *Store) read(ctx context.Context, limits Limits, start func(*Rows) error) (*Rows, error) {
	reader, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	r := &Rows{ctx: ctx, session: reader, computing: s.computing, beside: s.beside, detectors: s.detectors, left: limits.Rows, limited: limits.Rows > 0}
	r.references.Store(1)
	if err := r.compute(func() error { return start(r) }); err != nil {
		r.Release()
		return nil, err
	}
	return r, nil
}

// Rows is the result of a query, batch by batch. One goroutine reads it.
type Rows struct {
	ctx        context.Context
	session    *session
	lent       bool // the session is somebody else's, and stays open
	computing  chan struct{}
	bind       func(*statement) error // sets the statement's parameters; nil if it may have none
	beside     string                 // see DefineBeside
	detectors  *engine.Detectors
	statement  *statement
	shift      int // how far the user's query stands from its beginning
	result     *result
	columns    []types.Field
	current    arrow.RecordBatch
	left       int64 // rows, if limited
	limited    bool
	truncated  bool
	err        error
	references atomic.Int64
}

var _ array.RecordReader = (*Rows)(nil)

// maxComputing is how many queries compute at once; the others wait. Each runs on threads of its own, and with dozens of them
// the operating system would leave commits next to nothing. Between its batches a query holds nobody up, so that clients may
// read as slowly as they like.
const maxComputing = 4

// compute does a step of the query when it is its turn.
func (r *Rows) compute(step func() error) error {
	select {
	case r.computing <- struct{}{}:
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
	defer func() { <-r.computing }()
	return step()
}

func (r *Rows) start(sql string) error {
	if err := vet(r.ctx, r.session, sql, allowance{r.bind != nil, r.beside}); err != nil {
		return err
	}
	if err := r.begin(); err != nil {
		return err
	}
	return r.execute(sql)
}

// begin begins the snapshot. Release ends it.
func (r *Rows) begin() error { return r.session.exec(r.ctx, "BEGIN TRANSACTION READ ONLY") }

// execute starts the statement whose rows these are.
func (r *Rows) execute(sql string) error {
	written, err := r.session.rewritten(r.ctx, r.detectors, sql)
	if err != nil {
		return err
	}
	return inOriginal(written, r.executeWritten(written.SQL))
}

func (r *Rows) executeWritten(sql string) error {
	err := r.session.interruptible(r.ctx, func() (err error) {
		r.statement, r.shift, err = r.session.prepareCarried(sql)
		return err
	})
	if err != nil {
		return err
	}
	return r.placed(r.cause(r.executePrepared()))
}

// interrupted is the kind of the error that a call ends with when its connection is told to stop.
const interrupted = "INTERRUPT"

// cause finds out why a statement has failed that nobody has interrupted: where one of its threads fails, DuckDB ends the others, one of which
// may be heard first. The statement runs once more, and all of it before its result is there: then it is the first error that counts.
func (r *Rows) cause(err error) error {
	var e *Error
	if !errors.As(err, &e) || !strings.EqualFold(e.Kind, interrupted) || r.lent {
		return err
	}
	if r.result != nil {
		r.result.close()
		r.result = nil
	}
	if r.session.exec(r.ctx, "ROLLBACK") != nil || r.begin() != nil {
		return err
	}
	again, failed := r.statement.query(r.ctx, r.columns, false)
	if failed == nil {
		again.close()
		return err
	}
	return failed
}

func (r *Rows) executePrepared() (err error) {
	switch mapping.PreparedStatementType(r.statement.stmt) {
	case mapping.StatementTypeSelect, mapping.StatementTypeExplain:
	default:
		return ErrReadOnly
	}
	if r.bind != nil {
		return r.executeWith()
	}
	if r.columns, err = r.statement.columns(); err != nil {
		return err
	}
	r.result, err = r.statement.query(r.ctx, r.columns, true)
	return err
}

// executeWith starts a statement with parameters. Some functions find their types only when they know the values: the result has the columns.
func (r *Rows) executeWith() (err error) {
	if err := r.bind(r.statement); err != nil {
		return err
	}
	if r.result, err = r.statement.query(r.ctx, nil, true); err != nil {
		return err
	}
	r.columns, err = r.result.describe()
	return err
}

// placed puts an error of DuckDB's to its place in what the user has written.
func (r *Rows) placed(err error) error {
	var e *Error
	if r.shift > 0 && errors.As(err, &e) && e.Position >= 0 {
		e.Position = max(-1, e.Position-r.shift)
	}
	return err
}

// Columns are the names and types of the result.
func (r *Rows) Columns() []types.Field { return r.columns }

// Truncated reports whether there were more rows than Limits allowed. It is known once Next has returned false.
func (r *Rows) Truncated() bool { return r.truncated }

// Schema lays out Columns.
func (r *Rows) Schema() *arrow.Schema { return types.Schema(r.columns) }

// Next moves to the next batch. It returns false at the end, at the limit, and on an error, which Err tells.
func (r *Rows) Next() bool {
	r.drop()
	if r.err != nil || r.truncated {
		return false
	}
	var rows arrow.RecordBatch
	err := r.compute(func() (err error) {
		rows, err = r.result.next(r.ctx)
		return r.cause(err)
	})
	if err != nil {
		r.err = queryError("query", r.placed(err))
		return false
	}
	if rows == nil {
		return false
	}
	r.current = r.limit(rows)
	return r.current != nil
}

// limit cuts a batch to what the limit leaves; nil if that is nothing.
func (r *Rows) limit(rows arrow.RecordBatch) arrow.RecordBatch {
	if !r.limited {
		return rows
	}
	if rows.NumRows() <= r.left {
		r.left -= rows.NumRows()
		return rows
	}
	defer rows.Release()
	r.truncated = true
	if r.left == 0 {
		return nil
	}
	return rows.NewSlice(0, r.left)
}

func (r *Rows) drop() {
	if r.current != nil {
		r.current.Release()
		r.current = nil
	}
}

// RecordBatch is the current batch. It is the reader's: retain it to keep it after the next call of Next.
func (r *Rows) RecordBatch() arrow.RecordBatch { return r.current }

// Record is the former name of RecordBatch.
func (r *Rows) Record() arrow.RecordBatch { return r.current }

// Err is why Next returned false; nil at the end and at the limit.
func (r *Rows) Err() error { return r.err }

// Retain adds a reference.
func (r *Rows) Retain() { r.references.Add(1) }

// Release drops a reference. The last one ends the query and its snapshot and frees everything.
func (r *Rows) Release() {
	if r.references.Add(-1) != 0 {
		return
	}
	r.drop()
	if r.result != nil {
		r.result.close()
	}
	if r.statement != nil {
		r.statement.close()
	}
	if !r.lent {
		r.session.close() // rolls back
	}
}

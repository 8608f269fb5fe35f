package bench

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Events reads a source that gives rows, outside of any engine: to put them into tables, or to see what reading alone costs.
// Release closes it.
type Events struct {
	ctx     context.Context
	schema  *arrow.Schema
	reader  engine.Reader
	fetches []engine.Fetch // the first of them is the current one
	err     error
}

var _ array.RecordReader = (*Events)(nil)

// OpenEvents begins to read the given columns of what the source holds now.
func OpenEvents(ctx context.Context, s engine.Source, columns []types.Field) (*Events, error) {
	r, err := s.Open(ctx, engine.ReadOptions{Columns: columns, Bounded: true})
	if err != nil {
		return nil, err
	}
	return &Events{ctx: ctx, schema: types.Schema(columns), reader: r}, nil
}

// Next goes to the next batch; false at the end or after an error.
func (e *Events) Next() bool {
	for {
		if len(e.fetches) > 0 {
			e.drop()
		}
		for len(e.fetches) == 0 && e.err == nil {
			e.fetches, e.err = e.reader.Poll(e.ctx)
		}
		if len(e.fetches) == 0 {
			return false
		}
		if len(e.fetches[0].Records) > 0 {
			e.err = errors.New("the source gives records, not rows")
		}
		if e.fetches[0].Rows != nil {
			return true
		}
	}
}

// drop leaves the current fetch.
func (e *Events) drop() {
	if rows := e.fetches[0].Rows; rows != nil {
		rows.Release()
	}
	e.fetches = e.fetches[1:]
}

// Schema is that of the columns asked for.
func (e *Events) Schema() *arrow.Schema { return e.schema }

// RecordBatch is the current batch. It is valid until Next; Retain it to keep it.
func (e *Events) RecordBatch() arrow.RecordBatch { return e.fetches[0].Rows }

// Record is RecordBatch, by its old name.
func (e *Events) Record() arrow.RecordBatch { return e.RecordBatch() }

// Err is what ended the reading before its end, or nil.
func (e *Events) Err() error {
	if e.err == nil || errors.Is(e.err, io.EOF) {
		return nil
	}
	return fmt.Errorf("read events: %w", e.err)
}

// Retain does nothing: there is one owner.
func (e *Events) Retain() {}

// Release closes the reader. It may be called again.
func (e *Events) Release() {
	for len(e.fetches) > 0 {
		e.drop()
	}
	if e.reader != nil {
		_ = e.reader.Close() // of what was only read
	}
	e.reader, e.err = nil, errors.Join(e.err, io.EOF)
}

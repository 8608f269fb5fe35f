package duckdb

import (
	"context"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	bindings "github.com/duckdb/duckdb-go-bindings"
	"github.com/duckdb/duckdb-go/v2/arrowmapping"
	"github.com/duckdb/duckdb-go/v2/mapping"
	"github.com/weirdb/weir/engine/types"
)

// result is what a statement answers, read chunk by chunk as Arrow batches. Close it before running the statement again.
type result struct {
	session *session
	res     mapping.Result
	options arrowmapping.ArrowOptions
	columns []types.Field
	schema  *arrow.Schema
}

// query executes the statement. A streamed result is computed while it is read; any other one is complete when query returns.
func (p *statement) query(ctx context.Context, columns []types.Field, streamed bool) (*result, error) {
	r := &result{session: p.session, columns: columns, schema: types.Schema(columns)}
	execute := mapping.ExecutePrepared
	if streamed {
		execute = bindings.ExecutePreparedStreaming
	}
	err := p.session.interruptible(ctx, func() error {
		if execute(p.stmt, &r.res) == mapping.StateError {
			defer mapping.DestroyResult(&r.res)
			return parseError(mapping.ResultError(&r.res))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	arrowmapping.ConnectionGetArrowOptions(p.session.conn, &r.options)
	return r, nil
}

// describe finds the columns of a result that was made without.
func (r *result) describe() ([]types.Field, error) {
	r.columns = make([]types.Field, mapping.ColumnCount(&r.res))
	for i := range r.columns {
		logical := mapping.ColumnLogicalType(&r.res, mapping.IdxT(i))
		t, err := logicalTypeOf(logical)
		mapping.DestroyLogicalType(&logical)
		name := mapping.ColumnName(&r.res, mapping.IdxT(i))
		if err != nil {
			return nil, columnError(name, err)
		}
		r.columns[i] = types.Field{Name: name, Type: t}
	}
	r.schema = types.Schema(r.columns)
	return r.columns, nil
}

func (r *result) close() {
	arrowmapping.DestroyArrowOptions(&r.options)
	mapping.DestroyResult(&r.res)
}

// next returns the next batch, which the caller releases; nil at the end.
func (r *result) next(ctx context.Context) (arrow.RecordBatch, error) {
	var chunk mapping.DataChunk
	err := r.session.interruptible(ctx, func() error {
		chunk = mapping.FetchChunk(r.res)
		if chunk.Ptr == nil {
			return r.err()
		}
		return nil
	})
	if err != nil || chunk.Ptr == nil {
		return nil, err
	}
	defer mapping.DestroyDataChunk(&chunk)
	if err := checkIntervals(chunk, r.columns); err != nil {
		return nil, err
	}
	rows, data := arrowmapping.DataChunkToArrowArray(r.options, r.schema, chunk)
	defer mapping.DestroyErrorData(&data)
	if mapping.ErrorDataHasError(data) {
		return nil, parseError(mapping.ErrorDataMessage(data))
	}
	return rows, nil
}

// err is why a streamed result ended early; nil if it did not.
func (r *result) err() error {
	if text := mapping.ResultError(&r.res); text != "" {
		return parseError(text)
	}
	return nil
}

func queryError(what string, err error) error {
	return tellDamage(fmt.Errorf("duckdb: %s: %w", what, err))
}

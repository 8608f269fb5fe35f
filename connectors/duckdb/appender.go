package duckdb

import (
	"errors"
	"runtime"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/duckdb/duckdb-go/v2/arrowmapping"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// appendStep is how many rows DuckDB takes from an Arrow batch at once: its vector size. Of more it loses the rest.
const appendStep = 2048

// appendRows appends batches to a table, in the session's transaction. Their columns are those of the table, in order; values
// whose Arrow layout DuckDB takes for another type (HUGEINT, UUID, JSON) are cast to the column's.
func (s *session) appendRows(catalog, schema, table string, batches ...arrow.RecordBatch) (err error) {
	var a mapping.Appender
	state := mapping.AppenderCreateExt(s.conn, catalog, schema, table, &a)
	defer mapping.AppenderDestroy(&a)
	if state == mapping.StateError {
		return appenderError(a)
	}
	for _, rows := range batches {
		if err := s.appendBatch(a, rows); err != nil {
			return err
		}
	}
	if mapping.AppenderClose(a) == mapping.StateError {
		return appenderError(a)
	}
	return nil
}

func (s *session) appendBatch(a mapping.Appender, rows arrow.RecordBatch) error {
	converted, data := arrowmapping.SchemaFromArrow(s.conn, rows.Schema())
	defer arrowmapping.DestroyArrowConvertedSchema(&converted)
	if err := takeError(data); err != nil {
		return err
	}
	for from := int64(0); from < rows.NumRows(); from += appendStep {
		part := rows.NewSlice(from, min(from+appendStep, rows.NumRows()))
		err := s.appendPart(a, part, converted)
		part.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *session) appendPart(a mapping.Appender, rows arrow.RecordBatch, converted arrowmapping.ArrowConvertedSchema) error {
	given, err := compact(rows.Columns(), rows.NumRows(), rows.Schema())
	if err != nil {
		return err
	}
	defer given.Release()
	var pinner runtime.Pinner
	pinBatch(&pinner, given)
	defer pinner.Unpin()
	chunk, data := arrowmapping.DataChunkFromArrow(s.conn, given, converted)
	if err := takeError(data); err != nil {
		return err
	}
	defer mapping.DestroyDataChunk(&chunk)
	if mapping.AppendDataChunk(a, chunk) == mapping.StateError {
		return appenderError(a)
	}
	return nil
}

func appenderError(a mapping.Appender) error {
	if err := takeError(mapping.AppenderErrorData(a)); err != nil {
		return err
	}
	return errors.New("the appender failed without saying why")
}

// takeError reads and frees an error of DuckDB; nil if there is none.
func takeError(data mapping.ErrorData) error {
	defer mapping.DestroyErrorData(&data)
	if !mapping.ErrorDataHasError(data) {
		return nil
	}
	return parseError(mapping.ErrorDataMessage(data))
}

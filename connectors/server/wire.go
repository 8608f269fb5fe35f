package server

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
)

// marked reads what another reader does, with a schema that tells clients which texts are JSON.
type marked struct {
	array.RecordReader
	schema  *arrow.Schema
	current arrow.RecordBatch
}

// newMarked marks a reader's columns. The schema that comes with Arrow's layout is kept where there is nothing to tell.
func newMarked(columns []types.Field, reader array.RecordReader) array.RecordReader {
	wire := types.WireSchema(columns)
	if wire.Equal(reader.Schema()) || !sameLayout(wire, reader.Schema()) {
		return reader
	}
	return &marked{RecordReader: reader, schema: wire}
}

// sameLayout reports whether batches of one schema can have the other: a column may come in any layout that Arrow has for its type.
func sameLayout(a, b *arrow.Schema) bool {
	if a.NumFields() != b.NumFields() {
		return false
	}
	for i, f := range a.Fields() {
		if !arrow.TypeEqual(f.Type, b.Field(i).Type) {
			return false
		}
	}
	return true
}

func (m *marked) Schema() *arrow.Schema { return m.schema }

func (m *marked) Next() bool {
	m.drop()
	if !m.RecordReader.Next() {
		return false
	}
	rows := m.RecordReader.RecordBatch()
	m.current = array.NewRecordBatch(m.schema, rows.Columns(), rows.NumRows())
	return true
}

func (m *marked) RecordBatch() arrow.RecordBatch { return m.current }

func (m *marked) Record() arrow.RecordBatch { return m.current }

func (m *marked) Release() {
	m.drop()
	m.RecordReader.Release()
}

func (m *marked) drop() {
	if m.current != nil {
		m.current.Release()
		m.current = nil
	}
}

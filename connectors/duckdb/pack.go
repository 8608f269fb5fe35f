package duckdb

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// packChanges writes batches as one Arrow stream with a weight column at the end; NULL weights stand for no weights. Behind it come the
// trace contexts, if there are any.
func packChanges(columns []types.Field, batches []engine.Batch) ([]byte, error) {
	schema := packedSchema(columns, batches)
	var out bytes.Buffer
	w := ipc.NewWriter(&out, ipc.WithSchema(schema))
	for _, b := range batches {
		packed := packBatch(schema, b)
		err := w.Write(packed)
		packed.Release()
		if err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func packedSchema(columns []types.Field, batches []engine.Batch) *arrow.Schema {
	fields := append(types.ArrowFields(columns), arrow.Field{Name: "w", Type: arrow.PrimitiveTypes.Int8, Nullable: true})
	if slices.ContainsFunc(batches, func(b engine.Batch) bool { return b.Traces != nil }) {
		fields = append(fields, arrow.Field{Name: "t", Type: arrow.BinaryTypes.String, Nullable: true})
	}
	return arrow.NewSchema(fields, nil)
}

// packBatch adds the weights as a column, and the trace contexts if the schema has them. The caller releases the result.
func packBatch(schema *arrow.Schema, b engine.Batch) arrow.RecordBatch {
	builder := array.NewInt8Builder(memory.DefaultAllocator)
	defer builder.Release()
	builder.AppendValues(b.Weights, nil)
	builder.AppendNulls(int(b.Rows.NumRows()) - len(b.Weights))
	weights := builder.NewInt8Array()
	defer weights.Release()
	columns := append(slices.Clone(b.Rows.Columns()), weights)
	switch {
	case schema.NumFields() == len(columns):
	case b.Traces != nil:
		columns = append(columns, b.Traces)
	default:
		none := array.MakeArrayOfNull(memory.DefaultAllocator, arrow.BinaryTypes.String, int(b.Rows.NumRows()))
		defer none.Release()
		columns = append(columns, none)
	}
	return array.NewRecordBatch(schema, columns, b.Rows.NumRows())
}

// packedSection is the one section of a file of changes.
const packedSection = "changes"

// packFile writes batches as packChanges does, to a file, and syncs it.
func (s *Store) packFile(name string, columns []types.Field, batches []engine.Batch) error {
	file, err := createStateFile(s.state.path(name))
	if err != nil {
		return err
	}
	schema := packedSchema(columns, batches)
	for _, b := range batches {
		packed := packBatch(schema, b)
		_ = file.Write(packedSection, packed) // Close tells
		packed.Release()
	}
	return file.Close()
}

// unpackDelivery is the inverse of packChanges and packFile. It tells how many bytes it read.
func (s *Store) unpackDelivery(p *posted) (d engine.Delivery, size int64, err error) {
	d.Epoch, size = p.epoch, int64(len(p.packed))
	if err := json.Unmarshal([]byte(p.columns), &d.Columns); err != nil {
		return d, 0, err
	}
	schema := types.Schema(d.Columns)
	unpack := func(packed arrow.RecordBatch) error {
		d.Changes = append(d.Changes, unpackBatch(packed, schema))
		return nil
	}
	if p.file == "" {
		err = unpackStream(p.packed, unpack)
	} else {
		size, err = s.unpackFile(p.file, unpack)
	}
	if err != nil {
		releaseBatches(d.Changes)
		return d, 0, err
	}
	return d, size, nil
}

func unpackStream(packed []byte, yield func(packed arrow.RecordBatch) error) error {
	reader, err := ipc.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	defer reader.Release()
	for reader.Next() {
		if err := yield(reader.RecordBatch()); err != nil {
			return err
		}
	}
	return reader.Err()
}

func (s *Store) unpackFile(name string, yield func(packed arrow.RecordBatch) error) (size int64, err error) {
	info, err := os.Stat(s.state.path(name))
	if err != nil {
		return 0, err
	}
	if err := readStateFile(s.state.path(name), packedSection, yield); err != nil {
		return 0, fmt.Errorf("reading %s: %w; if the file cannot be put back, DROP the sink and CREATE it anew: what waits for it is then lost to it, "+
			"and stays in the view's table", s.state.path(name), err)
	}
	return info.Size(), nil
}

func unpackBatch(packed arrow.RecordBatch, schema *arrow.Schema) engine.Batch {
	width := schema.NumFields()
	b := engine.Batch{Rows: array.NewRecordBatch(schema, packed.Columns()[:width], packed.NumRows())}
	if weights := packed.Column(width).(*array.Int8); weights.NullN() == 0 {
		b.Weights = slices.Clone(weights.Int8Values())
	}
	if behind := width + 1; behind < int(packed.NumCols()) {
		b.Traces = packed.Column(behind).(*array.String)
		b.Traces.Retain()
	}
	return b
}

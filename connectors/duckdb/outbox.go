package duckdb

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

var outboxColumns = []types.ID{types.Varchar, types.BigInt, types.Varchar, types.Blob}

// writeOutbox puts what a commit changes in views that have sinks into the outbox, once for each sink.
func (s *Store) writeOutbox(c *engine.Commit) error {
	for _, change := range c.Changes {
		sinks := s.sinksOf(change.View)
		if len(sinks) == 0 || len(change.Batches) == 0 {
			continue
		}
		if err := s.post(c.Epoch, change, sinks); err != nil {
			return viewError(change.View, fmt.Errorf("keeping changes for sinks: %w", err))
		}
	}
	return nil
}

func (s *Store) post(epoch int64, change engine.Change, sinks []string) error {
	columns := s.tables[change.View].columns
	described, err := json.Marshal(columns)
	if err != nil {
		return err
	}
	packed, err := packChanges(columns, change.Batches)
	if err != nil {
		return err
	}
	return s.appendBuilt(database, "weir", "outbox", outboxColumns, len(sinks), func(b *array.RecordBuilder, i int) {
		appendTexts(b, sinks[i])
		b.Field(1).(*array.Int64Builder).Append(epoch)
		b.Field(2).(*array.StringBuilder).Append(string(described))
		b.Field(3).(*array.BinaryBuilder).Append(packed)
	})
}

// pendingBytes bounds what one call of Pending unpacks, as it lies in the outbox: a sink that was down for long has large epochs
// waiting.
var pendingBytes = 16 << 20

// Pending returns what a sink has not delivered yet, oldest epoch first, at most limit epochs; fewer, but at least one, if they
// are large. The caller releases the batches.
func (s *Store) Pending(ctx context.Context, sink string, limit int) ([]engine.Delivery, error) {
	reader, err := s.reader(ctx)
	if err != nil {
		return nil, queryError("reading the outbox", err)
	}
	defer reader.close()
	var out []engine.Delivery
	var broken error
	taken := 0
	err = reader.each(ctx, "SELECT epoch, columns::VARCHAR, changes FROM weir.outbox WHERE sink = $1 ORDER BY epoch LIMIT $2", func(r row) {
		if broken != nil || taken >= pendingBytes {
			return
		}
		taken += len(r.text(2))
		var d engine.Delivery
		if d, broken = unpackDelivery(r); broken == nil {
			out = append(out, d)
		}
	}, sink, int64(limit))
	if err == nil {
		err = broken
	}
	if err != nil {
		releaseDeliveries(out)
		return nil, queryError("reading the outbox of "+sink, err)
	}
	return out, nil
}

func releaseDeliveries(deliveries []engine.Delivery) {
	for _, d := range deliveries {
		releaseBatches(d.Changes)
	}
}

func releaseBatches(batches []engine.Batch) {
	for _, b := range batches {
		b.Release()
	}
}

// PendingCount returns how many epochs wait to be delivered to a sink.
func (s *Store) PendingCount(ctx context.Context, sink string) (int64, error) {
	reader, err := s.reader(ctx)
	if err != nil {
		return 0, queryError("reading the outbox", err)
	}
	defer reader.close()
	n := int64(0)
	err = reader.each(ctx, "SELECT count(*) FROM weir.outbox WHERE sink = $1", func(r row) { n = r.int(0) }, sink)
	if err != nil {
		return 0, queryError("reading the outbox of "+sink, err)
	}
	return n, nil
}

// Done removes from the outbox what a sink has delivered: every epoch up to the given one.
func (s *Store) Done(ctx context.Context, sink string, epoch int64) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := s.session.execute(ctx, "DELETE FROM weir.outbox WHERE sink = $1 AND epoch <= $2", sink, epoch); err != nil {
		return queryError("clearing the outbox of "+sink, err)
	}
	return nil
}

// packChanges writes batches as one Arrow stream with a weight column at the end; NULL weights stand for no weights.
func packChanges(columns []types.Field, batches []engine.Batch) ([]byte, error) {
	schema := packedSchema(columns)
	var out bytes.Buffer
	w := ipc.NewWriter(&out, ipc.WithSchema(schema), ipc.WithZstd())
	for _, b := range batches {
		if err := writePacked(w, schema, b); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func packedSchema(columns []types.Field) *arrow.Schema {
	fields := append(types.ArrowFields(columns), arrow.Field{Name: "w", Type: arrow.PrimitiveTypes.Int8, Nullable: true})
	return arrow.NewSchema(fields, nil)
}

func writePacked(w *ipc.Writer, schema *arrow.Schema, b engine.Batch) error {
	builder := array.NewInt8Builder(memory.DefaultAllocator)
	defer builder.Release()
	builder.AppendValues(b.Weights, nil)
	builder.AppendNulls(int(b.Rows.NumRows()) - len(b.Weights))
	weights := builder.NewInt8Array()
	defer weights.Release()
	packed := array.NewRecordBatch(schema, append(slices.Clone(b.Rows.Columns()), weights), b.Rows.NumRows())
	defer packed.Release()
	return w.Write(packed)
}

// unpackDelivery is the inverse of packChanges.
func unpackDelivery(r row) (engine.Delivery, error) {
	d := engine.Delivery{Epoch: r.int(0)}
	if err := json.Unmarshal([]byte(r.text(1)), &d.Columns); err != nil {
		return d, err
	}
	reader, err := ipc.NewReader(bytes.NewReader([]byte(r.text(2))))
	if err != nil {
		return d, err
	}
	defer reader.Release()
	for reader.Next() {
		d.Changes = append(d.Changes, unpackBatch(reader.RecordBatch(), types.Schema(d.Columns)))
	}
	if err := reader.Err(); err != nil {
		releaseBatches(d.Changes)
		return d, err
	}
	return d, nil
}

func unpackBatch(packed arrow.RecordBatch, schema *arrow.Schema) engine.Batch {
	last := int(packed.NumCols()) - 1
	b := engine.Batch{Rows: array.NewRecordBatch(schema, packed.Columns()[:last], packed.NumRows())}
	if weights := packed.Column(last).(*array.Int8); weights.NullN() == 0 {
		b.Weights = slices.Clone(weights.Int8Values())
	}
	return b
}

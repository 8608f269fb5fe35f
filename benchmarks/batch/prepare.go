package batch

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	pool "github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/connectors/nexmark"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// batchRows is how many rows a batch has, the last excepted.
const batchRows = 8192

// used are the columns that some query reads.
var used = map[string]bool{"auction": true, "bidder": true, "price": true, "channel": true, "date_time": true}

// prepare makes the bids among so many events, before anything is timed.
func prepare(ctx context.Context, o engine.Options) (*memory, error) {
	given := map[string]string{"table": "bid", "events": o["events"], "event_rate": o["event_rate"], "seed": o[bench.Seed.Name]}
	options, err := engine.Validate(given, nexmark.Connector.SourceOptions)
	if err != nil {
		return nil, err
	}
	columns, eventTime, _, schemaErr := nexmark.Schema(options)
	m := &memory{eventTime: eventTime}
	for _, c := range columns {
		if used[c.Name] {
			m.columns = append(m.columns, c)
		}
	}
	source, err := nexmark.Connector.Source(engine.SourceConfig{Name: "bid", Columns: columns, Options: options})
	if err := errors.Join(schemaErr, err); err != nil {
		return nil, err
	}
	events, err := bench.OpenEvents(ctx, source, m.columns)
	if err != nil {
		return nil, err
	}
	defer events.Release()
	return m, m.fill(events)
}

// fill deals batches among the partitions.
//
//	partition 0   rows 0 … 8191        32768 …
//	partition 1   rows 8192 … 16383    40960 …
func (m *memory) fill(events array.RecordReader) error {
	var parts []arrow.RecordBatch
	rows, turn := int64(0), 0
	flush := func() error {
		batch, err := join(events.Schema(), parts)
		if err != nil {
			return err
		}
		m.batches[turn%partitions] = append(m.batches[turn%partitions], batch)
		parts, rows, turn = nil, 0, turn+1
		return nil
	}
	for events.Next() {
		batch := events.RecordBatch()
		batch.Retain()
		parts, rows = append(parts, batch), rows+batch.NumRows()
		if rows >= batchRows {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(parts) > 0 {
		if err := flush(); err != nil {
			return err
		}
	}
	return events.Err()
}

// join makes one batch of several, and releases them.
func join(schema *arrow.Schema, parts []arrow.RecordBatch) (arrow.RecordBatch, error) {
	columns := make([]arrow.Array, schema.NumFields())
	rows := int64(0)
	for i := range columns {
		pieces := make([]arrow.Array, len(parts))
		for j, p := range parts {
			pieces[j] = p.Column(i)
		}
		var err error
		if columns[i], err = array.Concatenate(pieces, pool.DefaultAllocator); err != nil {
			return nil, fmt.Errorf("join batches: %w", err)
		}
	}
	for _, p := range parts {
		rows += p.NumRows()
		p.Release()
	}
	return array.NewRecordBatch(schema, columns, rows), nil
}

// all are the batches in the order in which they are read. The reader of them borrows the memory.
func (m *memory) all() (array.RecordReader, error) {
	var out []arrow.RecordBatch
	for turn := range m.batches[0] {
		for _, batches := range m.batches {
			if turn < len(batches) {
				out = append(out, batches[turn])
			}
		}
	}
	return array.NewRecordReader(types.Schema(m.columns), out)
}

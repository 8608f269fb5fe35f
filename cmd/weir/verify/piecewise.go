package verify

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metadata"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/catalog"
)

// A record may be a dead letter for one view and an event for another, which does not read the column that is broken. Such records are decoded
// column by column; what cannot be decoded is NULL, and read by those views only that leave the record out.

// place is where an event stands.
type place struct {
	partition string
	offset    int64
}

// findCounted notes the dead letters of an input that some of the views have counted.
func (in *input) findCounted(ctx context.Context, r *results, views []*catalog.View) error {
	var names []string
	for _, v := range views {
		if v.Reads(in.Name) {
			names = append(names, v.Name)
		}
	}
	list, err := json.Marshal(names)
	if err != nil {
		return err
	}
	rows, err := r.conn.QueryContext(ctx, `SELECT "partition", "offset" FROM weir_verify.letters
		WHERE source = $1 AND views IS NOT NULL AND NOT list_has_all(views, from_json($2::VARCHAR::JSON, '["VARCHAR"]'))`, in.Name, string(list))
	if err != nil {
		return fmt.Errorf("read dead letters: %w", err)
	}
	defer rows.Close()
	in.counted = map[place]bool{}
	for rows.Next() {
		var at place
		if err := rows.Scan(&at.partition, &at.offset); err != nil {
			return fmt.Errorf("read dead letters: %w", err)
		}
		in.counted[at] = true
	}
	return rows.Err()
}

// rejected sees to a record that cannot be decoded as a whole.
func (e *events) rejected(f *engine.Fetch, record *engine.Record, upTo int64) error {
	if !e.counted[place{f.Partition, record.Offset}] {
		e.letter(f.Partition, record.Offset, upTo)
		return nil
	}
	row, known, err := e.piecewise(record)
	if err != nil {
		return err
	}
	defer row.Release()
	if !known {
		e.letter(f.Partition, record.Offset, upTo)
		return nil
	}
	return e.join(f, row, metadata.Place{
		Partition: f.Partition,
		Offset:    func(int) int64 { return record.Offset },
		Meta:      func(int) *engine.Meta { return record.Meta },
	}, upTo)
}

// piecewise decodes a record column by column. Known says that one of them could be decoded. The caller releases the row.
func (e *events) piecewise(record *engine.Record) (row arrow.RecordBatch, known bool, err error) {
	columns := make([]arrow.Array, len(e.columns.Plain))
	defer func() {
		for _, c := range columns {
			if c != nil {
				c.Release()
			}
		}
	}()
	for i, f := range e.columns.Plain {
		if columns[i], err = e.column(f, record); err != nil {
			return nil, false, err
		}
		if known = known || columns[i] != nil; columns[i] == nil {
			columns[i] = array.MakeArrayOfNull(memory.DefaultAllocator, f.Type.Arrow(), 1)
		}
	}
	return array.NewRecordBatch(types.Schema(e.columns.Plain), columns, 1), known, nil
}

// column decodes one column of a record; nil if that cannot be done.
func (e *events) column(f types.Field, record *engine.Record) (arrow.Array, error) {
	decoder := e.single[f.Name]
	if decoder == nil {
		var err error
		if decoder, err = e.format.NewDecoder([]types.Field{f}); err != nil {
			return nil, err
		}
		e.single[f.Name] = decoder
	}
	d, err := decoder.Decode([]engine.Record{*record})
	if err != nil {
		return nil, err
	}
	defer d.Rows.Release()
	if d.Rows.NumRows() != 1 {
		return nil, nil
	}
	column := d.Rows.Column(0)
	column.Retain()
	return column, nil
}

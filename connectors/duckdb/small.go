package duckdb

import (
	"context"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// writeSmall writes everything of a commit but the views, in the transaction.
func (s *Store) writeSmall(ctx context.Context, c *engine.Commit, next *engine.Checkpoint) error {
	for _, write := range []func(*engine.Commit) error{s.writeLate, s.writeStarts, s.writeOutbox} {
		if err := write(c); err != nil {
			return err
		}
	}
	for _, write := range []func(context.Context, *engine.Commit) error{s.writeLetters, s.postLate} {
		if err := write(ctx, c); err != nil {
			return err
		}
	}
	return s.books.write(ctx, s.last, next)
}

// appendBuilt appends n rows that fill writes by hand. Tables that get few rows a commit are filled this way.
func (s *Store) appendBuilt(catalog, schema, table string, columns []types.Type, n int, fill func(b *array.RecordBuilder, i int)) error {
	if n == 0 {
		return nil
	}
	fields := make([]types.Field, len(columns))
	for i, t := range columns {
		fields[i] = types.Field{Name: fmt.Sprintf("c%d", i), Type: t}
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(fields))
	defer b.Release()
	for i := range n {
		fill(b, i)
	}
	rows := b.NewRecordBatch()
	defer rows.Release()
	if err := s.session.appendRows(catalog, schema, table, rows); err != nil {
		return fmt.Errorf("writing %s: %w", table, err)
	}
	return nil
}

// unparametered are types without parameters.
func unparametered(ids ...types.ID) []types.Type {
	out := make([]types.Type, len(ids))
	for i, id := range ids {
		out[i] = types.Of(id)
	}
	return out
}

var lateColumns = unparametered(
	types.Varchar, types.Varchar, types.Varchar, types.Timestamp, types.Timestamp, types.Varchar, types.TimestampTZ, types.BigInt, types.BigInt)

func (s *Store) writeLate(c *engine.Commit) error {
	return s.appendLate(database, "weir", "late_rows", c)
}

func (s *Store) appendLate(catalog, schema, table string, c *engine.Commit) error {
	return s.appendBuilt(catalog, schema, table, lateColumns, len(c.Late), func(b *array.RecordBuilder, i int) {
		l := &c.Late[i]
		appendTexts(b, l.View, l.Source, l.Partition)
		b.Field(3).(*array.TimestampBuilder).Append(timestamp(l.EventTime))
		b.Field(4).(*array.TimestampBuilder).Append(timestamp(l.Watermark))
		b.Field(5).(*array.StringBuilder).Append(l.Row)
		b.Field(6).(*array.TimestampBuilder).AppendTime(l.At)
		if offset := b.Field(7).(*array.Int64Builder); l.Offset == nil {
			offset.AppendNull()
		} else {
			offset.Append(*l.Offset)
		}
		b.Field(8).(*array.Int64Builder).Append(c.Epoch)
	})
}

// appendTexts fills the first columns.
func appendTexts(b *array.RecordBuilder, texts ...string) {
	for i, text := range texts {
		b.Field(i).(*array.StringBuilder).Append(text)
	}
}

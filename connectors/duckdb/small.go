package duckdb

import (
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Dead letters of a replay may be known. They come in by way of a temporary table, which is empty between commits.
const tablesIn = `CREATE TEMP TABLE letters_in AS FROM weir.dead_letters LIMIT 0`

var addUnknownLetters = []string{
	`INSERT INTO weir.dead_letters FROM temp.main.letters_in i WHERE NOT EXISTS (FROM weir.dead_letters d
		WHERE d.source = i.source AND d."partition" = i."partition" AND d."offset" = i."offset" AND d.value IS NOT DISTINCT FROM i.value)`,
	`DELETE FROM temp.main.letters_in`,
}

// writeSmall writes everything of a commit but the views, in the transaction.
func (s *Store) writeSmall(ctx context.Context, c *engine.Commit, next *engine.Checkpoint) error {
	for _, write := range []func(*engine.Commit) error{s.writeDeadLetters, s.writeLate, s.writeStarts, s.writeOutbox} {
		if err := write(c); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(c.DeadLetters, func(d engine.DeadLetter) bool { return d.Replayed }) {
		if err := s.session.executeAll(ctx, addUnknownLetters...); err != nil {
			return err
		}
	}
	return s.books.write(ctx, s.last, next)
}

// appendBuilt appends n rows that fill writes by hand. Tables that get few rows a commit are filled this way.
func (s *Store) appendBuilt(catalog, schema, table string, ids []types.ID, n int, fill func(b *array.RecordBuilder, i int)) error {
	if n == 0 {
		return nil
	}
	columns := make([]types.Field, len(ids))
	for i, id := range ids {
		columns[i] = types.Field{Name: fmt.Sprintf("c%d", i), Type: types.Of(id)}
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(columns))
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

var letterColumns = []types.ID{types.Varchar, types.Varchar, types.BigInt, types.Blob, types.Varchar, types.TimestampTZ}

func (s *Store) writeDeadLetters(c *engine.Commit) error {
	var replayed, fresh []engine.DeadLetter
	for _, d := range c.DeadLetters {
		if d.Replayed {
			replayed = append(replayed, d)
		} else {
			fresh = append(fresh, d)
		}
	}
	if err := s.appendLetters(database, "weir", "dead_letters", fresh); err != nil {
		return err
	}
	return s.appendLetters("temp", "main", "letters_in", replayed)
}

func (s *Store) appendLetters(catalog, schema, table string, letters []engine.DeadLetter) error {
	return s.appendBuilt(catalog, schema, table, letterColumns, len(letters), func(b *array.RecordBuilder, i int) {
		d := &letters[i]
		appendTexts(b, d.Source, d.Partition)
		b.Field(2).(*array.Int64Builder).Append(d.Offset)
		b.Field(3).(*array.BinaryBuilder).Append(d.Value)
		b.Field(4).(*array.StringBuilder).Append(d.Reason)
		b.Field(5).(*array.TimestampBuilder).AppendTime(d.At)
	})
}

var lateColumns = []types.ID{
	types.Varchar, types.Varchar, types.Varchar, types.Timestamp, types.Timestamp, types.Varchar, types.TimestampTZ,
}

func (s *Store) writeLate(c *engine.Commit) error {
	return s.appendBuilt(database, "weir", "late_rows", lateColumns, len(c.Late), func(b *array.RecordBuilder, i int) {
		l := &c.Late[i]
		appendTexts(b, l.View, l.Source, l.Partition)
		b.Field(3).(*array.TimestampBuilder).Append(timestamp(l.EventTime))
		b.Field(4).(*array.TimestampBuilder).Append(timestamp(l.Watermark))
		b.Field(5).(*array.StringBuilder).Append(l.Row)
		b.Field(6).(*array.TimestampBuilder).AppendTime(l.At)
	})
}

// appendTexts fills the first columns.
func appendTexts(b *array.RecordBuilder, texts ...string) {
	for i, text := range texts {
		b.Field(i).(*array.StringBuilder).Append(text)
	}
}

package duckdb

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// PlainSource is a plain table that views read, as a source of its changes: one partition, whose offsets are those of the table's
// history. A fetch has Waiting 0 where it brings the reader up to the table as it is. What is wrong with the table ends the reader.
func (s *Store) PlainSource(name string) engine.Source { return plainSource{s, name} }

type plainSource struct {
	store *Store
	name  string
}

// Open implements engine.Source.
func (p plainSource) Open(_ context.Context, o engine.ReadOptions) (engine.Reader, error) {
	r := &plainReader{plainSource: p, columns: o.Columns, bounded: o.Bounded, merge: endOfHistory}
	if at, ok := o.From[plainPartition]; ok {
		r.next, r.merge = at, at
	} else if at, ok := o.NotAfter[plainPartition]; ok {
		r.merge = at
	}
	return r, nil
}

// plainPartition is the only partition of a table.
const plainPartition = "0"

// plainFetch is how many rows a fetch has at most.
const plainFetch = 8192

// plainReader reads a table's history, and goes on when the table has been changed.
type plainReader struct {
	plainSource
	columns []types.Field
	bounded bool
	merge   int64 // changes before it may be merged, once
	next    int64
	end     int64 // of the history, as far as is known
	current bool  // the history was what the table is, when changed was taken
	changed <-chan struct{}
	ended   bool
}

// Partitions implements engine.Reader.
func (r *plainReader) Partitions() []string { return []string{plainPartition} }

// Committed implements engine.Reader.
func (r *plainReader) Committed(map[string]int64) error { return nil }

// Close implements engine.Reader.
func (r *plainReader) Close() error { return nil }

// Poll implements engine.Reader.
func (r *plainReader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	if r.ended {
		return nil, io.EOF
	}
	first := r.changed == nil
	for r.next >= r.end {
		if r.current {
			select {
			case <-r.changed:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		r.changed = r.store.watch()
		if err := r.update(ctx); err != nil {
			return nil, err
		}
		if r.current = true; first {
			break // an empty table has been read, too
		}
	}
	f, err := r.fetch(ctx)
	if err != nil {
		return nil, queryError("reading table "+r.name, err)
	}
	f.End = r.bounded && f.Waiting == 0
	r.ended = f.End
	return []engine.Fetch{f}, nil
}

// update takes into the history what has changed in the table.
func (r *plainReader) update(ctx context.Context) error {
	s, err := r.store.reader(ctx)
	if err != nil {
		return queryError("reading table "+r.name, err)
	}
	defer s.close()
	t, err := checkTable(ctx, s, r.name)
	if err != nil {
		return fmt.Errorf("%w: make it as it was, or DROP and create the views on it again", err)
	}
	if r.merge > 0 {
		if err := r.store.mergeHistory(ctx, s, t, r.merge); err != nil {
			return queryError("merging the history of table "+r.name, err)
		}
		r.merge = 0
	}
	if err := r.store.noteChanges(ctx, t); err != nil {
		return queryError("comparing table "+r.name, err)
	}
	return s.each(ctx, "SELECT coalesce(max(weir_offset) + 1, 0)::BIGINT FROM "+historyName(r.name), func(x row) { r.end = max(r.next, x.int(0)) })
}

// fetch reads the next changes.
func (r *plainReader) fetch(ctx context.Context) (engine.Fetch, error) {
	upTo := min(r.next+plainFetch, r.end)
	f := engine.Fetch{Partition: plainPartition, Next: upTo, Waiting: r.end - upTo}
	if upTo == r.next {
		return f, nil
	}
	rows, err := r.read(ctx, upTo)
	if err != nil {
		return f, err
	}
	defer rows.Release()
	own := len(historyColumns)
	f.Offsets = slices.Clone(rows.Column(0).(*array.Int64).Int64Values())
	weights := rows.Column(1).(*array.Int8).Int8Values()
	if slices.Contains(weights, -1) {
		f.Weights = slices.Clone(weights)
	}
	f.Rows = array.NewRecordBatch(types.Schema(r.columns), rows.Columns()[own:], rows.NumRows())
	r.next = upTo
	return f, nil
}

func (r *plainReader) read(ctx context.Context, upTo int64) (arrow.RecordBatch, error) {
	s, err := r.store.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.close()
	names := slices.Clone(historyColumns)
	for _, c := range r.columns {
		names = append(names, types.QuoteIdent(c.Name))
	}
	p, err := s.prepare(fmt.Sprintf("SELECT %s FROM %s WHERE weir_offset >= %d AND weir_offset < %d AND weir_weight <> 0 ORDER BY weir_offset",
		strings.Join(names, ", "), historyName(r.name), r.next, upTo))
	if err != nil {
		return nil, err
	}
	defer p.close()
	columns, err := p.columns()
	if err != nil {
		return nil, err
	}
	res, err := p.query(ctx, columns, false)
	if err != nil {
		return nil, err
	}
	defer res.close()
	return gather(res, memory.DefaultAllocator)
}

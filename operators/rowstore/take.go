package rowstore

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/operators/function"
)

// Take returns rows, in the order of the Refs, in memory of mem. The caller releases the batch.
//
//	refs       1.0  0.2  1.3      chunk.row
//	parts      0: 2    1: 0 3     taken a chunk at a time, and joined
//	joined     0.2  1.0  1.3
//	order      1  0  2            only if the Refs jump between chunks
func (s *Store) Take(refs []Ref, mem memory.Allocator) arrow.RecordBatch {
	columns := make([]int, s.schema.NumFields())
	for i := range columns {
		columns[i] = i
	}
	return s.TakeColumns(columns, refs, mem)
}

// TakeColumns is Take for some of the columns.
func (s *Store) TakeColumns(columns []int, refs []Ref, mem memory.Allocator) arrow.RecordBatch {
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		fields[i] = s.schema.Field(c)
	}
	schema := arrow.NewSchema(fields, nil)
	jumps := s.divide(refs)
	parts := make([]arrow.RecordBatch, len(s.touched))
	for i, c := range s.touched {
		some := project(schema, s.chunks[c].rows, columns)
		parts[i] = function.Select(mem, some, s.parts[c])
		some.Release()
	}
	joined := join(schema, parts, mem)
	if !jumps {
		return joined
	}
	defer joined.Release()
	return function.Select(mem, joined, s.order(refs))
}

// project is a batch of some of the columns, which it shares.
func project(schema *arrow.Schema, rows arrow.RecordBatch, columns []int) arrow.RecordBatch {
	some := make([]arrow.Array, len(columns))
	for i, c := range columns {
		some[i] = rows.Column(c)
	}
	return array.NewRecordBatch(schema, some, rows.NumRows())
}

// divide lists the rows of each chunk, and the chunks in the order in which they first come. It reports whether the Refs come
// back to a chunk that they have left.
func (s *Store) divide(refs []Ref) (jumps bool) {
	for _, c := range s.touched {
		s.parts[c] = s.parts[c][:0]
	}
	s.touched = s.touched[:0]
	for len(s.parts) < len(s.chunks) {
		s.parts = append(s.parts, nil)
	}
	for i, r := range refs {
		c := r.chunk()
		if len(s.parts[c]) == 0 {
			s.touched = append(s.touched, c)
		} else if refs[i-1].chunk() != c {
			jumps = true
		}
		s.parts[c] = append(s.parts[c], r.row())
	}
	return jumps
}

// order says where each Ref's row is among the joined parts.
func (s *Store) order(refs []Ref) []int32 {
	next := make(map[int]int32, len(s.touched))
	at := int32(0)
	for _, c := range s.touched {
		next[c] = at
		at += int32(len(s.parts[c]))
	}
	index := make([]int32, len(refs))
	for i, r := range refs {
		index[i] = next[r.chunk()]
		next[r.chunk()]++
	}
	return index
}

// join makes one batch of several, which it releases.
func join(schema *arrow.Schema, parts []arrow.RecordBatch, mem memory.Allocator) arrow.RecordBatch {
	if len(parts) == 1 {
		return parts[0]
	}
	columns := make([]arrow.Array, schema.NumFields())
	rows := int64(0)
	for i := range columns {
		columns[i] = joinColumn(schema.Field(i).Type, i, parts, mem)
		defer columns[i].Release()
	}
	for _, p := range parts {
		rows += p.NumRows()
		p.Release()
	}
	return array.NewRecordBatch(schema, columns, rows)
}

func joinColumn(t arrow.DataType, column int, parts []arrow.RecordBatch, mem memory.Allocator) arrow.Array {
	if len(parts) == 0 {
		b := array.NewBuilder(mem, t)
		defer b.Release()
		return b.NewArray()
	}
	if t.ID() == arrow.NULL {
		n := 0
		for _, p := range parts {
			n += int(p.NumRows())
		}
		return array.NewNull(n)
	}
	arrays := make([]arrow.Array, len(parts))
	for i, p := range parts {
		arrays[i] = p.Column(column)
	}
	joined, err := array.Concatenate(arrays, mem)
	if err != nil {
		panic("rowstore: join batches of one schema: " + err.Error()) // texts of more than 2 GB in one batch
	}
	return joined
}

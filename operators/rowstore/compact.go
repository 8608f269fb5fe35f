package rowstore

import (
	"iter"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/operators/function"
)

const (
	chunkRows   = 1 << 15 // of a chunk that Compact makes
	fewRows     = 4096    // that may be dead without it being worth a copy
	fewChunks   = 64
	rowsOfChunk = 1024 // on average, below which chunks count as small
)

// Crowded reports whether Compact is worth its cost: more than half of the rows are dead, or chunks have become small.
func (s *Store) Crowded() bool {
	return s.stored > 2*s.live+fewRows || len(s.chunks) > fewChunks+s.live/rowsOfChunk
}

// Compact copies the rows that are held next to each other. lists are all Refs to them, each once; it sets them to where the
// rows are now.
//
//	chunks     a . . d | . f | g        moved   0 . . 1 | . 2 | 3
//	compact    a d f g                  Ref 1.1 ──► 0.2
func (s *Store) Compact(lists iter.Seq[[]Ref]) {
	moved := make([][]uint32, len(s.chunks))
	for i, c := range s.chunks {
		if c.rows != nil {
			moved[i] = make([]uint32, c.rows.NumRows())
		}
	}
	for refs := range lists {
		for _, r := range refs {
			moved[r.chunk()][r.row()] = 1
		}
	}
	index := number(moved)
	for refs := range lists {
		for i, r := range refs {
			at := int(moved[r.chunk()][r.row()]) - 1
			refs[i] = refTo(at/chunkRows, at%chunkRows)
		}
	}
	s.rebuild(index)
}

// number counts the marked rows from 1 on, and lists them for each chunk.
func number(moved [][]uint32) [][]int32 {
	index, next := make([][]int32, len(moved)), uint32(1)
	for c, rows := range moved {
		for i, held := range rows {
			if held == 0 {
				continue
			}
			rows[i] = next
			next++
			index[c] = append(index[c], int32(i))
		}
	}
	return index
}

// rebuild makes chunks of chunkRows each from the listed rows.
func (s *Store) rebuild(index [][]int32) {
	old := s.chunks
	s.chunks, s.stored, s.live = nil, 0, 0
	var parts []arrow.RecordBatch
	room := chunkRows
	for c, rows := range index {
		for len(rows) > 0 {
			n := min(room, len(rows))
			parts = append(parts, function.Select(s.mem, old[c].rows, rows[:n]))
			rows, room = rows[n:], room-n
			if room == 0 {
				s.put(join(s.schema, parts, s.mem))
				parts, room = nil, chunkRows
			}
		}
	}
	if len(parts) > 0 {
		s.put(join(s.schema, parts, s.mem))
	}
	for _, c := range old {
		if c.rows != nil {
			c.rows.Release()
		}
	}
}

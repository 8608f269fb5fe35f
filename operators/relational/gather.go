package relational

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/operators/function"
)

// gather copies the rows at ascending positions into one batch, which the caller releases.
func (b *bag) gather(positions []uint32) (arrow.RecordBatch, error) {
	var parts []arrow.RecordBatch
	defer func() { releaseAll(parts) }()
	for _, c := range b.chunks {
		n, _ := slices.BinarySearch(positions, c.end())
		if n > 0 {
			parts = append(parts, b.take(c, positions[:n]))
			positions = positions[n:]
		}
	}
	return concat(b.mem, b.schema, parts)
}

// take returns rows of a chunk. The whole chunk is not copied.
func (b *bag) take(c chunk, positions []uint32) arrow.RecordBatch {
	if len(positions) == int(c.rows.NumRows()) {
		c.rows.Retain()
		return c.rows
	}
	index := make([]int32, len(positions))
	for i, p := range positions {
		index[i] = int32(p - c.start)
	}
	return function.Select(b.mem, c.rows, index)
}

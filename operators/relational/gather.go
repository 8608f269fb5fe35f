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

// compact drops the rows that are gone, if they are more than half. Positions change; keys do not.
func (b *bag) compact() error {
	switch {
	case b.gone == len(b.weights):
		b.release()
		return nil
	case b.gone < compactFrom || b.gone*2 < len(b.weights):
		return nil
	}
	kept := b.all(nil)
	fresh := newBag(b.mem, b.schema)
	groups, weights := make([]uint32, len(kept)), make([]int8, len(kept))
	for i, p := range kept {
		groups[i], weights[i] = b.keys[p], b.weights[p]
	}
	err := b.each(kept, chunkRows, func(rows arrow.RecordBatch, n int) error {
		err := fresh.append(rows, groups[:n], weights[:n])
		groups, weights = groups[n:], weights[n:]
		return err
	})
	if err != nil {
		fresh.release()
		return err
	}
	b.release()
	*b = *fresh
	return nil
}

// each yields the rows at ascending positions in batches of at most so many rows.
func (b *bag) each(positions []uint32, most int, yield func(rows arrow.RecordBatch, n int) error) error {
	for len(positions) > 0 {
		n := min(most, len(positions))
		rows, err := b.gather(positions[:n])
		if err != nil {
			return err
		}
		err = yield(rows, n)
		rows.Release()
		if err != nil {
			return err
		}
		positions = positions[n:]
	}
	return nil
}

// renumber gives the keys other numbers. No row may have a key that has none.
func (b *bag) renumber(number func(key uint32) uint32) {
	for i, k := range b.keys {
		if b.weights[i] != 0 {
			b.keys[i] = number(k)
		} else {
			b.keys[i] = 0
		}
	}
	b.chains = b.chains[:0]
	b.link(0)
}

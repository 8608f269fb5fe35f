package relational

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine/spill"
)

// chunkRows is the size up to which chunks are joined: strings take 4 GB at most in a chunk.
const chunkRows = 1 << 17

// join joins the last chunks while they are of similar size, so that there are few and each row is copied a few times.
func (b *bag) join() error {
	from, size := len(b.chunks)-1, b.chunks[len(b.chunks)-1].rows.NumRows()
	for from > 0 && b.chunks[from-1].rows.NumRows() <= size && b.chunks[from-1].rows.NumRows()+size <= chunkRows {
		from--
		size += b.chunks[from].rows.NumRows()
	}
	if from == len(b.chunks)-1 {
		return nil
	}
	parts := make([]arrow.RecordBatch, 0, len(b.chunks)-from)
	for _, c := range b.chunks[from:] {
		parts = append(parts, c.rows)
	}
	joined, err := concat(spill.Allocator{Small: b.mem}, b.schema, parts)
	if err != nil {
		return err
	}
	releaseAll(parts)
	b.chunks = append(b.chunks[:from], chunk{joined, b.chunks[from].start})
	return nil
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

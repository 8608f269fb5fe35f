package aggregate

import (
	"bytes"
	"container/heap"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// countedExtreme is min or max of values that can be taken back: it counts how often each value is there, and has those of each
// group in a heap. What has been taken back leaves the heap when it comes to the top.
//
//	rows   +3 +5 +5 -5 -5      counts  3:1 5:0      heap  5 3  ──►  3
type countedExtreme[T any] struct {
	valueCounts
	order []T // by value
	heaps cells[valueHeap]
	queue []bool // by value: it is in the heap
	gone  int    // values that have been taken back

	read   func(a arrow.Array, row uint32) T
	better func(a, b T) bool
}

// valueHeap are the numbers of a group's values.
type valueHeap []uint32

// newCountedExtreme returns nil where the type's values that are equal may look different, or have no order.
func newCountedExtreme(t types.Type, max bool) accumulator {
	switch t.ID {
	case types.Boolean:
		return countedBy(t, max, func(a arrow.Array, row uint32) int { return map[bool]int{true: 1}[a.(*array.Boolean).Value(int(row))] }, less[int])
	case types.TinyInt:
		return countedBy(t, max, valueAt[int8], less[int8])
	case types.SmallInt:
		return countedBy(t, max, valueAt[int16], less[int16])
	case types.Integer, types.Date:
		return countedBy(t, max, valueAt[int32], less[int32])
	case types.BigInt, types.Time, types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS, types.TimestampTZ:
		return countedBy(t, max, valueAt[int64], less[int64])
	case types.UTinyInt:
		return countedBy(t, max, valueAt[uint8], less[uint8])
	case types.USmallInt:
		return countedBy(t, max, valueAt[uint16], less[uint16])
	case types.UInteger:
		return countedBy(t, max, valueAt[uint32], less[uint32])
	case types.UBigInt:
		return countedBy(t, max, valueAt[uint64], less[uint64])
	case types.Float:
		return countedBy(t, max, valueAt[float32], floatLess[float32])
	case types.Double:
		return countedBy(t, max, valueAt[float64], floatLess[float64])
	case types.HugeInt, types.Decimal:
		return countedBy(t, max, valueAt[decimal128.Num], decimal128.Num.Less)
	case types.Varchar, types.Blob, types.UUID, types.JSON:
		return countedBy(t, max, textAt, func(a, b []byte) bool { return bytes.Compare(a, b) < 0 })
	}
	return nil
}

func countedBy[T any](t types.Type, max bool, read func(arrow.Array, uint32) T, less func(a, b T) bool) accumulator {
	better := less
	if max {
		better = func(a, b T) bool { return less(b, a) }
	}
	return &countedExtreme[T]{valueCounts: newValueCounts(t), read: read, better: better}
}

func less[T integer | int](a, b T) bool { return a < b }

func valueAt[T any](a arrow.Array, row uint32) T { return keys.Values[T](a)[row] }

func textAt(a arrow.Array, row uint32) []byte {
	offsets, data := keys.Bytes(a)
	return bytes.Clone(data[offsets[row]:offsets[row+1]])
}

func (e *countedExtreme[T]) grow(n int) {
	e.valueCounts.grow(n)
	e.heaps.grow(n)
}

func (e *countedExtreme[T]) reset() {
	e.valueCounts.reset()
	e.heaps.reset()
	e.order, e.queue, e.gone = emptied(e.order), emptied(e.queue), 0
}

func (e *countedExtreme[T]) free() {
	e.valueCounts.free()
	e.heaps.free()
	spill.Free(e.order)
	spill.Free(e.queue)
	e.order, e.queue = nil, nil
}

func (e *countedExtreme[T]) update(groups, rows []uint32, args []arrow.Array) error {
	for i, id := range e.number(groups, rows, args) {
		e.count(groups[i], id, 1)
	}
	return nil
}

func (e *countedExtreme[T]) retract(groups, rows []uint32, args []arrow.Array) error {
	for i, id := range e.number(groups, rows, args) {
		e.count(groups[i], id, -1)
	}
	return e.tidy()
}

// number finds the values of rows, and keeps the order of new ones.
func (e *countedExtreme[T]) number(groups, rows []uint32, args []arrow.Array) []uint32 {
	ids := e.find(groups, rows, args)
	for i, id := range ids {
		if int(id) == len(e.order) {
			e.order, e.queue = append(spill.Grow(e.order, 1), e.read(args[0], rows[i])), append(spill.Grow(e.queue, 1), false)
			e.gone++
		}
	}
	return ids
}

// count adds to how often a value is there.
func (e *countedExtreme[T]) count(group, id uint32, by int64) {
	before := e.n[id]
	e.n[id] += by
	switch {
	case before == 0:
		e.gone--
	case e.n[id] == 0:
		e.gone++
	}
	if e.n[id] > 0 && !e.queue[id] {
		e.queue[id] = true
		heap.Push(e.heapOf(group), id)
	}
}

// merge adds what was saved: each value once, with its count.
func (e *countedExtreme[T]) merge(groups, rows []uint32, saved []arrow.Array) error {
	counts := e.merged.flatten(saved[1], groups, rows)
	n := keys.Values[int64](counts)
	var by []int64
	for _, r := range e.merged.rows {
		by = append(by, n[r])
	}
	values := e.merged.flatten(saved[0], groups, rows)
	for i, id := range e.number(e.merged.groups, e.merged.rows, []arrow.Array{values}) {
		e.count(e.merged.groups[i], id, by[i])
	}
	return nil
}

// save leaves out what has been taken back.
func (e *countedExtreme[T]) save(groups []uint32, b []array.Builder) {
	values, counts := b[0].(*array.ListBuilder), b[1].(*array.ListBuilder)
	builders := []array.Builder{values.ValueBuilder()}
	for _, g := range groups {
		values.Append(true)
		counts.Append(true)
		e.ids = e.elements(e.ids[:0], g)
		there := e.ids[:0]
		for _, id := range e.ids {
			if e.n[id] != 0 {
				there = append(there, id)
				counts.ValueBuilder().(*array.Int64Builder).Append(e.n[id])
			}
		}
		e.table.Append(builders, there)
	}
}

func (e *countedExtreme[T]) result(groups []uint32, b array.Builder) error {
	builders, one := []array.Builder{b}, make([]uint32, 1)
	for _, g := range groups {
		h := &e.heaps.at[g]
		for len(*h) > 0 && e.n[(*h)[0]] <= 0 {
			e.queue[heap.Pop(e.heapOf(g)).(uint32)] = false
		}
		if len(*h) == 0 {
			b.AppendNull()
			continue
		}
		one[0] = (*h)[0]
		e.table.Append(builders, one)
	}
	return nil
}

// tidy forgets the values that have been taken back, once they are more than half.
func (e *countedExtreme[T]) tidy() error {
	if e.gone < forgetFrom || 2*e.gone < len(e.n) {
		return nil
	}
	groups := keys.Iota(nil, len(e.heaps.at))
	var saved []arrow.Array
	var builders []array.Builder
	for _, t := range e.state() {
		builders = append(builders, array.NewBuilder(memory.DefaultAllocator, t.Arrow()))
	}
	e.save(groups, builders)
	for _, b := range builders {
		saved = append(saved, b.NewArray())
		b.Release()
	}
	defer releaseAll(saved)
	fresh := &countedExtreme[T]{valueCounts: newValueCounts(e.kind), read: e.read, better: e.better}
	fresh.grow(len(groups))
	err := fresh.merge(groups, groups, saved)
	e.free()
	*e = *fresh
	return err
}

// groupHeap is the heap of a group, with what its values are compared by.
type groupHeap[T any] struct {
	*countedExtreme[T]
	heap *valueHeap
}

func (e *countedExtreme[T]) heapOf(group uint32) heap.Interface {
	return groupHeap[T]{e, &e.heaps.at[group]}
}

// Len implements heap.Interface.
func (h groupHeap[T]) Len() int { return len(*h.heap) }

// Less implements heap.Interface.
func (h groupHeap[T]) Less(i, j int) bool {
	return h.better(h.order[(*h.heap)[i]], h.order[(*h.heap)[j]])
}

// Swap implements heap.Interface.
func (h groupHeap[T]) Swap(i, j int) { (*h.heap)[i], (*h.heap)[j] = (*h.heap)[j], (*h.heap)[i] }

// Push implements heap.Interface.
func (h groupHeap[T]) Push(id any) { *h.heap = append(*h.heap, id.(uint32)) }

// Pop implements heap.Interface.
func (h groupHeap[T]) Pop() any {
	last := len(*h.heap) - 1
	id := (*h.heap)[last]
	*h.heap = (*h.heap)[:last]
	return id
}

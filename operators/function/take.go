package function

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Select returns the given rows of a batch, in that order. The caller releases it.
func Select(mem memory.Allocator, rows arrow.RecordBatch, index []int32) arrow.RecordBatch {
	columns := make([]arrow.Array, rows.NumCols())
	for i := range columns {
		columns[i] = Take(mem, rows.Column(i), index)
	}
	defer releaseAll(columns)
	return array.NewRecordBatch(rows.Schema(), columns, int64(len(index)))
}

// Take returns the values of a at the given positions, all of which exist. It knows every layout that types.Type.Arrow makes,
// and panics on others. The caller releases the array.
func Take(mem memory.Allocator, a arrow.Array, index []int32) arrow.Array {
	f := &frame{n: len(index), mem: mem}
	switch t := a.DataType().(type) {
	case *arrow.NullType:
		return array.NewNull(len(index))
	case *arrow.BooleanType:
		return build(t, f.n, takeValid(f, a, index), takeBits(f, a.Data().Buffers()[1], a.Data().Offset(), index))
	case *arrow.StringType, *arrow.BinaryType:
		return takeTexts(f, a, index)
	case *arrow.StructType:
		return takeStruct(f, a.(*array.Struct), index)
	case *arrow.ListType, *arrow.MapType:
		return takeList(f, a, index)
	case arrow.FixedWidthDataType:
		return takeFixed(f, a, t.Bytes(), index)
	}
	panic(fmt.Sprintf("function: take from a column of %s", a.DataType()))
}

func takeFixed(f *frame, a arrow.Array, width int, index []int32) arrow.Array {
	valid := takeValid(f, a, index)
	switch width {
	case 1:
		return build(a.DataType(), f.n, valid, takeValues[uint8](f, a, index))
	case 2:
		return build(a.DataType(), f.n, valid, takeValues[uint16](f, a, index))
	case 4:
		return build(a.DataType(), f.n, valid, takeValues[uint32](f, a, index))
	case 8:
		return build(a.DataType(), f.n, valid, takeValues[uint64](f, a, index))
	}
	return build(a.DataType(), f.n, valid, takeValues[decimal128.Num](f, a, index)) // 16 bytes, whatever is in them
}

func takeValues[T fixed](f *frame, a arrow.Array, index []int32) *memory.Buffer {
	buf, out := allocate[T](f)
	from := values[T](a)
	for i, at := range index {
		out[i] = from[at]
	}
	return buf
}

func takeValid(f *frame, a arrow.Array, index []int32) *memory.Buffer {
	if !mayBeNull(a) {
		return nil
	}
	return takeBits(f, a.Data().Buffers()[0], a.Data().Offset(), index)
}

func takeBits(f *frame, from *memory.Buffer, offset int, index []int32) *memory.Buffer {
	out := bitmap(f.mem, len(index))
	bits := out.Bytes()
	for i, at := range index {
		if bitutil.BitIsSet(from.Bytes(), offset+int(at)) {
			bits[i>>3] |= 1 << (i & 7)
		}
	}
	return out
}

// shortCopy is how many bytes are copied of a text that is not longer: a copy of a fixed size is two instructions, one of any
// size a call. What is too much is overwritten by the next text.
const shortCopy = 16

func takeTexts(f *frame, a arrow.Array, index []int32) arrow.Array {
	offsets, from := textsOf(a).offsets, textBytes(a)
	ends, out := allocate[int32](&frame{n: f.n + 1, mem: f.mem})
	out[0] = 0
	size := int32(0)
	for i, at := range index {
		size += offsets[at+1] - offsets[at]
		out[i+1] = size
	}
	data, to := allocate[uint8](&frame{n: int(size) + shortCopy, mem: f.mem})
	for i, at := range index {
		start, end := int(offsets[at]), int(offsets[at+1])
		if end-start <= shortCopy && start+shortCopy <= len(from) {
			*(*[shortCopy]byte)(to[out[i]:]) = *(*[shortCopy]byte)(from[start:])
			continue
		}
		copy(to[out[i]:], from[start:end])
	}
	data.ResizeNoShrink(int(size))
	return build(a.DataType(), f.n, takeValid(f, a, index), ends, data)
}

// textBytes are the bytes that a text column's offsets point into.
func textBytes(a arrow.Array) []byte {
	if buffers := a.Data().Buffers(); len(buffers) == 3 && buffers[2] != nil {
		return buffers[2].Bytes()
	}
	return nil
}

func takeStruct(f *frame, a *array.Struct, index []int32) arrow.Array {
	children := make([]arrow.ArrayData, a.NumField())
	for i := range children {
		child := Take(f.mem, a.Field(i), index) // Field slices by the parent's offset
		defer child.Release()
		children[i] = child.Data()
	}
	return buildNested(a.DataType(), f.n, takeValid(f, a, index), nil, children)
}

// takeList takes the elements of the chosen lists from the child:
//
//	lists     0:[a b]  1:[]  2:[c]     take 2, 0
//	children  a b c                    take 2, 0, 1
func takeList(f *frame, a arrow.Array, index []int32) arrow.Array {
	d := a.Data()
	var offsets []int32
	if a.Len() > 0 {
		offsets = arrow.GetOffsets[int32](d, 1)
	}
	ends, out := allocate[int32](&frame{n: f.n + 1, mem: f.mem})
	var elements []int32
	out[0] = 0
	for i, at := range index {
		if a.IsValid(int(at)) {
			for e := offsets[at]; e < offsets[at+1]; e++ {
				elements = append(elements, e)
			}
		}
		out[i+1] = int32(len(elements))
	}
	from := array.MakeFromData(d.Children()[0])
	defer from.Release()
	child := Take(f.mem, from, elements)
	defer child.Release()
	return buildNested(a.DataType(), f.n, takeValid(f, a, index), []*memory.Buffer{ends}, []arrow.ArrayData{child.Data()})
}

// slice is rows from to to of a. The caller releases it.
func slice(a arrow.Array, from, to int) arrow.Array { return array.NewSlice(a, int64(from), int64(to)) }

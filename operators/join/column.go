package join

import (
	"fmt"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// column keeps the values of one column for the rows of one side.
type column interface {
	// append copies a's values at the given rows behind those that it has.
	append(a arrow.Array, rows []uint32)
	// take returns the values of the given rows, in their order. The caller releases the array.
	take(mem memory.Allocator, ids []uint32) arrow.Array
	// free gives the memory back. The column is not used afterwards.
	free()
}

func newColumn(t arrow.DataType) (column, error) {
	switch t := t.(type) {
	case *arrow.BooleanType:
		return &boolColumn{}, nil
	case *arrow.StringType, *arrow.BinaryType:
		return &textColumn{layout: t}, nil
	case arrow.FixedWidthDataType:
		return newFixedColumn(t)
	}
	return newNestedColumn(t)
}

func newFixedColumn(t arrow.FixedWidthDataType) (column, error) {
	switch t.BitWidth() {
	case 8:
		return &fixedColumn[uint8]{layout: t}, nil
	case 16:
		return &fixedColumn[uint16]{layout: t}, nil
	case 32:
		return &fixedColumn[uint32]{layout: t}, nil
	case 64:
		return &fixedColumn[uint64]{layout: t}, nil
	case 128:
		return &fixedColumn[wide]{layout: t}, nil
	}
	return nil, fmt.Errorf("join: a column has the layout %s", t)
}

// wide is a value of 16 bytes, whatever is in it.
type wide [2]uint64

// fixed are the widths of values.
type fixed interface {
	uint8 | uint16 | uint32 | uint64 | int32 | wide
}

// allocate makes a buffer of n values.
func allocate[T fixed](mem memory.Allocator, n int) (*memory.Buffer, []T) {
	var zero T
	buf := memory.NewResizableBuffer(mem)
	buf.Resize(n * int(unsafe.Sizeof(zero)))
	if n == 0 {
		return buf, nil
	}
	return buf, unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(buf.Bytes()))), n)
}

// zeroBits makes a bitmap of n zeros.
func zeroBits(mem memory.Allocator, n int) (*memory.Buffer, []byte) {
	buf := memory.NewResizableBuffer(mem)
	buf.Resize(int(bitutil.BytesForBits(int64(n))))
	clear(buf.Bytes())
	return buf, buf.Bytes()
}

// build makes an array of n values from buffers, which it takes over. Nil valid says that nothing is NULL.
func build(t arrow.DataType, n int, valid *memory.Buffer, buffers ...*memory.Buffer) arrow.Array {
	count := 0
	if valid != nil {
		count = n - bitutil.CountSetBits(valid.Bytes(), 0, n)
	}
	all := append([]*memory.Buffer{valid}, buffers...)
	data := array.NewData(t, n, all, nil, count, 0)
	defer data.Release()
	for _, b := range all {
		if b != nil {
			b.Release()
		}
	}
	return array.MakeFromData(data)
}

func releaseAll(arrays []arrow.Array) {
	for _, a := range arrays {
		a.Release()
	}
}

package function

import (
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine/types"
)

// integer are the layouts that compare with Go's own operators.
type integer interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

type signed interface{ int8 | int16 | int32 | int64 }

type unsigned interface {
	uint8 | uint16 | uint32 | uint64
}

type float interface{ float32 | float64 }

// fixed are all layouts of values of one width.
type fixed interface {
	integer | float | decimal128.Num | arrow.MonthDayNanoInterval
}

// physical is the layout of a type: dates, times and timestamps are integers, BLOB and UUID texts. Nested types have none.
func physical(t types.Type) types.ID {
	switch t.ID {
	case types.Date:
		return types.Integer
	case types.Time, types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS, types.TimestampTZ:
		return types.BigInt
	case types.UUID, types.Blob:
		return types.Varchar
	case types.HugeInt:
		return types.Decimal
	}
	return t.ID
}

// values is a's column of values, nil for no rows. Values of NULL rows are anything.
func values[T fixed](a arrow.Array) []T { return arrow.GetValues[T](a.Data(), 1) }

// allocate makes room for n values of the output.
func allocate[T fixed](f *frame) (*memory.Buffer, []T) {
	var zero T
	buf := memory.NewResizableBuffer(f.mem)
	buf.Resize(f.n * int(unsafe.Sizeof(zero)))
	return buf, arrow.GetData[T](buf.Bytes())
}

// bitmap makes room for n bits, all zero.
func bitmap(mem memory.Allocator, n int) *memory.Buffer {
	buf := memory.NewResizableBuffer(mem)
	buf.Resize(int(bitutil.BytesForBits(int64(n))))
	clear(buf.Bytes())
	return buf
}

// build makes an array from buffers, which it takes over. A nil valid means no NULLs.
func build(t arrow.DataType, n int, valid *memory.Buffer, buffers ...*memory.Buffer) arrow.Array {
	return buildNested(t, n, valid, buffers, nil)
}

func buildNested(t arrow.DataType, n int, valid *memory.Buffer, buffers []*memory.Buffer, children []arrow.ArrayData) arrow.Array {
	nulls := 0
	if valid != nil {
		nulls = n - bitutil.CountSetBits(valid.Bytes(), 0, n)
	}
	all := append([]*memory.Buffer{valid}, buffers...)
	data := array.NewData(t, n, all, children, nulls, 0)
	for _, b := range all {
		if b != nil {
			b.Release()
		}
	}
	defer data.Release()
	return array.MakeFromData(data)
}

// texts is a VARCHAR column.
//
//	offsets  0   3   3       7
//	bytes    a b c   w e i r       rows "abc", "", "weir"
type texts struct {
	offsets []int32
	bytes   string
}

func textsOf(a arrow.Array) texts {
	if a.Len() == 0 {
		return texts{offsets: []int32{0}} // the layout may leave out the buffers of no rows
	}
	d := a.Data()
	t := texts{offsets: arrow.GetOffsets[int32](d, 1)}
	if raw := d.Buffers()[2]; raw != nil && raw.Len() > 0 {
		t.bytes = unsafe.String(unsafe.SliceData(raw.Bytes()), raw.Len()) // arrays do not change
	}
	return t
}

func (t *texts) at(i int) string { return t.bytes[t.offsets[i]:t.offsets[i+1]] }

// textBuilder gathers a VARCHAR column row by row.
type textBuilder struct {
	offsets *memory.Buffer
	ends    []int32
	bytes   []byte
	data    *memory.Buffer
	row     int
}

// newTexts makes a builder for f.n rows with about size bytes.
func newTexts(f *frame, size int) *textBuilder {
	b := &textBuilder{offsets: memory.NewResizableBuffer(f.mem), data: memory.NewResizableBuffer(f.mem)}
	b.offsets.Resize((f.n + 1) * 4)
	b.ends = arrow.GetData[int32](b.offsets.Bytes())
	b.ends[0] = 0
	b.data.Reserve(size)
	b.data.Resize(0)
	b.bytes = b.data.Buf()[:0]
	return b
}

// add appends to the text of the current row.
func (b *textBuilder) add(s string) {
	if len(b.bytes)+len(s) > cap(b.bytes) {
		b.grow(len(s))
	}
	b.bytes = append(b.bytes, s...)
}

func (b *textBuilder) grow(more int) {
	used := len(b.bytes)
	b.data.ResizeNoShrink(used)
	b.data.Reserve(2*used + more)
	b.bytes = b.data.Buf()[:used]
}

// end closes the current row.
func (b *textBuilder) end() {
	b.row++
	b.ends[b.row] = int32(len(b.bytes))
}

func (b *textBuilder) array(t arrow.DataType, valid *memory.Buffer) arrow.Array {
	b.data.ResizeNoShrink(len(b.bytes))
	return build(t, b.row, valid, b.offsets, b.data)
}

func (b *textBuilder) release() {
	b.offsets.Release()
	b.data.Release()
}

func (b *textBuilder) addBytes(s []byte) { b.add(unsafe.String(unsafe.SliceData(s), len(s))) }

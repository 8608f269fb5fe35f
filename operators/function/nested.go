package function

import (
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

var nestedKernels = []Kernel{
	{Names: []string{"struct_extract", "array_extract"}, Takes: "STRUCT, constant VARCHAR", Doc: "The field of that name.", Example: "place.room", bind: bindField},
	{Names: []string{"struct_pack", "row"}, Takes: "any types", Doc: "A STRUCT of the arguments.", Example: "{'room': room, 'floor': floor}", bind: bindPack},
	{Names: []string{"list_extract", "array_extract", "list_element"}, Takes: "LIST, BIGINT", Doc: "The element at a position from 1, or from the end if negative; NULL if there is none.",
		Example: "tags[1]", bind: bindElement},
}

func bindField(e *plan.Expr) (loop, []*plan.Expr) {
	if e.Args[0].Type.ID != types.Struct || !e.Args[1].IsConstant() || e.Args[1].Type.ID != types.Varchar {
		return nil, nil
	}
	for i, field := range e.Args[0].Type.Fields {
		if strings.EqualFold(field.Name, e.Args[1].Value.Text) && field.Type.Equal(e.Type) {
			return func(f *frame, in []arrow.Array) (arrow.Array, error) {
				return fieldOf(f, in[0].(*array.Struct), i), nil
			}, e.Args[:1]
		}
	}
	return nil, nil
}

// fieldOf shares the field's values. Where the struct is NULL, so is the field, whatever its own bitmap says.
func fieldOf(f *frame, parent *array.Struct, i int) arrow.Array {
	child := parent.Field(i) // starts at the parent's offset
	if !mayBeNull(parent) || child.DataType().ID() == arrow.NULL {
		return retained(child)
	}
	return withValid(f, child, parent, child)
}

// withValid is a with the validity of others together, sharing a's values.
func withValid(f *frame, a arrow.Array, others ...arrow.Array) arrow.Array {
	valid := both(f, others...)
	if valid == nil {
		return retained(a)
	}
	defer valid.Release()
	d := a.Data()
	moved := shift(f.mem, valid, d.Offset(), f.n)
	defer moved.Release()
	buffers := append([]*memory.Buffer{moved}, d.Buffers()[1:]...)
	nulls := f.n - bitutil.CountSetBits(valid.Bytes(), 0, f.n)
	data := array.NewData(a.DataType(), f.n, buffers, d.Children(), nulls, d.Offset())
	defer data.Release()
	return array.MakeFromData(data)
}

// shift moves a bitmap to the offset of the values that it is for.
func shift(mem memory.Allocator, bits *memory.Buffer, offset, n int) *memory.Buffer {
	out := bitmap(mem, offset+n)
	bitutil.CopyBitmap(bits.Bytes(), 0, n, out.Bytes(), offset)
	return out
}

func bindPack(e *plan.Expr) (loop, []*plan.Expr) {
	if e.Type.ID != types.Struct || len(e.Args) != len(e.Type.Fields) {
		return nil, nil
	}
	for i, a := range e.Args {
		if !a.Type.Equal(e.Type.Fields[i].Type) {
			return nil, nil
		}
	}
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		children := make([]arrow.ArrayData, len(in))
		for i, a := range in {
			children[i] = a.Data()
		}
		return buildNested(e.Type.Arrow(), f.n, nil, nil, children), nil
	}, e.Args
}

func bindElement(e *plan.Expr) (loop, []*plan.Expr) {
	if e.Args[0].Type.ID != types.List || e.Args[1].Type.ID != types.BigInt || !e.Args[0].Type.Element().Equal(e.Type) {
		return nil, nil
	}
	return elements, e.Args
}

func elements(f *frame, in []arrow.Array) (arrow.Array, error) {
	child := array.MakeFromData(in[0].Data().Children()[0])
	defer child.Release()
	if f.n == 0 || child.Len() == 0 {
		return array.MakeArrayOfNull(f.mem, child.DataType(), f.n), nil
	}
	found := bitmap(f.mem, f.n)
	defer found.Release()
	taken := Take(f.mem, child, positions(f, in, found.Bytes()))
	defer taken.Release()
	there := build(arrow.FixedWidthTypes.Boolean, f.n, retainedBuffer(found), retainedBuffer(found))
	defer there.Release()
	if taken.DataType().ID() == arrow.NULL {
		return retained(taken), nil
	}
	return withValid(f, taken, taken, there), nil
}

func retainedBuffer(b *memory.Buffer) *memory.Buffer {
	b.Retain()
	return b
}

// positions is where in the lists' values each row's element is. Rows without one have position 0, and no bit in found.
func positions(f *frame, in []arrow.Array, found []byte) []int32 {
	offsets, index := arrow.GetOffsets[int32](in[0].Data(), 1), values[int64](in[1])
	out := make([]int32, f.n)
	for i, at := range index {
		size := int64(offsets[i+1] - offsets[i])
		if at < 0 {
			at += size + 1
		}
		if at >= 1 && at <= size && in[0].IsValid(i) && in[1].IsValid(i) {
			out[i] = offsets[i] + int32(at-1)
			bitutil.SetBit(found, i)
		}
	}
	return out
}

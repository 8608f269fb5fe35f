package function

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// merge makes one array of several of one type: row i is row i of branch pick[i].
//
//	branch 0   a b c d
//	branch 1   w x y z     pick 0 1 1 0     merged a x y d
func merge(f *frame, branches []arrow.Array, pick []uint16) arrow.Array {
	t := branches[0].DataType()
	switch t.(type) {
	case *arrow.BooleanType:
		return build(t, f.n, mergeValid(f, branches, pick), mergeBits(f, branches, pick, 1))
	case *arrow.StringType, *arrow.BinaryType:
		return mergeTexts(f, branches, pick)
	case *arrow.StructType, *arrow.ListType, *arrow.MapType, *arrow.NullType:
		return mergeNested(f, branches, pick)
	}
	valid := mergeValid(f, branches, pick)
	switch t.(arrow.FixedWidthDataType).Bytes() {
	case 1:
		return build(t, f.n, valid, mergeValues[uint8](f, branches, pick))
	case 2:
		return build(t, f.n, valid, mergeValues[uint16](f, branches, pick))
	case 4:
		return build(t, f.n, valid, mergeValues[uint32](f, branches, pick))
	case 8:
		return build(t, f.n, valid, mergeValues[uint64](f, branches, pick))
	}
	return build(t, f.n, valid, mergeValues[decimal128.Num](f, branches, pick)) // 16 bytes, whatever is in them
}

func mergeValues[T fixed](f *frame, branches []arrow.Array, pick []uint16) *memory.Buffer {
	from := make([][]T, len(branches))
	for b, a := range branches {
		from[b] = values[T](a)
	}
	buf, out := allocate[T](f)
	for i, b := range pick {
		out[i] = from[b][i]
	}
	return buf
}

// mergeValid is nil where no branch has NULLs.
func mergeValid(f *frame, branches []arrow.Array, pick []uint16) *memory.Buffer {
	for _, a := range branches {
		if mayBeNull(a) {
			return mergeBits(f, branches, pick, 0)
		}
	}
	return nil
}

// mergeBits merges the bitmaps that are the arrays' buffer of the given number. A missing one is all ones.
func mergeBits(f *frame, branches []arrow.Array, pick []uint16, buffer int) *memory.Buffer {
	from := make([][]byte, len(branches))
	for b, a := range branches {
		if raw := a.Data().Buffers()[buffer]; raw != nil {
			from[b] = raw.Bytes()
		}
	}
	out := bitmap(f.mem, f.n)
	bits := out.Bytes()
	for i, b := range pick {
		if len(from[b]) == 0 || bitutil.BitIsSet(from[b], branches[b].Data().Offset()+i) {
			bits[i>>3] |= 1 << (i & 7)
		}
	}
	return out
}

func mergeTexts(f *frame, branches []arrow.Array, pick []uint16) arrow.Array {
	from := make([]texts, len(branches))
	for b, a := range branches {
		from[b] = textsOf(a)
	}
	size := 0
	for i, b := range pick {
		size += len(from[b].at(i))
	}
	out := newTexts(f, size)
	for i, b := range pick {
		out.add(from[b].at(i))
		out.end()
	}
	return out.array(branches[0].DataType(), mergeValid(f, branches, pick))
}

// mergeNested puts the branches one after the other, and takes rows from there.
func mergeNested(f *frame, branches []arrow.Array, pick []uint16) arrow.Array {
	all, err := array.Concatenate(branches, f.mem)
	if err != nil {
		panic("function: merge branches of one type: " + err.Error())
	}
	defer all.Release()
	index := make([]int32, f.n)
	for i, b := range pick {
		index[i] = int32(int(b)*f.n + i)
	}
	return Take(f.mem, all, index)
}

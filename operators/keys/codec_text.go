package keys

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Bytes returns the offsets and bytes of a string or binary array: value i is data[offsets[i]:offsets[i+1]].
func Bytes(a arrow.Array) (offsets []int32, data []byte) {
	buffers := a.Data().Buffers()
	if a.Len() == 0 {
		return []int32{0}, nil
	}
	if buffers[2] != nil {
		data = buffers[2].Bytes()
	}
	return arrow.GetOffsets[int32](a.Data(), 1), data
}

// AppendBytes appends a value to a builder of strings or of binary values.
func AppendBytes(b array.Builder, value []byte) { bytesBuilder(b).Append(value) }

func bytesBuilder(b array.Builder) *array.BinaryBuilder {
	if text, ok := b.(*array.StringBuilder); ok {
		return text.BinaryBuilder
	}
	return b.(*array.BinaryBuilder)
}

// textCodec writes strings and binary values as a flag, four bytes of length, and the bytes.
type textCodec struct{}

func (textCodec) size(a arrow.Array, rows []uint32, lens []int) {
	offsets, _ := Bytes(a)
	valid := ValidityOf(a)
	for i, r := range rows {
		lens[i]++
		if !valid.Null(r) {
			lens[i] += 4 + int(offsets[r+1]-offsets[r])
		}
	}
}

func (textCodec) write(a arrow.Array, rows []uint32, dst []byte, at []int) {
	offsets, data := Bytes(a)
	valid := ValidityOf(a)
	for i, r := range rows {
		p := at[i]
		dst[p] = flag(&valid, r)
		at[i]++
		if dst[p] == 0 {
			continue
		}
		value := data[offsets[r]:offsets[r+1]]
		binary.LittleEndian.PutUint32(dst[p+1:], uint32(len(value)))
		copy(dst[p+5:], value)
		at[i] += 4 + len(value)
	}
}

func (textCodec) read(b array.Builder, src []byte, at []int) {
	for i, p := range at {
		at[i]++
		if src[p] == 0 {
			b.AppendNull()
			continue
		}
		n := int(binary.LittleEndian.Uint32(src[p+1:]))
		AppendBytes(b, src[p+5:p+5+n])
		at[i] += 4 + n
	}
}

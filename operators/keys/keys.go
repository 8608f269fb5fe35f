// Package keys turns group keys into dense group numbers and back. Equal means what GROUP BY means by it: NULL equals NULL,
// NaN equals NaN, -0.0 equals 0.0, and '30 days' equals '1 month'.
//
//	columns ──► Table.Find ──► group numbers 0, 1, 2, …    one for each row, in order of first appearance
//	columns ◄── Table.Append ◄── group numbers             the key as the group's first row had it
//
// A Table stores keys in one of four ways: one column of at most 64 bits as a word, several as a row of words, one string
// column as its bytes, and everything else encoded into bytes by codecs. To add a type, add its codec to newCodec; if it fits a word and equality of
// bits is equality of values, to wordSized and to the two ends in words.go.
package keys

import (
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
)

// Values returns the values of a fixed-width array as Go values of the same width. The slice lives as long as the array;
// what it holds where the array is NULL is not defined.
func Values[T any](a arrow.Array) []T {
	data := a.Data()
	if data.Len() == 0 {
		return nil
	}
	if data.Buffers()[1] == nil { // allowed where everything is NULL
		return make([]T, data.Len())
	}
	first := unsafe.Pointer(unsafe.SliceData(data.Buffers()[1].Bytes()))
	return unsafe.Slice((*T)(first), data.Offset()+data.Len())[data.Offset():]
}

// Validity tells NULL from values without an interface call for each row. The zero Validity has no NULL.
type Validity struct {
	bits   []byte
	offset int
	all    bool // everything is NULL: the type of a bare NULL has no bitmap
}

// ValidityOf looks at an array.
func ValidityOf(a arrow.Array) Validity {
	if a.DataType().ID() == arrow.NULL {
		return Validity{all: true}
	}
	if a.NullN() == 0 {
		return Validity{}
	}
	return Validity{bits: a.NullBitmapBytes(), offset: a.Data().Offset()}
}

// Any reports whether there may be a NULL.
func (v *Validity) Any() bool { return v.all || v.bits != nil }

// Null reports whether a row is NULL.
func (v *Validity) Null(row uint32) bool {
	return v.all || v.bits != nil && !bitutil.BitIsSet(v.bits, v.offset+int(row))
}

package function

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// mayBeNull reports whether a has a validity bitmap. It does not count NULLs: the count would be stored in the array, which
// other goroutines may share.
func mayBeNull(a arrow.Array) bool { return len(a.NullBitmapBytes()) > 0 }

// both is the validity of a value that is NULL where any argument is; nil where none has NULLs.
func both(f *frame, args ...arrow.Array) *memory.Buffer {
	var out *memory.Buffer
	for _, a := range args {
		if !mayBeNull(a) {
			continue
		}
		bits, offset := a.NullBitmapBytes(), a.Data().Offset()
		if out == nil {
			out = bitmap(f.mem, f.n)
			bitutil.CopyBitmap(bits, offset, f.n, out.Bytes(), 0)
			continue
		}
		bitutil.BitmapAnd(out.Bytes(), bits, 0, int64(offset), out.Bytes(), 0, int64(f.n))
	}
	return out
}

// isSet reads bit i of a bitmap that starts at 0; all bits of a nil one are set.
func isSet(valid *memory.Buffer, i int) bool {
	return valid == nil || bitutil.BitIsSet(valid.Bytes(), i)
}

// writable is valid, or a new bitmap of all ones.
func writable(f *frame, valid *memory.Buffer) *memory.Buffer {
	if valid != nil {
		return valid
	}
	out := bitmap(f.mem, f.n)
	bitutil.SetBitsTo(out.Bytes(), 0, int64(f.n), true)
	return out
}

// aligned is a bitmap's n bits from offset on, starting at bit 0. It copies unless they start at a byte.
func aligned(bits []byte, offset, n int) []byte {
	if offset%8 == 0 {
		return bits[offset/8:]
	}
	out := make([]byte, bitutil.BytesForBits(int64(n)))
	bitutil.CopyBitmap(bits, offset, n, out, 0)
	return out
}

// truths is a BOOLEAN column as bits that start at bit 0, where NULL is false.
func truths(a arrow.Array, n int) []byte {
	if n == 0 {
		return nil
	}
	d := a.Data()
	bits := aligned(d.Buffers()[1].Bytes(), d.Offset(), n)
	if !mayBeNull(a) {
		return bits
	}
	out := make([]byte, bitutil.BytesForBits(int64(n)))
	bitutil.BitmapAnd(bits, a.NullBitmapBytes(), 0, int64(d.Offset()), out, 0, int64(n))
	return out
}

// falsities is the same for the rows that are FALSE.
func falsities(a arrow.Array, n int) []byte {
	out := make([]byte, bitutil.BytesForBits(int64(n)))
	if n == 0 {
		return out
	}
	d := a.Data()
	bitutil.InvertBitmap(d.Buffers()[1].Bytes(), d.Offset(), n, out, 0)
	if mayBeNull(a) {
		bitutil.BitmapAnd(out, a.NullBitmapBytes(), 0, int64(d.Offset()), out, 0, int64(n))
	}
	return out
}

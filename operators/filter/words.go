package filter

import "github.com/apache/arrow-go/v18/arrow/bitutil"

// reader reads the n bits of a bitmap from offset on, 64 at a time: bit i of word(base) is bit base+i, and 0 behind the end.
// A bitmap without bytes is all ones.
func reader(bitmap []byte, offset, n int) func(base int) uint64 {
	if len(bitmap) == 0 {
		return func(int) uint64 { return ^uint64(0) }
	}
	return func(base int) uint64 {
		size := min(64, n-base)
		var word uint64
		if at := offset + base; size == 64 && at%8 == 0 {
			for i, b := range bitmap[at/8 : at/8+8] {
				word |= uint64(b) << (8 * i)
			}
			return word
		}
		for i := range size {
			if bitutil.BitIsSet(bitmap, offset+base+i) {
				word |= 1 << i
			}
		}
		return word
	}
}

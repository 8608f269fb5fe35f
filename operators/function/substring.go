package function

import (
	"math"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// farthest is the last position that is not left to DuckDB, which refuses some far ones.
const farthest = math.MaxInt32

func bindSubstring(e *plan.Expr) (loop, []*plan.Expr) {
	if !allTexts(e.Args[:1]) || e.Args[1].Type.ID != types.BigInt || e.Args[len(e.Args)-1].Type.ID != types.BigInt {
		return nil, nil
	}
	return substrings, e.Args
}

func substrings(f *frame, in []arrow.Array) (arrow.Array, error) {
	from, starts := textsOf(in[0]), values[int64](in[1])
	var sizes []int64
	if len(in) == 3 {
		sizes = values[int64](in[2])
	}
	valid := both(f, in...)
	b := newTexts(f, int(from.offsets[f.n]-from.offsets[0]))
	for i := range f.n {
		size := int64(farthest)
		if sizes != nil {
			size = sizes[i]
		}
		if isSet(valid, i) {
			if tooFar(starts[i]) || tooFar(size) {
				b.release()
				return discard("substring offset outside of supported range", valid)
			}
			b.add(substring(from.at(i), starts[i], size))
		}
		b.end()
	}
	return b.array(arrow.BinaryTypes.String, valid), nil
}

func tooFar(position int64) bool { return position > farthest || position < -farthest }

// substring takes size characters from position start on. A negative start counts from the end, a negative size goes left:
//
//	h  e  l  l  o      substring(2, 3)  = ell     substring(-2, 1) = l
//	1  2  3  4  5      substring(0, 2)  = h       substring(3, -2) = he
func substring(s string, start, size int64) string {
	length := int64(len(s))
	ascii := isASCII(s)
	if !ascii {
		length = int64(utf8.RuneCountInString(s))
	}
	from := start - 1
	if start < 0 {
		from = length + start
	}
	to := from + size
	if size < 0 {
		from, to = to, from
	}
	from, to = max(from, 0), min(to, length)
	if from >= to {
		return ""
	}
	if ascii {
		return s[from:to]
	}
	return s[byteOffset(s, from):byteOffset(s, to)]
}

// byteOffset is where character number n of s starts.
func byteOffset(s string, n int64) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

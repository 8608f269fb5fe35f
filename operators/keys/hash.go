package keys

import (
	"math/bits"
	"slices"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
)

const (
	emptyHash = 0x9e3779b97f4a7c15
	nullHash  = 0xc2b2ae3d27d4eb4f
	multiply  = 0xd6e8feb86659fd93
)

// mix spreads a word over 64 bits, so that the remainder of the hash by a small number is even.
func mix(x uint64) uint64 {
	x ^= x >> 32
	x *= multiply
	x ^= x >> 29
	x *= multiply
	return x ^ x>>32
}

func combine(seed, h uint64) uint64 { return mix(bits.RotateLeft64(seed, 23) ^ h) }

// Hash sets out[i] to the hash of row i of the columns: equal keys hash equal, also between processes and versions, because
// state is divided by it. It is safe for concurrent use.
func Hash(columns []arrow.Array, out []uint64) {
	for i := range out {
		out[i] = emptyHash
	}
	for _, c := range columns {
		hashColumn(c, out)
	}
}

func hashColumn(a arrow.Array, out []uint64) {
	switch {
	case wordSized(a.DataType()):
		hashWords(a, out)
	case a.DataType().ID() == arrow.STRING || a.DataType().ID() == arrow.BINARY:
		hashTexts(a, out)
	default:
		hashEncoded(a, out)
	}
}

func hashWords(a arrow.Array, out []uint64) {
	if a.NullN() == 0 && hashValues(a, out) {
		return
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	s.rows = Iota(s.rows, len(out))
	s.words = slices.Grow(s.words[:0], len(out))[:len(out)]
	normalWords(a, s.rows, s.words)
	valid := ValidityOf(a)
	for i, w := range s.words {
		if valid.Null(uint32(i)) {
			w = nullHash
		}
		out[i] = combine(out[i], w)
	}
}

// scratch is memory for a column in hand.
type scratch struct {
	rows  []uint32
	words []uint64
}

var scratches = sync.Pool{New: func() any { return &scratch{} }}

// hashValues is hashWords for the common types, where nothing is NULL. It reports false for others.
func hashValues(a arrow.Array, out []uint64) bool {
	switch a.DataType().ID() {
	case arrow.TIMESTAMP:
		hashTimes(Values[uint64](a), out)
	case arrow.INT64, arrow.UINT64:
		hashNumbers(Values[uint64](a), out)
	case arrow.INT32, arrow.UINT32, arrow.DATE32:
		hashNumbers(Values[uint32](a), out)
	default:
		return false
	}
	return true
}

func hashNumbers[T uint32 | uint64](values []T, out []uint64) {
	values = values[:len(out)]
	for i, v := range values {
		out[i] = combine(out[i], uint64(v))
	}
}

// hashTimes is hashNumbers for window keys: a run of rows in one window, which had one hash before, has one after.
func hashTimes(values, out []uint64) {
	values = values[:len(out)]
	var before, value, after uint64
	for i, v := range values {
		if i == 0 || v != value || out[i] != before {
			before, value, after = out[i], v, combine(out[i], v)
		}
		out[i] = after
	}
}

func hashTexts(a arrow.Array, out []uint64) {
	offsets, data := Bytes(a)
	valid := ValidityOf(a)
	for i := range out {
		w := uint64(nullHash)
		if !valid.Null(uint32(i)) {
			w = hashText(data, int(offsets[i]), int(offsets[i+1]))
		}
		out[i] = combine(out[i], w)
	}
}

func hashText(data []byte, from, to int) uint64 {
	return digestOf(data, from, to-from).hash(to-from, 0)
}

func hashEncoded(a arrow.Array, out []uint64) {
	rows, err := NewRows([]arrow.DataType{a.DataType()}, false)
	if err != nil {
		panic(err) // aggregate.New has refused the type
	}
	data, ends := rows.Encode([]arrow.Array{a}, Iota(nil, len(out)))
	start := 0
	for i, end := range ends {
		out[i] = combine(out[i], hashText(data, start, end))
		start = end
	}
}

// Iota returns 0, 1, … n-1, in dst where that is long enough. dst must come from Iota or be nil.
func Iota(dst []uint32, n int) []uint32 {
	for len(dst) < n {
		dst = append(dst, uint32(len(dst)))
	}
	return dst[:n]
}

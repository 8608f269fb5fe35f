package keys

import (
	"math/bits"
	"slices"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/zeebo/xxh3"
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

// hasher is the scratch memory of one call of Hash.
type hasher struct {
	rows  []uint32
	words []uint64
}

var hashers = sync.Pool{New: func() any { return &hasher{} }}

// Hash sets out[i] to the hash of row i of the columns: equal keys hash equal, also between processes and versions, because
// state is divided by it. It is safe for concurrent use.
func Hash(columns []arrow.Array, out []uint64) {
	h := hashers.Get().(*hasher)
	defer hashers.Put(h)
	for i := range out {
		out[i] = emptyHash
	}
	h.rows = Iota(h.rows, len(out))
	for _, c := range columns {
		h.column(c, out)
	}
}

func (h *hasher) column(a arrow.Array, out []uint64) {
	switch {
	case wordSized(a.DataType()):
		h.hashWords(a, out)
	case a.DataType().ID() == arrow.STRING || a.DataType().ID() == arrow.BINARY:
		hashText(a, out)
	default:
		h.hashEncoded(a, out)
	}
}

func (h *hasher) hashWords(a arrow.Array, out []uint64) {
	h.words = slices.Grow(h.words[:0], len(out))[:len(out)]
	normalWords(a, h.rows, h.words)
	valid := ValidityOf(a)
	for i, w := range h.words {
		if valid.Null(uint32(i)) {
			w = nullHash
		}
		out[i] = combine(out[i], w)
	}
}

func hashText(a arrow.Array, out []uint64) {
	offsets, data := Bytes(a)
	valid := ValidityOf(a)
	for i := range out {
		w := uint64(nullHash)
		if !valid.Null(uint32(i)) {
			w = xxh3.Hash(data[offsets[i]:offsets[i+1]])
		}
		out[i] = combine(out[i], w)
	}
}

func (h *hasher) hashEncoded(a arrow.Array, out []uint64) {
	rows, err := NewRows([]arrow.DataType{a.DataType()}, false)
	if err != nil {
		panic(err) // aggregate.New has refused the type
	}
	data, ends := rows.Encode([]arrow.Array{a}, h.rows)
	start := 0
	for i, end := range ends {
		out[i] = combine(out[i], xxh3.Hash(data[start:end]))
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

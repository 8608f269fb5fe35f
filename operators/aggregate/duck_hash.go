package aggregate

import (
	"encoding/binary"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// duckHash sets hashes[i] to what DuckDB's hash() returns for rows[i] of a column, which is not NULL there.
type duckHash func(a arrow.Array, rows []uint32, hashes []uint64)

// duckHashOf chooses by the width in which DuckDB holds the type.
func duckHashOf(t types.Type) duckHash {
	switch t.ID {
	case types.Boolean:
		return hashBools
	case types.Float:
		return hashFloats
	case types.Double:
		return hashDoubles
	case types.HugeInt, types.Decimal:
		return hashEach(numberHash(t))
	case types.Interval:
		return hashEach(hashInterval)
	case types.Varchar, types.JSON, types.Blob:
		return hashTexts
	case types.UUID:
		return hashUUIDs
	}
	return integerHash(t)
}

func integerHash(t types.Type) duckHash {
	switch t.ID {
	case types.TinyInt:
		return hashNarrow[int8]
	case types.SmallInt:
		return hashNarrow[int16]
	case types.Integer, types.Date:
		return hashNarrow[int32]
	case types.UTinyInt:
		return hashNarrow[uint8]
	case types.USmallInt:
		return hashNarrow[uint16]
	case types.UInteger:
		return hashNarrow[uint32]
	}
	return hashWide
}

// hashNarrow hashes integers of at most 32 bits as 32 bits, with their sign.
func hashNarrow[T int8 | int16 | int32 | uint8 | uint16 | uint32](a arrow.Array, rows []uint32, hashes []uint64) {
	values := keys.Values[T](a)
	hashes = hashes[:len(rows)]
	for i, r := range rows {
		hashes[i] = murmur(uint64(uint32(values[r])))
	}
}

func hashWide(a arrow.Array, rows []uint32, hashes []uint64) {
	values := keys.Values[uint64](a)
	hashes = hashes[:len(rows)]
	for i, r := range rows {
		hashes[i] = murmur(values[r])
	}
}

func hashFloats(a arrow.Array, rows []uint32, hashes []uint64) {
	values := keys.Values[float32](a)
	for i, r := range rows {
		hashes[i] = murmur(uint64(math.Float32bits(float32(normal(float64(values[r]))))))
	}
}

func hashDoubles(a arrow.Array, rows []uint32, hashes []uint64) {
	values := keys.Values[float64](a)
	for i, r := range rows {
		hashes[i] = murmur(math.Float64bits(normal(values[r])))
	}
}

// murmur is DuckDB's MurmurHash64.
func murmur(x uint64) uint64 {
	const factor = 0xd6e8feb86659fd93
	x = (x ^ x>>32) * factor
	x = (x ^ x>>32) * factor
	return x ^ x>>32
}

// normal gives all zeros one form, and all NaNs.
func normal(v float64) float64 {
	switch {
	case v == 0:
		return 0
	case v != v:
		return math.Float64frombits(0x7ff8 << 48)
	}
	return v
}

// numberHash: a DECIMAL of few digits is held in 16, 32 or 64 bits.
func numberHash(t types.Type) func(decimal128.Num) uint64 {
	switch {
	case t.ID == types.Decimal && t.Width <= 9:
		return func(v decimal128.Num) uint64 { return murmur(uint64(uint32(v.LowBits()))) }
	case t.ID == types.Decimal && t.Width <= 18:
		return func(v decimal128.Num) uint64 { return murmur(v.LowBits()) }
	}
	return func(v decimal128.Num) uint64 { return murmur(v.LowBits()) ^ murmur(uint64(v.HighBits())) }
}

func hashInterval(v arrow.MonthDayNanoInterval) uint64 {
	v = keys.NormalInterval(v)
	return murmur(uint64(v.Days)) ^ murmur(uint64(v.Months)) ^ murmur(uint64(v.Nanoseconds/1000))
}

// hashText is DuckDB's hash of strings: words of eight bytes, the last filled with zeros.
func hashText(text []byte) uint64 {
	const seed, ofLength, factor = 0xe17a1465, 0xc6a4a7935bd1e995, 0xd6e8feb86659fd93
	h := seed ^ uint64(len(text))*ofLength
	for ; len(text) >= 8; text = text[8:] {
		h = (h ^ binary.LittleEndian.Uint64(text)) * factor
	}
	if len(text) > 0 {
		last := uint64(0)
		for i, b := range text {
			last |= uint64(b) << (8 * i)
		}
		h = (h ^ last) * factor
	}
	return murmur(h)
}

// hashUUID hashes the number that a UUID's text stands for, which DuckDB holds with its first bit turned.
func hashUUID(text []byte) uint64 {
	var word [2]uint64
	digits := 0
	for _, c := range text {
		if c == '-' {
			continue
		}
		word[digits/16] = word[digits/16]<<4 | uint64(hexDigit(c))
		digits++
	}
	return murmur(word[1]) ^ murmur(word[0]^1<<63)
}

func hexDigit(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}

// hashEach is for the rarer types.
func hashEach[T any](hash func(T) uint64) duckHash {
	return func(a arrow.Array, rows []uint32, hashes []uint64) {
		values := keys.Values[T](a)
		hashes = hashes[:len(rows)]
		for i, r := range rows {
			hashes[i] = hash(values[r])
		}
	}
}

func hashTexts(a arrow.Array, rows []uint32, hashes []uint64) {
	offsets, data := keys.Bytes(a)
	hashes = hashes[:len(rows)]
	for i, r := range rows {
		hashes[i] = hashText(data[offsets[r]:offsets[r+1]])
	}
}

func hashUUIDs(a arrow.Array, rows []uint32, hashes []uint64) {
	offsets, data := keys.Bytes(a)
	for i, r := range rows {
		hashes[i] = hashUUID(data[offsets[r]:offsets[r+1]])
	}
}

func hashBools(a arrow.Array, rows []uint32, hashes []uint64) {
	values := a.(*array.Boolean)
	no, yes := murmur(0), murmur(1)
	for i, r := range rows {
		hashes[i] = no
		if values.Value(int(r)) {
			hashes[i] = yes
		}
	}
}

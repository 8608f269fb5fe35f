package topn

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// sortKeys writes the ORDER BY of each row as bytes that compare as the rows are ordered. It is what DuckDB's create_sort_key
// does (and, before it, the normalized keys of IBM's Blasgen, Casey and Eswaran, 1977); the bytes are Weir's own.
//
//	ORDER BY price DESC NULLS LAST, name      1 ^price │ 1 n a m e 0 0
//	                                          └─ 0 or 2 for NULL, of which nothing follows
type sortKeys struct {
	fields []field
	data   []byte
	ends   []int
	at     []int
	words  []uint64
}

// field is one key of an ORDER BY.
type field struct {
	column int
	words  int                               // that a value takes; 0 for a text
	fill   func(a arrow.Array, out []uint64) // sets out[i*words:] to the words of row i, whatever they are where it is NULL
	flip   uint64                            // all ones where the order is descending
	null   byte
}

func newSortKeys(orders []plan.Order) (*sortKeys, error) {
	k := &sortKeys{}
	for _, o := range orders {
		f := field{column: o.Expr.Index, null: 2}
		if o.NullsFirst {
			f.null = 0
		}
		if o.Descending {
			f.flip = math.MaxUint64
		}
		if err := f.bind(o.Expr.Type); err != nil {
			return nil, err
		}
		k.fields = append(k.fields, f)
	}
	return k, nil
}

// encode writes the keys of all rows. They are valid until the next call.
func (k *sortKeys) encode(rows arrow.RecordBatch) {
	n := int(rows.NumRows())
	k.ends = slices.Grow(k.ends[:0], n)[:n]
	k.at = slices.Grow(k.at[:0], n)[:n]
	clear(k.ends)
	for i := range k.fields {
		k.fields[i].measure(rows.Column(k.fields[i].column), k.ends)
	}
	total := 0
	for i, size := range k.ends {
		k.at[i] = total
		total += size
		k.ends[i] = total
	}
	k.data = slices.Grow(k.data[:0], total)[:total]
	for i := range k.fields {
		f := &k.fields[i]
		a := rows.Column(f.column)
		if f.words == 0 {
			f.writeTexts(a, k.data, k.at)
			continue
		}
		k.words = slices.Grow(k.words[:0], n*f.words)[:n*f.words]
		f.fill(a, k.words)
		f.writeWords(a, k.words, k.data, k.at)
	}
}

// of is the key of a row.
func (k *sortKeys) of(row uint32) []byte {
	from := 0
	if row > 0 {
		from = k.ends[row-1]
	}
	return k.data[from:k.ends[row]]
}

// measure adds the length of each row's value.
func (f *field) measure(a arrow.Array, sizes []int) {
	valid := keys.ValidityOf(a)
	var offsets []int32
	var data []byte
	if f.words == 0 {
		offsets, data = keys.Bytes(a)
	}
	for i := range sizes {
		sizes[i]++
		switch {
		case valid.Null(uint32(i)):
		case f.words > 0:
			sizes[i] += 8 * f.words
		default:
			text := data[offsets[i]:offsets[i+1]]
			sizes[i] += len(text) + bytes.Count(text, zero) + 2
		}
	}
}

// writeWords writes each row's words, in big endian, at dst[at[i]:], and moves at[i] behind them.
func (f *field) writeWords(a arrow.Array, words []uint64, dst []byte, at []int) {
	valid := keys.ValidityOf(a)
	for i, p := range at {
		if valid.Null(uint32(i)) {
			dst[p] = f.null
			at[i]++
			continue
		}
		dst[p] = 1
		for k := range f.words {
			binary.BigEndian.PutUint64(dst[p+1+8*k:], words[i*f.words+k]^f.flip)
		}
		at[i] += 1 + 8*f.words
	}
}

var zero = []byte{0}

// writeTexts ends a text with two zeros, below which nothing is, and writes a zero in it as 0 255.
func (f *field) writeTexts(a arrow.Array, dst []byte, at []int) {
	valid := keys.ValidityOf(a)
	offsets, data := keys.Bytes(a)
	flip := byte(f.flip)
	for i, p := range at {
		if valid.Null(uint32(i)) {
			dst[p] = f.null
			at[i]++
			continue
		}
		dst[p] = 1
		p++
		for _, c := range data[offsets[i]:offsets[i+1]] {
			dst[p] = c ^ flip
			p++
			if c == 0 {
				dst[p] = 255 ^ flip
				p++
			}
		}
		dst[p], dst[p+1] = flip, flip
		at[i] = p + 2
	}
}

// bind chooses how values of a type are written.
func (f *field) bind(t types.Type) error {
	f.words = 1
	switch t.ID {
	case types.Boolean:
		f.fill = fillBools
	case types.TinyInt:
		f.fill = fillIntegers[int8]
	case types.SmallInt:
		f.fill = fillIntegers[int16]
	case types.Integer, types.Date:
		f.fill = fillIntegers[int32]
	case types.BigInt, types.Time, types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS, types.TimestampTZ:
		f.fill = fillIntegers[int64]
	case types.UTinyInt:
		f.fill = fillNaturals[uint8]
	case types.USmallInt:
		f.fill = fillNaturals[uint16]
	case types.UInteger:
		f.fill = fillNaturals[uint32]
	case types.UBigInt:
		f.fill = fillNaturals[uint64]
	case types.Float:
		f.fill = fillFloats[float32]
	case types.Double:
		f.fill = fillFloats[float64]
	case types.HugeInt, types.Decimal:
		f.words, f.fill = 2, fillWide
	case types.Varchar, types.JSON, types.UUID, types.Blob:
		f.words = 0
	default:
		return fmt.Errorf("rows cannot be ranked by %s", t)
	}
	return nil
}

const signBit = 1 << 63

// fillIntegers puts negative ones below the others.
func fillIntegers[T int8 | int16 | int32 | int64](a arrow.Array, out []uint64) {
	for i, v := range keys.Values[T](a) {
		out[i] = uint64(int64(v)) ^ signBit
	}
}

func fillNaturals[T uint8 | uint16 | uint32 | uint64](a arrow.Array, out []uint64) {
	for i, v := range keys.Values[T](a) {
		out[i] = uint64(v)
	}
}

// fillFloats: floats compare as their bits do, negative ones the other way round. -0.0 is 0.0, and NaN is above all.
func fillFloats[T float32 | float64](a arrow.Array, out []uint64) {
	for i, v := range keys.Values[T](a) {
		bits := math.Float64bits(float64(v))
		switch {
		case v != v:
			bits = math.MaxUint64
		case v < 0:
			bits = ^bits
		default:
			bits |= signBit
		}
		out[i] = bits
	}
}

func fillBools(a arrow.Array, out []uint64) {
	bools := a.(*array.Boolean)
	for i := range out {
		out[i] = 0
		if bools.Value(i) {
			out[i] = 1
		}
	}
}

func fillWide(a arrow.Array, out []uint64) {
	for i, v := range keys.Values[decimal128.Num](a) {
		out[2*i], out[2*i+1] = uint64(v.HighBits())^signBit, v.LowBits()
	}
}

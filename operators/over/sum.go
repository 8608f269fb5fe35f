package over

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// summing adds up integers and decimals of at most 18 digits, which 128 bits hold for any number of rows that there can be.
type summing struct {
	number func(row uint32) decimal128.Num
	read   func(a arrow.Array) func(row uint32) decimal128.Num
	at     []summed
}

type summed struct {
	sum decimal128.Num
	any bool
}

// newSum returns nil for types whose sums may overflow, or depend on the order.
func newSum(t types.Type) running {
	read := numbers(t)
	if read == nil {
		return nil
	}
	return &summing{read: read}
}

func numbers(t types.Type) func(a arrow.Array) func(row uint32) decimal128.Num {
	switch t.ID {
	case types.TinyInt:
		return signed[int8]
	case types.SmallInt:
		return signed[int16]
	case types.Integer:
		return signed[int32]
	case types.BigInt:
		return signed[int64]
	case types.UTinyInt:
		return unsigned[uint8]
	case types.USmallInt:
		return unsigned[uint16]
	case types.UInteger:
		return unsigned[uint32]
	case types.UBigInt:
		return unsigned[uint64]
	case types.Decimal:
		if t.Width <= 18 {
			return func(a arrow.Array) func(uint32) decimal128.Num {
				values := keys.Values[decimal128.Num](a)
				return func(row uint32) decimal128.Num { return values[row] }
			}
		}
	}
	return nil
}

func signed[T int8 | int16 | int32 | int64](a arrow.Array) func(uint32) decimal128.Num {
	values := keys.Values[T](a)
	return func(row uint32) decimal128.Num { return decimal128.FromI64(int64(values[row])) }
}

func unsigned[T uint8 | uint16 | uint32 | uint64](a arrow.Array) func(uint32) decimal128.Num {
	values := keys.Values[T](a)
	return func(row uint32) decimal128.Num { return decimal128.FromU64(uint64(values[row])) }
}

func (s *summing) grow(partitions int) { s.at = grown(s.at, partitions) }
func (s *summing) begin(uint32)        {}

func (s *summing) use(a arrow.Array) {
	if a != nil {
		s.number = s.read(a)
	}
}

func (s *summing) add(p, row uint32) {
	x := &s.at[p]
	x.sum, x.any = x.sum.Add(s.number(row)), true
}

func (s *summing) result(p uint32, b array.Builder) {
	if !s.at[p].any {
		b.AppendNull()
		return
	}
	b.(*array.Decimal128Builder).Append(s.at[p].sum)
}

func (s *summing) state() []types.Type              { return []types.Type{types.Of(types.HugeInt)} }
func (s *summing) save(p uint32, b []array.Builder) { s.result(p, b[0]) }

func (s *summing) load(p uint32, columns []arrow.Array, row int) error {
	if columns[0].IsValid(row) {
		s.at[p] = summed{keys.Values[decimal128.Num](columns[0])[row], true}
	}
	return nil
}

package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

var (
	bitAnd = bitFunction("bit_and", "The bits that all values have; NULL where there are none.", intersect)
	bitOr  = bitFunction("bit_or", "The bits that any value has; NULL where there are none.", unite)
	bitXor = bitFunction("bit_xor", "The bits that an odd number of values have; NULL where there are none.", differ)
)

// joint is how the bits of values are joined.
type joint uint8

const (
	intersect joint = iota
	unite
	differ
)

func bitFunction(name, doc string, by joint) Function {
	return Function{
		idempotent: by != differ, Names: []string{name}, Doc: doc, Example: name + "(flags)", takes: "integers or HUGEINT",
		accepts: one(func(t types.Type) bool { return t.Integral() || t.ID == types.HugeInt }),
		result:  sameAs,
		make:    func(args []types.Type) accumulator { return newBits(args[0], by) },
	}
}

func newBits(t types.Type, by joint) accumulator {
	switch t.ID {
	case types.HugeInt:
		return &largeBits{best[decimal128.Num]{kind: t}, by}
	case types.TinyInt:
		return &joined[int8]{best[int8]{kind: t}, by}
	case types.SmallInt:
		return &joined[int16]{best[int16]{kind: t}, by}
	case types.Integer:
		return &joined[int32]{best[int32]{kind: t}, by}
	case types.UTinyInt:
		return &joined[uint8]{best[uint8]{kind: t}, by}
	case types.USmallInt:
		return &joined[uint16]{best[uint16]{kind: t}, by}
	case types.UInteger:
		return &joined[uint32]{best[uint32]{kind: t}, by}
	case types.UBigInt:
		return &joined[uint64]{best[uint64]{kind: t}, by}
	}
	return &joined[int64]{best[int64]{kind: t}, by}
}

// joined joins integers of at most 64 bits.
type joined[T integer] struct {
	best[T]
	by joint
}

func (x *joined[T]) update(groups, rows []uint32, args []arrow.Array) error {
	values, at := keys.Values[T](args[0]), x.at
	rows = rows[:len(groups)]
	switch x.by {
	case intersect:
		for i, g := range groups {
			v, c := values[rows[i]], &at[g]
			if c.seen {
				v &= c.value
			}
			c.value, c.seen = v, true
		}
	case unite:
		for i, g := range groups {
			c := &at[g]
			c.value, c.seen = c.value|values[rows[i]], true
		}
	case differ:
		for i, g := range groups {
			c := &at[g]
			c.value, c.seen = c.value^values[rows[i]], true
		}
	}
	return nil
}

func (x *joined[T]) merge(groups, rows []uint32, saved []arrow.Array) error {
	return mergeExtreme(x, groups, rows, saved)
}

// largeBits joins integers of 128 bits.
type largeBits struct {
	best[decimal128.Num]
	by joint
}

func (x *largeBits) update(groups, rows []uint32, args []arrow.Array) error {
	values := keys.Values[decimal128.Num](args[0])
	for i, g := range groups {
		v, c := values[rows[i]], &x.at[g]
		if c.seen {
			v = x.by.join(c.value, v)
		}
		c.value, c.seen = v, true
	}
	return nil
}

func (by joint) join(a, b decimal128.Num) decimal128.Num {
	switch by {
	case intersect:
		return decimal128.New(a.HighBits()&b.HighBits(), a.LowBits()&b.LowBits())
	case unite:
		return decimal128.New(a.HighBits()|b.HighBits(), a.LowBits()|b.LowBits())
	}
	return decimal128.New(a.HighBits()^b.HighBits(), a.LowBits()^b.LowBits())
}

func (x *largeBits) merge(groups, rows []uint32, saved []arrow.Array) error {
	return mergeExtreme(x, groups, rows, saved)
}

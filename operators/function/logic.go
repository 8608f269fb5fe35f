package function

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

var logicKernels = []Kernel{
	{Names: []string{plan.And}, Takes: "BOOLEAN", Doc: "True where all are true, false where one is false, else NULL.",
		Example: "price > 100 AND channel = 'web'", bind: bindLogic(false)},
	{Names: []string{plan.Or}, Takes: "BOOLEAN", Doc: "True where one is true, false where all are false, else NULL.",
		Example: "price > 100 OR channel = 'web'", bind: bindLogic(true)},
	{Names: []string{plan.Not}, Takes: "BOOLEAN", Doc: "The opposite; NULL stays NULL.", Example: "NOT active", bind: bindNot},
	{Names: []string{plan.IsNull}, Takes: "any type", Doc: "Whether the value is NULL.", Example: "price IS NULL", bind: bindIsNull(true)},
	{Names: []string{plan.IsNotNull}, Takes: "any type", Doc: "Whether there is a value.", Example: "price IS NOT NULL", bind: bindIsNull(false)},
	{Names: []string{plan.In}, Takes: "what = takes", Doc: "Whether the first is equal to one of the others.",
		Example: "auction IN (1, 7, 9)", bind: bindIn(false)},
	{Names: []string{plan.NotIn}, Takes: "what = takes", Doc: "Whether the first is equal to none of the others.",
		Example: "auction NOT IN (1, 7, 9)", bind: bindIn(true)},
}

// bindLogic makes AND and OR from two bitmaps, of the rows that are surely true and of those that are surely false:
//
//	AND   true = all true    false = any false
//	OR    true = any true    false = all false
//	      valid = true or false
func bindLogic(or bool) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) {
		return func(f *frame, in []arrow.Array) (arrow.Array, error) {
			yes, no := bitmap(f.mem, f.n), bitmap(f.mem, f.n)
			if or {
				gather(yes.Bytes(), in, f.n, truths, no.Bytes(), falsities)
			} else {
				gather(no.Bytes(), in, f.n, falsities, yes.Bytes(), truths)
			}
			valid := no
			for i, y := range yes.Bytes() {
				valid.Bytes()[i] |= y
			}
			return build(arrow.FixedWidthTypes.Boolean, f.n, valid, yes), nil
		}, e.Args
	}
}

// gather sets in some the rows that any argument has in one, and in every the rows that all arguments have in other.
func gather(some []byte, in []arrow.Array, n int, one func(arrow.Array, int) []byte, every []byte, other func(arrow.Array, int) []byte) {
	for i := range every {
		every[i] = 0xff
	}
	for _, a := range in {
		x, y := one(a, n), other(a, n)
		for i := range some {
			some[i] |= x[i]
			every[i] &= y[i]
		}
	}
}

func bindNot(e *plan.Expr) (loop, []*plan.Expr) {
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		bits := bitmap(f.mem, f.n)
		copy(bits.Bytes(), falsities(in[0], f.n))
		return build(arrow.FixedWidthTypes.Boolean, f.n, both(f, in...), bits), nil
	}, e.Args
}

func bindIsNull(null bool) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) {
		if e.Args[0].Type.ID == types.Null {
			return nil, nil // that layout has no validity
		}
		return func(f *frame, in []arrow.Array) (arrow.Array, error) {
			bits := writable(f, both(f, in...))
			if null {
				invert(bits.Bytes())
			}
			return build(arrow.FixedWidthTypes.Boolean, f.n, nil, bits), nil
		}, e.Args
	}
}

// fewItems is how many comparisons cost less than a look into a hash table.
const fewItems = 6

// bindIn compares with each item, or looks up long lists of constants in a set.
func bindIn(negate bool) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) {
		test := equality(e.Args[0].Type)
		if test == nil {
			return nil, nil
		}
		for _, item := range e.Args[1:] {
			if !sameType(e.Args[0], item) {
				return nil, nil
			}
		}
		if find := lookup(e.Args); find != nil {
			return inSet(find, negate), e.Args[:1]
		}
		return inItems(test, negate), e.Args
	}
}

// inItems is true where one item is equal, else NULL where the value or an item is NULL.
func inItems(test test, negate bool) loop {
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		found, valid := bitmap(f.mem, f.n), writable(f, both(f, in...))
		for _, item := range in[1:] {
			one(f, test, in[0], item, found.Bytes())
		}
		for i, bits := range found.Bytes() {
			valid.Bytes()[i] |= bits
		}
		if negate {
			invert(found.Bytes())
		}
		return build(arrow.FixedWidthTypes.Boolean, f.n, valid, found), nil
	}
}

// one adds to found the rows where both are there and equal.
func one(f *frame, test test, a, item arrow.Array, found []byte) {
	equal, valid := bitmap(f.mem, f.n), both(f, a, item)
	defer equal.Release()
	test(a, item, equal.Bytes())
	for i, bits := range equal.Bytes() {
		if valid != nil {
			bits &= valid.Bytes()[i]
		}
		found[i] |= bits
	}
	if valid != nil {
		valid.Release()
	}
}

func inSet(find func(a arrow.Array, out []byte), negate bool) loop {
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		bits := bitmap(f.mem, f.n)
		find(in[0], bits.Bytes())
		if negate {
			invert(bits.Bytes())
		}
		return build(arrow.FixedWidthTypes.Boolean, f.n, both(f, in...), bits), nil
	}
}

// lookup makes a set of a long list of constants without NULL; nil for every other list.
func lookup(args []*plan.Expr) func(a arrow.Array, out []byte) {
	if len(args)-1 <= fewItems {
		return nil
	}
	for _, item := range args[1:] {
		if !item.IsConstant() || item.Value.Null {
			return nil
		}
	}
	switch physical(args[0].Type) {
	case types.Integer:
		return valueSet[int32](args[1:])
	case types.BigInt:
		return valueSet[int64](args[1:])
	case types.Varchar:
		return textSet(args[1:])
	}
	return nil
}

func valueSet[T int32 | int64](items []*plan.Expr) func(a arrow.Array, out []byte) {
	set := make(map[T]bool, len(items))
	for _, item := range items {
		set[values[T](constant(item.Value, item.Type))[0]] = true
	}
	return func(a arrow.Array, out []byte) {
		for i, v := range values[T](a) {
			out[i>>3] |= bit(set[v]) << (i & 7)
		}
	}
}

func textSet(items []*plan.Expr) func(a arrow.Array, out []byte) {
	set := make(map[string]bool, len(items))
	for _, item := range items {
		if item.Type.ID == types.Blob {
			return nil // its text form has escapes
		}
		set[item.Value.Text] = true
	}
	return func(a arrow.Array, out []byte) {
		in := textsOf(a)
		for i := range a.Len() {
			out[i>>3] |= bit(set[in.at(i)]) << (i & 7)
		}
	}
}

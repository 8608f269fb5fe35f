package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// candidate is the best value of a group so far.
type candidate[T any] struct {
	value T
	seen  bool
}

// best is what min and max of fixed-width values share: everything but the comparison.
type best[T any] struct {
	cells[candidate[T]]
	kind    types.Type
	max     bool
	results results[T]
}

func (e *best[T]) state() []types.Type { return []types.Type{e.kind} }

func (e *best[T]) save(groups []uint32, b []array.Builder) { e.append(groups, b[0]) }

func (e *best[T]) result(groups []uint32, b array.Builder) error {
	e.append(groups, b)
	return nil
}

func (e *best[T]) append(groups []uint32, b array.Builder) {
	e.results.begin(len(groups))
	for _, g := range groups {
		e.results.add(e.at[g].value, e.at[g].seen)
	}
	e.results.appendTo(b.(appender[T]))
}

// mergeExtreme merges saved values, of which some are NULL, by updating with them.
func mergeExtreme(a accumulator, groups, rows []uint32, saved []arrow.Array) error {
	var valid selection
	groups, rows = valid.whereNotNull(saved[0], groups, rows)
	return a.update(groups, rows, saved)
}

// intExtreme is min or max of what Arrow holds as integers.
type intExtreme[T integer] struct{ best[T] }

func newIntExtreme[T integer](t types.Type, max bool) accumulator {
	return &intExtreme[T]{best[T]{kind: t, max: max}}
}

func (e *intExtreme[T]) update(groups, rows []uint32, args []arrow.Array) error {
	values, at := keys.Values[T](args[0]), e.at
	rows = rows[:len(groups)]
	if e.max {
		for i, g := range groups {
			if v, c := values[rows[i]], &at[g]; v > c.value || !c.seen {
				c.value, c.seen = v, true
			}
		}
		return nil
	}
	for i, g := range groups {
		if v, c := values[rows[i]], &at[g]; v < c.value || !c.seen {
			c.value, c.seen = v, true
		}
	}
	return nil
}

func (e *intExtreme[T]) merge(groups, rows []uint32, saved []arrow.Array) error {
	return mergeExtreme(e, groups, rows, saved)
}

// floatExtreme is min or max of floats. NaN is the greatest.
type floatExtreme[T float32 | float64] struct{ best[T] }

func (e *floatExtreme[T]) update(groups, rows []uint32, args []arrow.Array) error {
	values, at := keys.Values[T](args[0]), e.at
	rows = rows[:len(groups)]
	if e.max {
		for i, g := range groups {
			if v, c := values[rows[i]], &at[g]; !c.seen || floatLess(c.value, v) {
				c.value, c.seen = v, true
			}
		}
		return nil
	}
	for i, g := range groups {
		if v, c := values[rows[i]], &at[g]; !c.seen || floatLess(v, c.value) {
			c.value, c.seen = v, true
		}
	}
	return nil
}

func floatLess[T float32 | float64](a, b T) bool { return a < b || b != b && a == a }

func (e *floatExtreme[T]) merge(groups, rows []uint32, saved []arrow.Array) error {
	return mergeExtreme(e, groups, rows, saved)
}

// largeExtreme is min or max of values of 128 bits.
type largeExtreme[T any] struct {
	best[T]
	less func(a, b T) bool
}

func (e *largeExtreme[T]) update(groups, rows []uint32, args []arrow.Array) error {
	values := keys.Values[T](args[0])
	for i, g := range groups {
		v, c := values[rows[i]], &e.at[g]
		low, high := v, c.value
		if e.max {
			low, high = high, low
		}
		if !c.seen || e.less(low, high) {
			c.value, c.seen = v, true
		}
	}
	return nil
}

func (e *largeExtreme[T]) merge(groups, rows []uint32, saved []arrow.Array) error {
	return mergeExtreme(e, groups, rows, saved)
}

package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
)

var (
	argMin     = argFunction("First argument where the second is smallest; rows with a NULL do not count.", false, false, "arg_min", "argmin", "min_by")
	argMax     = argFunction("First argument where the second is greatest; rows with a NULL do not count.", true, false, "arg_max", "argmax", "max_by")
	argMinNull = argFunction("First argument, NULL or not, where the second is smallest.", false, true, "arg_min_null")
	argMaxNull = argFunction("First argument, NULL or not, where the second is greatest.", true, true, "arg_max_null")
)

func argFunction(doc string, max, nulls bool, names ...string) Function {
	return Function{
		idempotent: true, nulls: nulls, Names: names, Doc: doc, Example: names[0] + "(bidder, price)",
		takes: "one argument as first and any but BOOLEAN, INTERVAL, STRUCT, LIST and MAP to order by",
		accepts: two(func(arg, by types.Type) bool {
			return kept(arg) && ordered(by) && by.ID != types.Boolean && by.ID != types.Interval
		}),
		result: sameAs,
		make: func(args []types.Type) accumulator {
			return &argExtreme{arg: args[0], by: args[1], nulls: nulls, winners: newWinners(args[1], max), slots: newSlots(args[0])}
		},
	}
}

// argExtreme keeps the first argument of the row that wins by the second one. Of rows that tie, the first to come wins.
//
//	by     ──► winners: the best of each group so far, and which rows of the batch beat it
//	arg    ──► slots:   the argument of the last row that won
type argExtreme struct {
	winners winners
	slots   slots
	arg, by types.Type
	nulls   bool // the first argument may be NULL

	valid, won selection
}

func (e *argExtreme) grow(n int) {
	e.winners.grow(n)
	e.slots.grow(n)
}

func (e *argExtreme) reset() {
	e.winners.reset()
	e.slots.reset()
}

func (e *argExtreme) free() {
	e.winners.free()
	e.slots.free()
}

func (e *argExtreme) update(groups, rows []uint32, args []arrow.Array) error {
	if e.nulls {
		groups, rows = e.valid.whereNotNull(args[1], groups, rows)
	}
	e.put(groups, rows, args[1], args[0])
	return nil
}

func (e *argExtreme) put(groups, rows []uint32, by, values arrow.Array) {
	e.won.begin()
	e.winners.choose(groups, rows, by, &e.won)
	e.slots.put(e.won.groups, e.won.rows, values)
}

func (e *argExtreme) state() []types.Type { return []types.Type{e.by, e.arg} }

func (e *argExtreme) save(groups []uint32, b []array.Builder) {
	e.winners.append(groups, b[0])
	e.slots.append(groups, b[1])
}

func (e *argExtreme) merge(groups, rows []uint32, saved []arrow.Array) error {
	groups, rows = e.valid.whereNotNull(saved[0], groups, rows)
	e.put(groups, rows, saved[0], saved[1])
	return nil
}

func (e *argExtreme) result(groups []uint32, b array.Builder) error {
	e.slots.append(groups, b)
	return nil
}

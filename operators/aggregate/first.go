package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
)

var (
	first    = pickFunction("Value of the first row to come, NULL or not.", false, true, "first", "arbitrary")
	last     = pickFunction("Value of the last row to come, NULL or not.", true, true, "last")
	anyValue = pickFunction("First value to come that is not NULL; NULL where there are none.", false, false, "any_value")
)

func pickFunction(doc string, last, nulls bool, names ...string) Function {
	return Function{
		idempotent: true, nulls: nulls, Names: names, Doc: doc, Example: names[0] + "(price)",
		takes: "one argument of any type, no FLOAT, DOUBLE or INTERVAL inside of a STRUCT, LIST or MAP", accepts: one(kept), result: sameAs,
		make: func(args []types.Type) accumulator {
			return &picks{kind: args[0], last: last, slots: newSlots(args[0])}
		},
	}
}

// kept reports whether DuckDB's aggregates give a value of the type back as it was: they encode nested values by a normal form.
func kept(t types.Type) bool {
	for _, f := range t.Fields {
		if inner := f.Type.ID; inner == types.Float || inner == types.Double || inner == types.Interval || !kept(f.Type) {
			return false
		}
	}
	return t.ID != types.Null
}

// picks keeps the value of the first or of the last row of each group, in the order of arrival.
type picks struct {
	seen  cells[bool]
	slots slots
	kind  types.Type
	last  bool

	fresh selection // rows of the batch in hand that are the first of their group
}

func (p *picks) grow(n int) {
	p.seen.grow(n)
	p.slots.grow(n)
}

func (p *picks) reset() {
	p.seen.reset()
	p.slots.reset()
}

func (p *picks) free() {
	p.seen.free()
	p.slots.free()
}

func (p *picks) update(groups, rows []uint32, args []arrow.Array) error {
	p.put(groups, rows, args[0])
	return nil
}

func (p *picks) put(groups, rows []uint32, values arrow.Array) {
	seen := p.seen.at
	if p.last {
		for _, g := range groups {
			seen[g] = true
		}
		p.slots.put(groups, rows, values)
		return
	}
	p.fresh.begin()
	for i, g := range groups {
		if !seen[g] {
			seen[g] = true
			p.fresh.add(g, rows[i])
		}
	}
	p.slots.put(p.fresh.groups, p.fresh.rows, values)
}

func (p *picks) state() []types.Type { return []types.Type{types.Of(types.Boolean), p.kind} }

func (p *picks) save(groups []uint32, b []array.Builder) {
	seen := b[0].(*array.BooleanBuilder)
	for _, g := range groups {
		seen.Append(p.seen.at[g])
	}
	p.slots.append(groups, b[1])
}

func (p *picks) merge(groups, rows []uint32, saved []arrow.Array) error {
	var had selection
	seen := saved[0].(*array.Boolean)
	for i, r := range rows {
		if seen.Value(int(r)) {
			had.add(groups[i], r)
		}
	}
	p.put(had.groups, had.rows, saved[1])
	return nil
}

func (p *picks) result(groups []uint32, b array.Builder) error {
	p.slots.append(groups, b)
	return nil
}

package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

var list = Function{
	nulls: true, Names: []string{"list", "array_agg"}, Doc: "All values in the order of arrival, with the NULLs; NULL where there are no rows.",
	Example: "list(price)", takes: "one argument of any type", accepts: one(func(t types.Type) bool { return t.ID != types.Null }),
	result: func(args []types.Type) types.Type { return types.ListOf(args[0]) },
	make: func(args []types.Type) accumulator {
		return &lists{kind: args[0], encoder: exactRows(args[0])}
	},
}

// lists keeps all values, as bytes one behind the other.
type lists struct {
	chains
	kind    types.Type
	encoder *keys.Rows
	data    []byte
	starts  []int // of each value

	ids    []uint32
	at     []int
	merged selection
}

func (l *lists) reset() {
	l.chains.reset()
	l.data, l.starts = emptied(l.data), emptied(l.starts)
}

func (l *lists) free() {
	l.chains.free()
	spill.Free(l.data)
	spill.Free(l.starts)
	l.data, l.starts = nil, nil
}

func (l *lists) bytes(group uint32) int { return l.share(group, len(l.data)) }

func (l *lists) update(groups, rows []uint32, args []arrow.Array) error {
	data, ends := l.encoder.Encode(args, rows)
	start, base := 0, len(l.data)
	l.starts = spill.Grow(l.starts, len(groups))
	for i, g := range groups {
		l.starts = append(l.starts, base+start)
		l.link(g)
		start = ends[i]
	}
	l.data = append(spill.Grow(l.data, len(data)), data...)
	return nil
}

func (l *lists) state() []types.Type { return []types.Type{types.ListOf(l.kind)} }

func (l *lists) save(groups []uint32, b []array.Builder) { l.append(groups, b[0]) }

func (l *lists) merge(groups, rows []uint32, saved []arrow.Array) error {
	values := l.merged.flatten(saved[0], groups, rows)
	return l.update(l.merged.groups, l.merged.rows, []arrow.Array{values})
}

func (l *lists) result(groups []uint32, b array.Builder) error {
	l.append(groups, b)
	return nil
}

func (l *lists) append(groups []uint32, b array.Builder) {
	out := b.(*array.ListBuilder)
	builders := []array.Builder{out.ValueBuilder()}
	for _, g := range groups {
		if l.empty(g) {
			out.AppendNull()
			continue
		}
		out.Append(true)
		for rest := l.first(g); rest != 0; {
			l.ids, rest = l.some(l.ids[:0], rest)
			l.at = l.at[:0]
			for _, e := range l.ids {
				l.at = append(l.at, l.starts[e])
			}
			l.encoder.Decode(builders, l.data, l.at)
		}
	}
}

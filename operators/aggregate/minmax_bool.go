package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
)

var (
	boolAnd = boolFunction("bool_and", "True where every value is true; NULL where there are none.", false)
	boolOr  = boolFunction("bool_or", "True where any value is true; NULL where there are none.", true)
)

func boolFunction(name, doc string, max bool) Function {
	return Function{
		idempotent: true, Names: []string{name}, Doc: doc, Example: name + "(paid)", takes: "BOOLEAN",
		accepts:    one(func(t types.Type) bool { return t.ID == types.Boolean }),
		result:     resultOf(types.Boolean),
		make:       func([]types.Type) accumulator { return &boolExtreme{max: max} },
		retracting: func(args []types.Type) accumulator { return newCountedExtreme(args[0], max) },
	}
}

// boolExtreme is min and max, and bool_and and bool_or, which are the same: false is less than true.
type boolExtreme struct {
	cells[candidate[bool]]
	max bool
}

func (e *boolExtreme) update(groups, rows []uint32, args []arrow.Array) error {
	values := args[0].(*array.Boolean)
	for i, g := range groups {
		v, c := values.Value(int(rows[i])), &e.at[g]
		if v == e.max || !c.seen {
			c.value, c.seen = v, true
		}
	}
	return nil
}

func (e *boolExtreme) state() []types.Type { return []types.Type{types.Of(types.Boolean)} }

func (e *boolExtreme) save(groups []uint32, b []array.Builder) { e.append(groups, b[0]) }

func (e *boolExtreme) merge(groups, rows []uint32, saved []arrow.Array) error {
	return mergeExtreme(e, groups, rows, saved)
}

func (e *boolExtreme) result(groups []uint32, b array.Builder) error {
	e.append(groups, b)
	return nil
}

func (e *boolExtreme) append(groups []uint32, b array.Builder) {
	values := b.(*array.BooleanBuilder)
	for _, g := range groups {
		if !e.at[g].seen {
			values.AppendNull()
			continue
		}
		values.Append(e.at[g].value)
	}
}

package slt

import (
	"fmt"

	"github.com/weirdb/weir/engine/types"
)

// columnNames are names that a source may well have; some must be quoted.
var columnNames = []string{"a", "b", "price", "Total", "order", "select", "sp ace", "größe", "x.y", "user id", "value", "n", "window", "q'uote"}

// columns makes a schema: the event time, then columns of random types.
func (g *generator) columns() []types.Field {
	at := types.Timestamp
	if g.one(5) {
		at = types.TimestampTZ
	}
	out := []types.Field{{Name: "ts", Type: types.Of(at)}, {Name: "k", Type: types.Of(types.Integer)}}
	for _, i := range g.rand.Perm(len(columnNames))[:3+g.rand.IntN(6)] {
		f := types.Field{Name: columnNames[i], Type: g.columnType(2)}
		if g.one(4) {
			g.extreme[f.Name] = true
		}
		out = append(out, f)
	}
	return out
}

var plainTypes = []types.ID{
	types.Boolean, types.TinyInt, types.SmallInt, types.Integer, types.BigInt, types.BigInt, types.HugeInt, types.UTinyInt,
	types.USmallInt, types.UInteger, types.UBigInt, types.Float, types.Double, types.Double, types.Varchar, types.Varchar, types.Varchar,
	types.Blob, types.Date, types.Date, types.Time, types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS,
	types.TimestampTZ, types.Interval, types.UUID, types.JSON, types.JSON,
}

var decimals = []types.Type{types.DecimalOf(4, 1), types.DecimalOf(9, 2), types.DecimalOf(18, 3), types.DecimalOf(38, 10)}

func (g *generator) columnType(depth int) types.Type {
	n := g.rand.IntN(20)
	switch {
	case n < 2:
		return decimals[g.rand.IntN(len(decimals))]
	case n < 4 && depth > 0:
		return types.ListOf(g.columnType(depth - 1))
	case n < 6 && depth > 0:
		fields := make([]types.Field, 1+g.rand.IntN(3))
		for i := range fields {
			fields[i] = types.Field{Name: fmt.Sprintf("f%d", i), Type: g.columnType(depth - 1)}
		}
		return types.StructOf(fields...)
	case n < 7 && depth > 0:
		return types.MapOf(types.Of(types.Varchar), g.columnType(0))
	}
	return types.Of(plainTypes[g.rand.IntN(len(plainTypes))])
}

// A leaf is something that an expression may name.
type leaf struct {
	text string
	kind string
	// plain values are alike in any order of events: floats whose sums are exact and that have no -0.0 or NaN, and no
	// intervals, of which equal ones print differently.
	plain bool
}

// scope lists a schema's columns and what is inside them, by kind.
func (g *generator) scope(columns []types.Field) []leaf {
	var out []leaf
	for _, c := range columns {
		out = g.leaves(out, types.QuoteIdent(c.Name), c.Type, !g.extreme[c.Name])
	}
	return out
}

func (g *generator) leaves(out []leaf, text string, t types.Type, tame bool) []leaf {
	kind := kindOf(t)
	plain := tame || kind != "dbl"
	out = append(out, leaf{text, kind, plain && kind != "ival" && !t.Nested()})
	switch t.ID {
	case types.Struct:
		for _, f := range t.Fields {
			out = g.leaves(out, text+"."+types.QuoteIdent(f.Name), f.Type, tame)
		}
	case types.List:
		out = g.leaves(out, text+"[1]", t.Element(), tame)
	case types.Map:
		out = g.leaves(out, text+"['a']", t.Fields[1].Type, tame)
	}
	return out
}

// kindOf is the name that the grammar has for a type.
func kindOf(t types.Type) string {
	switch {
	case t.Integral() || t.ID == types.HugeInt:
		return "int"
	case t.ID == types.List && (t.Element().Integral() || t.Element().ID == types.HugeInt):
		return "ints"
	case t.ID == types.List && t.Element().ID == types.Varchar:
		return "strs"
	}
	if kind, ok := kinds[t.ID]; ok {
		return kind
	}
	return "nested"
}

var kinds = map[types.ID]string{
	types.Boolean: "bool", types.Float: "dbl", types.Double: "dbl", types.Decimal: "dec", types.Varchar: "str", types.Blob: "blob",
	types.Date: "date", types.Time: "time", types.Timestamp: "ts", types.TimestampS: "ts", types.TimestampMS: "ts",
	types.TimestampNS: "ns", types.TimestampTZ: "tz", types.Interval: "ival", types.UUID: "uuid", types.JSON: "json", types.Map: "map",
}

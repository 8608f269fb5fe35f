package slt

import (
	"fmt"
	"slices"

	"github.com/weirdb/weir/engine/types"
)

// table is something to select from.
type table struct {
	generatedTable
	scope []leaf   // its columns, and what is in them
	time  string   // an event time among them; empty if there is none
	total []string // columns that order the rows; of rows that tie, all else is equal too
	twins bool     // some rows may be all alike
	spec  string   // of the window whose window_start it has; empty if it has none
}

// relations makes two or three sources whose columns have names and types in common.
func (g *generator) relations() {
	g.language, g.most = &tame, 16
	at := types.Timestamp
	if g.one(6) {
		at = types.TimestampTZ
	}
	for i := range 2 + g.rand.IntN(2) {
		columns := []types.Field{{Name: "ts", Type: types.Of(at)}, {Name: "id", Type: types.Of(types.BigInt)}, {Name: "k", Type: types.Of(types.Integer)}}
		more := []types.Field{
			{Name: "s", Type: types.Of(types.Varchar)}, {Name: "n", Type: types.Of([]types.ID{types.BigInt, types.Integer, types.SmallInt, types.UInteger}[g.rand.IntN(4)])},
			{Name: "x", Type: types.Of(types.Double)}, {Name: "d", Type: types.DecimalOf(9, 2)}, {Name: "flag", Type: types.Of(types.Boolean)},
			{Name: "tags", Type: types.ListOf(types.Of(types.Integer))}, {Name: "words", Type: types.ListOf(types.Of(types.Varchar))},
			{Name: "place", Type: types.StructOf(types.Field{Name: "room", Type: types.Of(types.Varchar)}, types.Field{Name: "floor", Type: types.Of(types.Integer)})},
			{Name: "at", Type: types.Of(types.Timestamp)}, {Name: "day", Type: types.Of(types.Date)},
		}
		for _, f := range more {
			if !g.one(3) {
				columns = append(columns, f)
			}
		}
		g.extreme["n"] = g.one(4)
		g.source([]string{"src", "other", "third"}[i], columns)
	}
}

// length is an interval that fits how far event time goes.
func (g *generator) length() int { return max(1, g.span/[]int{2, 5, 10, 30, 100}[g.rand.IntN(5)]) }

func seconds(n int) string { return fmt.Sprintf("INTERVAL '%d seconds'", n) }

// plainTable is a source as it is.
func (g *generator) plainTable() table {
	s := g.sources[g.rand.IntN(len(g.sources))]
	return table{generatedTable: generatedTable{Text: s.Name}, scope: g.scope(s.Columns), time: "ts", total: []string{"ts", "id"}}
}

// windowed is a source with windows, now and then over a common table.
func (g *generator) windowed() table {
	t := g.plainTable()
	step, many := g.length(), 1+g.rand.IntN(5)
	switch g.rand.IntN(6) {
	case 0, 1:
		t.spec = fmt.Sprintf("tumble($, ts, %s)", seconds(step))
	case 2:
		t.spec = fmt.Sprintf("hop($, ts, %s, %s)", seconds(step), seconds(step*many+g.rand.IntN(2)*(step/3)))
		t.total = append(t.total, "window_start")
	case 3:
		t.spec = fmt.Sprintf("cumulate($, ts, %s, %s)", seconds(step), seconds(step*many))
		t.total = append(t.total, "window_end")
	case 4:
		t.spec = fmt.Sprintf("session($, ts, %s, %s)", seconds(max(1, step/4)), g.pick("k", "k", "id % 3"))
	default:
		t.spec = fmt.Sprintf("tumble($, ts, INTERVAL '%s')", g.pick("1 month", "1 day", "1 hour", "7 seconds"))
	}
	return t.windows(t.spec)
}

// windows puts the windows of a spec over the table, which has a name.
func (t table) windows(spec string) table {
	t.spec = spec
	t.Text = replaceOnce(spec, t.Text)
	kind := "ts"
	for _, l := range t.scope {
		if l.text == t.time {
			kind = l.kind
		}
	}
	t.scope = append(slices.Clone(t.scope), leaf{"window_start", kind, true}, leaf{"window_end", kind, true})
	return t
}

// columns are what the table has, as an alias's columns.
func (t table) columns(alias string) []leaf {
	out := make([]leaf, len(t.scope))
	for i, l := range t.scope {
		out[i] = l
		out[i].text = alias + "." + l.text
	}
	return out
}

// as gives the table an alias, and the names of its columns that alias in front.
func (t table) as(alias string) table {
	t.scope, t.Alias = t.columns(alias), alias
	t.total = slices.Clone(t.total)
	for i := range t.total {
		t.total[i] = alias + "." + t.total[i]
	}
	if t.time != "" {
		t.time = alias + "." + t.time
	}
	return t
}

// derivedTable is what a query gives. Its columns are the query's items; total and time are aliases among them.
func derivedTable(v *generatedView, time string, total []string) table {
	t := table{generatedTable: generatedTable{Inner: v}, time: time, total: total}
	for _, x := range v.Items {
		t.scope = append(t.scope, leaf{x.Alias, x.kind, x.plain})
		if x.Alias == "window_start" {
			t.spec = "kept"
		}
	}
	if total == nil {
		for _, x := range v.Items {
			t.total = append(t.total, x.Alias)
		}
	}
	return t
}

// input is a table to select from: a source, one with windows, or a query.
func (g *generator) input(depth int) table {
	switch n := g.rand.IntN(10); {
	case n < 4 || depth <= 0 && n < 7:
		return g.plainTable()
	case n < 6 || depth <= 0:
		return g.windowed()
	}
	return g.shape(depth - 1)
}

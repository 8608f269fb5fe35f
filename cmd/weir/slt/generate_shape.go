package slt

import (
	"fmt"
	"strings"
)

func replaceOnce(text, by string) string { return strings.Replace(text, "$", by, 1) }

// relationView is a view over the sources that relates rows to each other.
func (g *generator) relationView() *generatedView {
	v := g.shape(2).Inner
	v.Emit = g.pick("", "", "", "changes")
	if g.one(25) {
		v.Emit = "close"
	}
	return v
}

// shape is a query. Depth bounds how many stand in each other.
func (g *generator) shape(depth int) table {
	shapes := []func(int) table{
		g.selected, g.grouped, g.grouped, g.grouped, g.joined, g.joined, g.joined, g.ranked, g.ranked, g.first, g.together, g.together,
		g.asked, g.asked, g.unnested, g.common, g.common, g.lateral, g.distinctRows,
	}
	return shapes[g.rand.IntN(len(shapes))](depth)
}

// selecting is a query being written over a table, its columns named with an alias in front.
type selecting struct {
	*generatedView
	table
	kept []string // aliases of columns that order the rows
	at   string   // alias of the event time, if it is selected
}

// over begins a query that selects what orders the table's rows.
func (g *generator) over(t table) *selecting {
	t = t.as("a")
	s := &selecting{generatedView: &generatedView{From: t.generatedTable}, table: t}
	s.keep(t)
	return s
}

// keep selects what orders a table's rows, and its windows, now and then.
func (s *selecting) keep(t table) {
	for _, text := range t.total {
		alias := s.add(t.leaf(text))
		s.kept = append(s.kept, alias)
		if text == t.time && s.at == "" {
			s.at = alias
		}
	}
}

// leaf is a column by its text.
func (t table) leaf(text string) leaf {
	for _, l := range t.scope {
		if l.text == text {
			return l
		}
	}
	return leaf{text, "nested", false}
}

// addSome adds expressions.
func (g *generator) addSome(s *selecting, most int) {
	for range g.rand.IntN(most + 1) {
		kind := g.pick(g.language.kinds...)
		s.add(leaf{g.expr(s.scope, kind, 2), kind, true})
	}
}

// done is the query as a table.
func (s *selecting) done() table {
	t := derivedTable(s.generatedView, s.at, s.kept)
	t.twins = s.twins
	return t
}

// selected filters and computes.
func (g *generator) selected(depth int) table {
	s := g.over(g.input(depth))
	g.addSome(s, 3)
	s.Where = g.conditions(s.scope)
	return s.done()
}

// first is the first rows by some order: QUALIFY, DISTINCT ON, or LIMIT.
func (g *generator) first(depth int) table {
	s := g.over(g.input(depth))
	g.addSome(s, 2)
	s.Where = g.conditions(s.scope)
	by := g.partition(s.table)
	switch g.rand.IntN(5) {
	case 0:
		if by == "" {
			by = s.total[0]
		}
		s.On, s.Order = by, "ORDER BY "+by+", "+g.order(s.table)
	case 1:
		s.Order = "ORDER BY " + g.order(s.table) + " LIMIT " + g.pick("1", "2", "3", "5 OFFSET 1", "3 OFFSET 2")
	default:
		call := g.pick("row_number()", "row_number()", "rank()", "dense_rank()")
		s.Qualify = append(s.Qualify, call+" OVER ("+partitionBy(by)+"ORDER BY "+g.order(s.table)+") <= "+g.pick("1", "2", "3"))
	}
	return s.done()
}

// order is a total order of a table's rows.
func (g *generator) order(t table) string {
	var keys []string
	if g.one(2) {
		if c := g.plainColumn(t, "int", "str", "ts", "dec"); strings.Contains(c, ".") { // no constant
			keys = append(keys, c+g.pick("", " DESC", " DESC NULLS LAST", " NULLS FIRST"))
		}
	}
	for _, x := range t.total {
		keys = append(keys, x+g.pick("", "", "", " DESC"))
	}
	return strings.Join(keys, ", ")
}

// plainColumn is a column of one of the kinds.
func (g *generator) plainColumn(t table, kinds ...string) string {
	return g.end(t.scope, g.pick(kinds...))
}

// partition is what divides a table's rows: keys, windows, or nothing.
func (g *generator) partition(t table) string {
	var out []string
	if windows := t.named("window_start"); windows != "" && !g.one(4) {
		out = append(out, windows)
	}
	if k := t.named("k"); k != "" && !g.one(3) {
		out = append(out, k)
	}
	if g.one(4) || len(out) == 0 && g.one(2) {
		out = append(out, g.expr(t.scope, g.pick("int", "str", "bool"), 1))
	}
	return strings.Join(out, ", ")
}

// named finds a column by its own name.
func (t table) named(name string) string {
	for _, l := range t.scope {
		if l.text == name || strings.HasSuffix(l.text, "."+name) && strings.Count(l.text, ".") == 1 {
			return l.text
		}
	}
	return ""
}

func partitionBy(by string) string {
	if by == "" {
		return ""
	}
	return "PARTITION BY " + by + " "
}

// unnested gives a row for each element of a list.
func (g *generator) unnested(depth int) table {
	s := g.over(g.input(depth))
	list := leaf{g.expr(s.scope, "ints", 1), "int", true}
	if g.one(3) {
		list = leaf{g.expr(s.scope, "strs", 1), "str", true}
	}
	if g.one(2) {
		list.text = "unnest(" + list.text + ")"
	} else {
		s.Joins = append(s.Joins, generatedJoin{Word: g.pick(", ", "CROSS JOIN"), Table: generatedTable{Text: "UNNEST(" + list.text + ")", Alias: "u(e)"}})
		list.text = "u.e"
	}
	s.Where = g.conditions(s.scope)
	s.kept, s.twins = append(s.kept, s.add(list)), true
	return s.done()
}

// distinctRows is SELECT DISTINCT.
func (g *generator) distinctRows(depth int) table {
	t := g.input(depth).as("a")
	v := &generatedView{From: t.generatedTable, Where: g.conditions(t.scope), Distinct: true}
	time := g.windowItem(v, t)
	for range 1 + g.rand.IntN(2) {
		kind := g.pick(g.language.kinds...)
		v.add(leaf{g.expr(t.scope, kind, 1), kind, true})
	}
	return derivedTable(v, time, nil)
}

// windowItem selects a window or the event time, now and then.
func (g *generator) windowItem(v *generatedView, t table) string {
	time := t.time
	if start := t.named("window_start"); start != "" && g.one(2) {
		time = start
	}
	if time == "" || g.one(3) {
		return ""
	}
	return v.add(t.leaf(time))
}

// common is a common table, used once or twice.
func (g *generator) common(depth int) table {
	c := g.shape(depth - 1)
	with := generatedTable{Inner: c.Inner, Alias: fmt.Sprintf("w%d", depth+2)}
	c.generatedTable = generatedTable{Text: with.Alias}
	var out table
	switch g.rand.IntN(4) {
	case 0:
		if c.time != "" {
			c = c.windows(strings.Replace(g.pick("tumble($, #, ", "hop($, #, "+seconds(g.length())+", "), "#", c.time, 1) + seconds(g.length()*3) + ")")
		}
		out = g.groupedOver(c)
	case 1, 2:
		out = g.joinedOver(c, c)
	default:
		out = g.togetherOver(c, c)
	}
	out.Inner.With = append(out.Inner.With, with)
	return out
}

package slt

import (
	"slices"
	"strings"
)

// grouped is an aggregate.
func (g *generator) grouped(depth int) table {
	t := g.input(depth)
	if t.spec == "" && g.one(2) {
		t = g.windowed()
	}
	return g.groupedOver(t)
}

func (g *generator) groupedOver(t table) table {
	t = t.as("a")
	v := &generatedView{From: t.generatedTable, Where: g.conditions(t.scope)}
	time := g.windowGroups(v, t)
	for range g.rand.IntN(3) {
		k := leaf{g.expr(t.scope, g.pick("int", "str", "bool", "date", "ts"), 1), "int", true}
		if c := t.named("k"); c != "" && g.one(2) {
			k.text = c
		}
		if !slices.Contains(v.Groups, k.text) && strings.Contains(k.text, "a.") {
			k.kind = "nested"
			if k.text == t.named("k") {
				k.kind = "int"
			}
			v.Groups = append(v.Groups, k.text)
			v.add(k)
		}
	}
	if len(v.Groups) > 0 && g.one(6) {
		v.Groups[0] = "ALL"
		v.Groups = v.Groups[:1]
	} else if len(v.Groups) > 1 && g.one(5) {
		v.Groups, time = []string{g.sets(v.Groups)}, ""
	}
	total := []string{}
	for _, x := range v.Items {
		total = append(total, x.Alias)
	}
	for range 1 + g.rand.IntN(3) {
		v.add(g.tameCall(t))
	}
	if g.one(5) {
		v.Having = append(v.Having, g.pick("count(*) > 1", "max(a."+t.anyName()+") IS NOT NULL", "count(*) % 2 = 1"))
	}
	if len(v.Groups) > 0 && strings.Contains(v.Groups[0], "(a.") || len(total) == 0 {
		total = nil // sets may give a group twice
	}
	out := derivedTable(v, time, total)
	out.twins = total == nil
	return out
}

// anyName is the name of a plain column.
func (t table) anyName() string { return strings.TrimPrefix(t.scope[0].text, "a.") }

// windowGroups groups by the table's windows, or by its event time. It returns the alias of what grows with event time.
func (g *generator) windowGroups(v *generatedView, t table) string {
	add := func(text, alias string) {
		v.Groups = append(v.Groups, text)
		v.Items = append(v.Items, generatedItem{alias, leaf{text, "ts", true}})
	}
	start := t.named("window_start")
	switch {
	case start != "" && !g.one(8):
		end := t.named("window_end")
		if g.one(3) && end != "" {
			add(end, "window_end")
			return "window_end"
		}
		add(start, "window_start")
		if g.one(2) && end != "" {
			add(end, "window_end")
		}
		return "window_start"
	case t.time != "" && !g.one(3):
		add(strings.NewReplacer("$t", t.time, "@", seconds(g.length())).Replace(g.pick("time_bucket(@, $t)", "date_trunc('minute', $t)", "$t", "date_trunc('hour', $t)")), "w")
		return "w"
	}
	return ""
}

// sets groups in several ways at once.
func (g *generator) sets(groups []string) string {
	all := strings.Join(groups, ", ")
	return g.pick("ROLLUP ("+all+")", "CUBE ("+all+")", "GROUPING SETS (("+groups[0]+"), ("+all+"))", "GROUPING SETS (("+groups[0]+"), ("+strings.Join(groups[1:], ", ")+"), ())",
		groups[0]+", ROLLUP ("+strings.Join(groups[1:], ", ")+")")
}

// tameCall is an aggregate that does not depend on the order of rows.
func (g *generator) tameCall(t table) leaf {
	filter := ""
	if g.one(5) {
		filter = " FILTER (WHERE " + g.expr(t.scope, "bool", 1) + ")"
	}
	kind := g.pick("int", "int", "str", "dec", "ts", "bool", "date", "dbl")
	fill := strings.NewReplacer("$int", g.expr(t.scope, "int", 1), "$any", g.expr(t.scope, kind, 1), "$str", g.expr(t.scope, "str", 1), "$bool", g.expr(t.scope, "bool", 1),
		"$dbl", g.expr(t.scope, "dbl", 0), "$dec", g.expr(t.scope, "dec", 1), "$order", g.order(t))
	call := func(kind string, of ...string) leaf { return leaf{fill.Replace(g.pick(of...)) + filter, kind, true} }
	switch g.rand.IntN(8) {
	case 0, 1:
		return call("int", "count(*)", "count($any)", "count(DISTINCT $any)", "count_if($bool)")
	case 2, 3:
		return call("int", "sum($int)", "sum($int)", "sum(DISTINCT $int)", "min($int)", "max($int)", "max($int)", "bit_xor($int % 8)")
	case 4:
		return call("dbl", "avg($int)", "sum($dbl)", "median($int % 100)", "quantile_cont($int % 100, 0.25)", "avg(DISTINCT $int % 50)")
	case 5:
		return call(kind, "min($any)", "max($any)", "first($any ORDER BY $order)", "last($any ORDER BY $order)", "arg_min($any, $any)")
	case 6:
		return call("str", "string_agg($str, ',' ORDER BY $order)", "min($str)")
	}
	return call("nested", "list($any ORDER BY $order)", "bool_and($bool)", "sum($dec)", "histogram($int % 4)")
}

// ranked adds columns that are computed over other rows.
func (g *generator) ranked(depth int) table {
	s := g.over(g.input(depth))
	calls := 1 + g.rand.IntN(3)
	if s.twins { // two calls may number them in different orders
		calls = 1
	}
	for range calls {
		alias := s.add(g.overCall(s.table))
		if s.twins {
			s.kept = append(s.kept, alias)
		}
	}
	if g.one(3) {
		s.Where = g.conditions(s.scope)
	}
	if g.one(5) && !s.twins {
		s.Qualify = append(s.Qualify, g.overCall(s.table).text+" IS NOT NULL")
	}
	return s.done()
}

var frames = []string{
	"", "", "ROWS UNBOUNDED PRECEDING", "ROWS 2 PRECEDING", "ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING", "ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
	"ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING", "ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING", "RANGE UNBOUNDED PRECEDING", "GROUPS 1 PRECEDING",
}

func (g *generator) overCall(t table) leaf {
	by := partitionBy(g.partition(t))
	kind := g.pick("int", "int", "str", "ts", "dec")
	fill := strings.NewReplacer("$int", g.expr(t.scope, "int", 1), "$any", g.expr(t.scope, kind, 1), "$str", g.expr(t.scope, "str", 1), "$bool", g.expr(t.scope, "bool", 1))
	aggregates := []string{"sum($int)", "count(*)", "count($any)", "min($any)", "max($any)", "avg($int)", "sum($int) FILTER (WHERE $bool)", "count(DISTINCT $any)"}
	order := g.order(t)
	if t.time != "" && g.one(2) {
		order = t.time + strings.Join(append([]string{""}, t.total...), ", ")
	}
	kindOf := func(text string) string {
		if strings.Contains(text, "$any") && !strings.HasPrefix(text, "count") {
			return kind
		}
		return "nested"
	}
	over := func(call, window string) leaf {
		return leaf{fill.Replace(call) + " OVER (" + by + window + ")", kindOf(call), true}
	}
	switch n := g.rand.IntN(6); {
	case n == 0:
		return over(g.pick(aggregates...), "")
	case n == 1 && t.time != "":
		back := seconds(g.length())
		return over(g.pick(aggregates[:7]...), "ORDER BY "+t.time+" "+g.pick("", "RANGE BETWEEN "+back+" PRECEDING AND CURRENT ROW",
			"RANGE BETWEEN "+back+" PRECEDING AND "+back+" FOLLOWING", "RANGE BETWEEN UNBOUNDED PRECEDING AND "+back+" PRECEDING"))
	case n < 4:
		return over(g.pick("row_number()", "rank()", "dense_rank()", "ntile(3)", "lag($any)", "lag($any, 2)", "lead($any)", "cume_dist()", "percent_rank()", "lag($int, 1, 0)"), "ORDER BY "+order)
	}
	return over(g.pick(append(aggregates, "first_value($any)", "last_value($any)", "nth_value($any, 2)", "last_value($any IGNORE NULLS)", "list($int)", "string_agg($str, ',')")...), "ORDER BY "+order+" "+g.pick(frames...))
}

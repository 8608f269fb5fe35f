package slt

import "strings"

// joined is a join of two tables.
func (g *generator) joined(depth int) table {
	l := g.input(depth)
	if g.one(5) {
		return g.asof(l)
	}
	if l.spec != "" && l.Inner == nil && !g.one(4) { // the same windows over another table, or the same one
		r := g.plainTable().windows(l.spec)
		r.total = append(r.total, l.total[2:]...)
		return g.joinedOver(l, r)
	}
	return g.joinedOver(l, g.input(depth-1))
}

var joinWords = []string{"JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN"}

func (g *generator) joinedOver(l, r table) table {
	s := g.over(l)
	r = r.as("b")
	word := g.pick(joinWords...)
	join := generatedJoin{Word: word, Table: r.generatedTable, On: g.matches(s.table, r)}
	s.Joins = append(s.Joins, join)
	if word != "SEMI JOIN" && word != "ANTI JOIN" {
		s.keep(r)
		s.twins = s.twins || r.twins
		s.scope = append(s.scope, r.scope...)
	}
	if word == "RIGHT JOIN" || word == "FULL JOIN" {
		s.at = ""
	}
	g.addSome(s, 2)
	if g.one(3) {
		s.Where = g.conditions(s.scope)
	}
	return s.done()
}

// matches are the conditions of a join: on keys, on windows, or within a time of each other.
func (g *generator) matches(l, r table) (on []string) {
	if !g.one(4) || l.time == "" || r.time == "" {
		on = append(on, g.equalKeys(l, r))
	}
	lw, rw := l.named("window_start"), r.named("window_start")
	switch {
	case lw != "" && rw != "" && !g.one(4):
		on = append(on, lw+" = "+rw)
		if g.one(2) && l.named("window_end") != "" && r.named("window_end") != "" {
			on = append(on, l.named("window_end")+" = "+r.named("window_end"))
		}
	case lw != "" && r.time != "" && l.named("window_end") != "" && g.one(2): // what is in the window
		on = append(on, r.time+" >= "+lw, r.time+" < "+l.named("window_end"))
	case l.time != "" && r.time != "" && (len(on) == 0 || !g.one(3)):
		on = append(on, g.within(l.time, r.time))
	}
	if g.one(5) {
		on = append(on, g.expr(append(l.scope[:len(l.scope):len(l.scope)], r.scope...), "bool", 1))
	}
	return on
}

func (g *generator) equalKeys(l, r table) string {
	kind := g.pick("int", "int", "str")
	a, b := g.plainColumn(l, kind), g.plainColumn(r, kind)
	if l.named("k") != "" && r.named("k") != "" && !g.one(4) {
		a, b = l.named("k"), r.named("k")
	}
	return a + g.pick(" = ", " = ", " = ", " = ", " IS NOT DISTINCT FROM ") + b
}

// within bounds how far two event times lie from each other.
func (g *generator) within(l, r string) string {
	near, far := seconds(g.length()), seconds(g.length())
	return strings.NewReplacer("$l", l, "$r", r, "@", near, "#", far).Replace(g.pick(
		"$r BETWEEN $l AND $l + @", "$r BETWEEN $l - @ AND $l", "$r BETWEEN $l - @ AND $l + #", "$r > $l AND $r < $l + @", "$l >= $r - @ AND $l <= $r",
		"$l = $r", "$r - $l BETWEEN INTERVAL 0 SECOND AND @", "$l BETWEEN $r AND $r + @",
	))
}

// asof pairs each row with the one before it of a table that has one row a key and time.
func (g *generator) asof(l table) table {
	if l.time == "" {
		l = g.plainTable()
	}
	inner := g.over(g.plainTable())
	inner.Items, inner.kept = nil, nil
	for _, name := range []string{"ts", "k"} {
		inner.Groups = append(inner.Groups, "a."+name)
		inner.add(inner.leaf("a." + name))
	}
	inner.add(leaf{"max(a.id)", "int", true})
	inner.add(leaf{"count(*)", "int", true})
	r := derivedTable(inner.generatedView, "c0", []string{"c0", "c1"}).as("b")
	if g.one(2) { // the event times as they are
		*inner.generatedView = generatedView{On: "a.ts, a.k", From: inner.From, Items: inner.Items[:2:2], Order: "ORDER BY a.ts, a.k, a.id"}
		inner.add(leaf{"a.id", "int", true})
		inner.add(leaf{"1", "int", true})
	}
	s := g.over(l)
	k := s.named("k")
	if k == "" {
		k = g.plainColumn(s.table, "int")
	}
	s.Joins = append(s.Joins, generatedJoin{
		Word: g.pick("ASOF JOIN", "ASOF LEFT JOIN"), Table: r.generatedTable, On: []string{k + " = b.c1", s.time + g.pick(" >= ", " >= ", " > ") + "b.c0"},
	})
	s.scope = append(s.scope, r.scope...)
	s.kept = append(s.kept, s.add(leaf{"b.c0", "ts", true}))
	s.add(leaf{"b.c2", "int", true})
	return s.done()
}

// asked asks another table about each row: IN, EXISTS, scalar and correlated subqueries.
func (g *generator) asked(depth int) table {
	s := g.over(g.input(depth))
	for range 1 + g.rand.IntN(2) {
		r := g.plainTable()
		if g.one(3) {
			r = g.input(depth - 2)
		}
		r = r.as("b")
		key := g.equalKeys(s.table, r)
		if s.time != "" && r.time != "" && g.one(2) {
			key += " AND " + g.within(s.time, r.time)
		}
		g.ask(s, r, key)
	}
	return s.done()
}

func (g *generator) ask(s *selecting, r table, key string) {
	where := ""
	if g.one(2) {
		where = " WHERE " + g.expr(r.scope, "bool", 1)
	}
	kind := g.pick("int", "str")
	fill := strings.NewReplacer("$from", r.text(), "$key", key, "$where", where, "$own", g.plainColumn(s.table, kind),
		"$its", g.plainColumn(r, kind), "$num", g.plainColumn(s.table, "int"), "$n", g.plainColumn(r, "int"), "$order", strings.Join(r.total, ", "))
	condition := fill.Replace(g.pick(
		"$own IN (SELECT $its FROM $from$where)", "$own NOT IN (SELECT $its FROM $from$where)", "EXISTS (SELECT 1 FROM $from WHERE $key)",
		"NOT EXISTS (SELECT 1 FROM $from WHERE $key)", "$num > (SELECT avg($n) FROM $from$where)", "$num >= (SELECT max($n) FROM $from WHERE $key)",
		"$num = (SELECT max($n) FROM $from WHERE $key)", "$own = ANY (SELECT $its FROM $from WHERE $key)", "$num <= ALL (SELECT $n FROM $from$where)",
	))
	if !g.one(4) && g.one(2) {
		s.Where = append(s.Where, condition)
		return
	}
	s.add(leaf{fill.Replace(g.pick(
		"(SELECT count(*) FROM $from WHERE $key)", "(SELECT max($n) FROM $from WHERE $key)", "(SELECT sum($n) FROM $from$where)", "(SELECT count(*) FROM $from$where)",
		"(SELECT $n FROM $from WHERE $key ORDER BY $order LIMIT 1)", "("+condition+")::INTEGER",
	)), "int", true})
}

// lateral joins each row with what a subquery makes of it.
func (g *generator) lateral(depth int) table {
	s := g.over(g.input(depth))
	r := g.plainTable().as("b")
	key := g.equalKeys(s.table, r)
	if s.time != "" && g.one(2) {
		key += " AND " + g.within(s.time, r.time)
	}
	call := g.tameCall(r)
	inner := &generatedView{From: r.generatedTable, Where: []string{key}, Items: []generatedItem{{"x", call}}}
	if g.one(3) {
		inner.Items[0].leaf = leaf{g.plainColumn(r, "int"), "int", true}
		inner.Order = "ORDER BY " + strings.Join(r.total, ", ") + " LIMIT 1"
	}
	join := generatedJoin{Word: ",", Table: generatedTable{Inner: inner, Alias: "l"}, On: nil}
	if g.one(2) {
		join.Word, join.On = g.pick("JOIN LATERAL", "LEFT JOIN LATERAL"), []string{"true"}
	}
	s.Joins = append(s.Joins, join)
	s.kept = append(s.kept, s.add(leaf{"l.x", inner.Items[0].kind, true}))
	return s.done()
}

// together is a set operation of two or three queries.
func (g *generator) together(depth int) table {
	return g.togetherOver(g.input(depth), g.input(depth-1))
}

func (g *generator) togetherOver(l, r table) table {
	kinds := []string{g.pick("int", "str", "ts"), g.pick("int", "str", "dec", "date")}
	side := func(t table) *generatedView {
		t = t.as("a")
		v := &generatedView{From: t.generatedTable, Where: g.conditions(t.scope)}
		for i, kind := range kinds {
			text := g.expr(t.scope, kind, 1)
			if i == 0 && kind == "ts" && t.time != "" {
				text = t.time
			}
			v.add(leaf{text, kind, true})
		}
		return v
	}
	v := side(l)
	for _, t := range []table{r, l}[:1+g.rand.IntN(2)] {
		v.Sets = append(v.Sets, generatedSet{g.pick("UNION", "UNION ALL", "UNION ALL", "EXCEPT", "EXCEPT ALL", "INTERSECT", "INTERSECT ALL"), side(t)})
	}
	time := ""
	if kinds[0] == "ts" {
		time = "c0"
	}
	out := derivedTable(v, time, nil)
	out.twins = true
	return out
}

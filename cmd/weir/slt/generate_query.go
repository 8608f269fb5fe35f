package slt

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// view makes a view over the source.
func (g *generator) view(scope []leaf, at types.Field) *generatedView {
	switch g.rand.IntN(10) {
	case 0, 1, 2:
		return g.projection(scope)
	case 3:
		return g.distinct(scope)
	case 4:
		return g.nested(scope, at)
	}
	return g.aggregate(scope, at)
}

func (g *generator) projection(scope []leaf) *generatedView {
	v := &generatedView{From: generatedTable{Text: "src"}, Where: g.conditions(scope)}
	for range 1 + g.rand.IntN(4) {
		kind := g.pick(g.language.kinds...)
		v.add(leaf{g.expr(scope, kind, 3), kind, false})
	}
	return v
}

// distinct selects only what has one spelling for equal values: 0.0 and -0.0 are equal, and which comes first is chance.
func (g *generator) distinct(scope []leaf) *generatedView {
	v := &generatedView{From: generatedTable{Text: "src"}, Where: g.conditions(scope), Distinct: true}
	for range 1 + g.rand.IntN(3) {
		v.add(g.key(scope))
	}
	return v
}

func (v *generatedView) add(x leaf) string {
	alias := fmt.Sprintf("c%d", len(v.Items))
	v.Items = append(v.Items, generatedItem{alias, x})
	return alias
}

func (g *generator) conditions(scope []leaf) []string {
	var out []string
	most := 3
	if g.language == &tame {
		most = 2 // queries stand in each other, and some rows must be left
	}
	for range g.rand.IntN(most) {
		text := g.expr(scope, "bool", 3)
		if g.language == &tame && !strings.Contains(text, "a.") && !strings.Contains(text, "b.") {
			text = scope[g.rand.IntN(len(scope))].text + " IS NOT NULL" // not a constant
		}
		out = append(out, text)
	}
	return out
}

// key is an expression to group by.
func (g *generator) key(scope []leaf) leaf {
	var plain []leaf
	for _, l := range scope {
		if l.plain {
			plain = append(plain, l)
		}
	}
	if g.one(2) && len(plain) > 0 {
		return plain[g.rand.IntN(len(plain))]
	}
	kind := g.pick("bool", "int", "int", "str", "str", "dec", "date", "ts", "tz", "json", "ints", "strs", "row", "uuid", "time", "blob")
	return leaf{g.expr(scope, kind, 2), kind, true}
}

// windowing is a way to group by event time: what stands after FROM, and the groups. $t is the event time's column.
type windowing struct {
	from   string
	groups []string
}

var windowings = []windowing{
	{"tumble(src, $t, INTERVAL '$d')", []string{"window_start", "window_end"}},
	{"tumble(src, $t, INTERVAL '$d')", []string{"window_start", "window_end"}},
	{"tumble(src, $t, INTERVAL '$d')", []string{"window_end"}},
	{"tumble(src, $t, INTERVAL '$d')", []string{"window_start"}},
	{"tumble(src, $t, INTERVAL '$m months')", []string{"window_start", "window_end"}},
	{"src", []string{"time_bucket(INTERVAL '$d', $t)"}},
	{"src", []string{"time_bucket(INTERVAL '$d', $t, INTERVAL '7 seconds')"}},
	{"src", []string{"date_trunc('$p', $t)"}},
	{"src", []string{"date_trunc('$p', $t)", "time_bucket(INTERVAL '$d', $t)"}},
	{"src", []string{"$t"}},
	{"src", []string{"$t::DATE"}},
	{"src", []string{"year($t)"}},
	{"src", []string{"epoch_ms($t)"}},
	{"src", []string{"$t + INTERVAL '1 hour'"}},
	{"src", []string{"date_trunc('minute', $t - INTERVAL '30 seconds')"}},
	{"src", nil}, {"src", nil}, {"src", nil}, {"src", nil},
}

// unwindowed is how many ways at the end have no window.
const unwindowed = 4

func (g *generator) aggregate(scope []leaf, at types.Field) *generatedView {
	return g.aggregateBy(windowings[g.rand.IntN(len(windowings))], scope, at)
}

func (g *generator) aggregateBy(way windowing, scope []leaf, at types.Field) *generatedView {
	fill := strings.NewReplacer("$t", types.QuoteIdent(at.Name), "$d", g.pick("1 second", "10 seconds", "1 minute", "7 minutes", "1 hour", "1 day"),
		"$m", g.pick("1", "2", "5"), "$p", g.pick(grammar["part"]...))
	v := &generatedView{From: generatedTable{Text: fill.Replace(way.from)}, Where: g.conditions(scope), Emit: g.pick("", "", "changes")}
	for _, text := range way.groups {
		text = fill.Replace(text)
		v.add(leaf{text, g.windowKind(text, at), true})
		v.Groups = append(v.Groups, text)
	}
	g.keysAndCalls(v, scope)
	if g.one(10) {
		v.Emit = "close" // refused where there is no window
	}
	return v
}

func (g *generator) windowKind(text string, at types.Field) string {
	switch {
	case strings.HasPrefix(text, "year"), strings.HasPrefix(text, "epoch"):
		return "int"
	case strings.HasSuffix(text, "DATE"):
		return "date"
	}
	return kindOf(at.Type)
}

// keysAndCalls adds plain groups, aggregates, and HAVING.
func (g *generator) keysAndCalls(v *generatedView, scope []leaf) {
	for range g.rand.IntN(3) {
		k := g.key(scope)
		if !slices.Contains(v.Groups, k.text) {
			v.Groups = append(v.Groups, k.text)
			v.add(k)
		}
	}
	for range 1 + g.rand.IntN(4) {
		filter := ""
		if g.one(5) {
			filter = " FILTER (WHERE " + g.expr(scope, "bool", 2) + ")"
		}
		v.add(g.around(g.call(scope, filter)))
	}
	if len(v.Groups) > 0 && g.one(4) {
		v.Groups = []string{"ALL"}
	}
	if g.one(4) {
		v.Having = append(v.Having, g.pick("count(*) > 1", "count(*) FILTER (WHERE k > 0) > 0", "max(k) IS NOT NULL", "sum(k) % 2 = 0 OR count(*) = 1"))
	}
}

// call is an aggregate. Sums and spreads of floats are over exact values only, and spreads are rounded: the order of events is
// chance, and with it the last digits.
func (g *generator) call(scope []leaf, filter string) leaf {
	kind := g.pick("int", "int", "dec", "str", "date", "ts", "tz", "time", "uuid", "blob", "bool", "ns", "json")
	exact := g.exact(scope)
	switch g.rand.IntN(12) {
	case 0:
		return leaf{"count(*)" + filter, "int", true}
	case 1:
		return leaf{"count(" + g.expr(scope, "any", 2) + ")" + filter, "int", true}
	case 2:
		return leaf{"count(DISTINCT " + g.key(scope).text + ")" + filter, "int", true}
	case 3, 4:
		return leaf{"sum(" + g.pick("", "", "DISTINCT ") + g.expr(scope, "int", 2) + ")" + filter, "int", true}
	case 5:
		return leaf{g.pick("sum(", "avg(") + g.pick("", "DISTINCT ") + g.pick(g.expr(scope, "dec", 2), exact) + ")" + filter, "dbl", true}
	case 6:
		return leaf{"avg(" + g.expr(scope, g.pick("int", "int", "ts", "tz", "time"), 2) + ")" + filter, "dbl", true}
	case 7:
		return leaf{"round(" + g.pick("stddev", "stddev_pop", "var_samp", "var_pop", "variance") + "(" + exact + ")" + filter + ", 6)", "dbl", true}
	case 8:
		return leaf{g.pick("bool_and(", "bool_or(") + g.expr(scope, "bool", 2) + ")" + filter, "bool", true}
	case 9:
		return leaf{g.pick("min(", "max(") + exact + ")" + filter, "dbl", true}
	}
	return leaf{g.pick("min(", "max(") + g.expr(scope, kind, 2) + ")", kind, true}
}

// exact is a float whose sums do not depend on the order.
func (g *generator) exact(scope []leaf) string {
	var fit []string
	for _, l := range scope {
		if l.kind == "dbl" && l.plain {
			fit = append(fit, l.text, l.text+" * 2")
		}
	}
	if len(fit) == 0 {
		return "k::DOUBLE"
	}
	return g.pick(fit...)
}

// around puts an expression around an aggregate, now and then.
func (g *generator) around(call leaf) leaf {
	if call.kind != "int" || !g.one(4) {
		return call
	}
	return leaf{g.pick("COALESCE($, 0) + 1", "$ * 2", "$ / 2", "CASE WHEN $ > 2 THEN 'many' ELSE 'few' END", "$::VARCHAR", "nullif($, 1)"), "nested", false}.with(call.text)
}

func (l leaf) with(text string) leaf {
	l.text = strings.Replace(l.text, "$", "("+text+")", 1)
	return l
}

// nested is an aggregate, a projection or a distinct over another query.
func (g *generator) nested(scope []leaf, at types.Field) *generatedView {
	inner := g.aggregateBy(windowings[g.rand.IntN(len(windowings)-unwindowed)], scope, at)
	last := leaf{"count(*)", "int", true}
	if g.one(3) {
		inner, last.text = g.projection(scope), "k"
		inner.add(leaf{types.QuoteIdent(at.Name), kindOf(at.Type), true})
	}
	inner.Emit = ""
	inner.Items = append(inner.Items, generatedItem{"k", last})
	var visible []leaf
	for _, x := range inner.Items {
		visible = append(visible, leaf{x.Alias, x.kind, x.plain && x.kind != "dbl"})
	}
	v := &generatedView{From: generatedTable{Inner: inner, Alias: "t"}, Where: g.conditions(visible)}
	switch g.rand.IntN(4) {
	case 0:
		v.Items = g.projection(visible).Items
	case 1:
		v.Items, v.Distinct = g.distinct(visible).Items, true
	default:
		g.outer(v, visible)
	}
	return v
}

// outer groups what the inner query gives: by its first column, which often is a window, or by the hour of it.
func (g *generator) outer(v *generatedView, visible []leaf) {
	first := visible[0]
	if (first.kind == "ts" || first.kind == "tz") && g.one(2) {
		first.text = "date_trunc('hour', " + first.text + ")"
	}
	if !g.one(3) {
		v.add(first)
		v.Groups = append(v.Groups, first.text)
	}
	g.keysAndCalls(v, visible)
}

package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine/types"
)

var (
	bigint = types.Of(types.BigInt)
	lists  = types.ListOf(bigint)
	trace  = types.Field{Name: "_t", Type: types.Of(types.Varchar)}
)

func bids() *Scan {
	return &Scan{Source: "bid", Read: []types.Field{{Name: "a", Type: bigint}, {Name: "l", Type: lists}}, EventTime: -1}
}

// The column goes through as the last one; what is computed stays as it was.
func TestTraced(t *testing.T) {
	filter := &Filter{From: bids(), Predicates: []*Expr{Fn(">", types.Of(types.Boolean), Col(0, "a", bigint), Col(0, "a", bigint))}}
	project := &Project{From: filter, Exprs: []*Expr{Col(1, "l", lists)}, Names: []string{"l"}}
	expand := &Expand{From: bids(), Lists: []*Expr{Col(1, "l", lists)}, Names: []string{"e"}}
	sum := &Project{From: expand, Exprs: []*Expr{Fn("+", bigint, Col(2, "e", bigint), Col(0, "a", bigint))}, Names: []string{"s"}}
	for _, c := range []struct {
		name string
		plan Node
		want string
	}{
		{"filter and projection", project, "project l, _t\n  filter (a > a)\n    scan bid: a, l, _t\n"},
		{"elements", expand, "project a, l, e, _t\n  unnest l\n    scan bid: a, l, _t\n"},
		{"over elements", sum, "project (e + a) AS s, _t\n  project a, l, e, _t\n    unnest l\n      scan bid: a, l, _t\n"},
		{"union", &Union{From: []Node{project, project}, Names: []string{"l"}},
			"union all\n  project l, _t\n    filter (a > a)\n      scan bid: a, l, _t\n  project l, _t\n    filter (a > a)\n      scan bid: a, l, _t\n"},
	} {
		before := Print(c.plan)
		got, ok := Traced(c.plan, trace)
		if !ok {
			t.Errorf("%s: not traced", c.name)
			continue
		}
		if diff := cmp.Diff(c.want, Print(got)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		columns, was := got.Columns(), c.plan.Columns()
		if last := len(columns) - 1; last != len(was) || columns[last].Name != "_t" || !columns[last].Type.Equal(trace.Type) {
			t.Errorf("%s: columns %v", c.name, columns)
		}
		for i, f := range was {
			if columns[i].Name != f.Name || !columns[i].Type.Equal(f.Type) {
				t.Errorf("%s: column %d was %v, is %v", c.name, i, f, columns[i])
			}
		}
		if Print(c.plan) != before {
			t.Errorf("%s: the plan has been changed", c.name)
		}
	}
}

func TestNotTraced(t *testing.T) {
	table, unique := bids(), bids()
	table.Table, unique.Unique = true, &UniqueKey{}
	for name, n := range map[string]Node{
		"a table": table, "events that count once": unique,
		"an aggregate":         &Project{From: &Aggregate{From: bids()}},
		"a union with a table": &Union{From: []Node{bids(), table}, Names: []string{"a", "l"}},
		"a filter over one":    &Filter{From: &Aggregate{From: bids()}},
		"elements of a table":  &Expand{From: table},
	} {
		if _, ok := Traced(n, trace); ok {
			t.Errorf("%s is traced row by row", name)
		}
	}
}

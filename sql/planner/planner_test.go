package planner

import (
	"os"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
)

func newPlanner(t *testing.T) *Planner {
	t.Helper()
	p, err := New(Config{CheckAggregate: func(*plan.AggregateCall) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	columns := []Column{
		{"auction", "BIGINT"}, {"bidder", "BIGINT"}, {"price", "BIGINT"}, {"channel", "VARCHAR"}, {"date_time", "TIMESTAMP"},
		{"place", "STRUCT(room VARCHAR, floor INTEGER)"}, {"tags", "VARCHAR[]"}, {"m", "MAP(VARCHAR, INTEGER)"},
		{"d", "DECIMAL(10,2)"}, {"h", "HUGEINT"}, {"j", "JSON"}, {"u", "UUID"}, {"iv", "INTERVAL"}, {"tz", "TIMESTAMPTZ"},
		{"dt", "DATE"}, {"b", "BOOLEAN"}, {"f", "DOUBLE"}, {"nested", "STRUCT(a JSON, l STRUCT(x JSON)[])"},
	}
	if _, err := p.DefineSource("bid", columns, "date_time", "date_time - INTERVAL '4 seconds'"); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPlans prints the plan, or the error, of each query in testdata. Run with -rewrite to accept what it prints.
func TestPlans(t *testing.T) {
	datadriven.Walk(t, "testdata/plans.d", func(t *testing.T, path string) {
		p := newPlanner(t)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			emit := ""
			d.MaybeScanArgs(t, "emit", &emit)
			v, err := p.Plan(d.Input, parse.Span{Start: 0, End: len(d.Input)}, Options{Emit: emit})
			if err != nil {
				return err.Error() + "\n"
			}
			var b strings.Builder
			for i, c := range v.Columns {
				if i > 0 {
					b.WriteString(", ")
				}
				b.WriteString(c.Name + " " + c.Type.String())
			}
			return b.String() + "\nemit " + v.Emit + "\n" + plan.Print(v.Plan)
		})
	})
}

// TestRenderedExpressions plans expressions, prints them as SQL, plans that again, and wants the same expressions back: what is
// computed in DuckDB as text is what was bound.
func TestRenderedExpressions(t *testing.T) {
	p := newPlanner(t)
	text, err := os.ReadFile("testdata/expressions.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		first := exprOf(t, p, line)
		if first == nil {
			continue
		}
		byName := func(c *plan.Expr) string { return types.QuoteIdent(c.Name) }
		again := exprOf(t, p, first.SQL(byName))
		if again == nil || first.SQL(byName) != again.SQL(byName) {
			t.Errorf("%s\n first %s\n again %s", line, first, again)
		}
	}
}

func exprOf(t *testing.T, p *Planner, expr string) *plan.Expr {
	t.Helper()
	text := "SELECT " + expr + " AS x FROM bid"
	v, err := p.Plan(text, parse.Span{Start: 0, End: len(text)}, Options{})
	if err != nil {
		t.Errorf("%s: %v", expr, err)
		return nil
	}
	project, ok := v.Plan.(*plan.Project)
	if !ok {
		return plan.Col(0, expr, v.Columns[0].Type)
	}
	return project.Exprs[0]
}

func TestPlanSurvivesJSON(t *testing.T) {
	p := newPlanner(t)
	text := "SELECT window_start, window_end, channel, sum(d) FILTER (WHERE f > 1.5), count(DISTINCT j->>'a') FROM tumble(bid, date_time, INTERVAL 10 SECOND) WHERE price IN (1, 2) GROUP BY ALL"
	v, err := p.Plan(text, parse.Span{Start: 0, End: len(text)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := plan.Marshal(v.Plan)
	if err != nil {
		t.Fatal(err)
	}
	back, err := plan.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Print(back) != plan.Print(v.Plan) {
		t.Errorf("got\n%s\nwant\n%s", plan.Print(back), plan.Print(v.Plan))
	}
}

func TestWatermarks(t *testing.T) {
	p := newPlanner(t)
	for expr, want := range map[string]string{
		"t - INTERVAL '5 minutes'":  "",
		"t":                         "",
		"t + INTERVAL '5 minutes'":  "write t - INTERVAL",
		"t - INTERVAL '1 month'":    "write t - INTERVAL",
		"u - INTERVAL '1 second'":   "u",
		"t - INTERVAL (n) SECOND":   "write t - INTERVAL",
		"t - INTERVAL '-5 minutes'": "write t - INTERVAL",
	} {
		_, err := p.DefineSource("s", []Column{{"t", "TIMESTAMP"}, {"n", "BIGINT"}}, "t", expr)
		if (err == nil) != (want == "") || (err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %q", expr, err, want)
		}
	}
	if _, err := p.DefineSource("s", []Column{{"t", "VARCHAR"}}, "t", "t"); err == nil || !strings.Contains(err.Error(), "must be TIMESTAMP") {
		t.Errorf("event time of another type: %v", err)
	}
	if _, err := p.DefineSource("s", []Column{{"t", "NOSUCH"}}, "", ""); err == nil || !strings.Contains(err.Error(), "NOSUCH") {
		t.Errorf("unknown type: %v", err)
	}
	if _, err := p.DefineSource("s", []Column{{"t", "BIT"}}, "", ""); err == nil || !strings.Contains(err.Error(), "BIT") {
		t.Errorf("type that is not carried: %v", err)
	}
}

package aggregate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// callsOn are all calls that there are on column v: plain, DISTINCT, with FILTER, with both.
func callsOn(fields []types.Field) []plan.AggregateCall {
	v := column(fields, "v")
	var calls []plan.AggregateCall
	for _, f := range Functions {
		args := []*plan.Expr{v}
		if !f.Accepts([]types.Type{v.Type}) {
			args = nil
		}
		if args == nil && f.Names[0] != "count_star" || duckWidens(f.Names[0], v.Type) {
			continue
		}
		for i := range 4 {
			c := plan.AggregateCall{Name: f.Names[0], Args: args, Type: f.Result(argTypes(&plan.AggregateCall{Args: args})), Distinct: i&1 == 1}
			if i&2 == 2 {
				c.Filter = column(fields, "f")
			}
			if args != nil || !c.Distinct {
				calls = append(calls, c)
			}
		}
	}
	return calls
}

// duckWidens tells of calls that are the same in DuckDB only after a cast that changes the result.
func duckWidens(name string, t types.Type) bool {
	return t.ID == types.Float && (strings.HasPrefix(name, "std") || strings.HasPrefix(name, "var"))
}

func TestFunctionsAgreeWithDuckDB(t *testing.T) {
	for i, s := range samples() {
		t.Run(s.kind.String(), func(t *testing.T) {
			o := newOracle(t)
			values := s.texts
			if s.kind.ID == types.Double {
				values = finite(values)
			}
			testFunctions(t, o, s.kind, values, uint64(i))
		})
	}
}

func testFunctions(t *testing.T, o *oracle, kind types.Type, values []string, seed uint64) {
	o.exec(fmt.Sprintf(`CREATE TABLE input AS SELECT (i + hash(i, 'w') %% 50)::BIGINT // 100 AS w, %s AS k, %s AS f, %s AS v
		FROM range(2000) r(i) ORDER BY i`,
		pick(types.Of(types.Integer), "k", "NULL", "1", "2", "3", "4", "5"), pick(types.Of(types.Boolean), "f", "NULL", "true", "false"),
		pick(kind, "v", values...)))
	fields := []types.Field{{Name: "w", Type: types.Of(types.BigInt)}, {Name: "k", Type: types.Of(types.Integer)},
		{Name: "f", Type: types.Of(types.Boolean)}, {Name: "v", Type: kind}}
	n := node(fields, []string{"w", "k"}, false, callsOn(fields)...)
	c := newCluster(t, Config{Node: n, Input: fields, Close: hundreds, Allocator: checked(t)}, 2, seed)
	input := o.query("SELECT * FROM input")
	for from := int64(0); from < input.NumRows(); from += 250 {
		part := input.NewSlice(from, min(from+250, input.NumRows()))
		c.process(part)
		part.Release()
		c.advance(engine.Time(from + 250))
		c.move(1 + c.random.IntN(4))
	}
	c.advance(engine.MaxTime)
	sameRows(t, kind.String(), c.out.sorted(), texts(o.query(selectSQL(n, "input"))))
	if len(c.out.late) > 0 {
		t.Fatalf("%d rows are late", len(c.out.late))
	}
}

func TestNotFinite(t *testing.T) {
	o := newOracle(t)
	o.exec(`CREATE TABLE input AS SELECT 0::BIGINT AS w, (i % 5)::INTEGER AS k, ([1.0::DOUBLE, 'nan', 'inf', '-inf', 1e308])[1 + (i * 7 // 5 % 5)] AS v
		FROM range(25) r(i)`)
	fields := []types.Field{{Name: "w", Type: types.Of(types.BigInt)}, {Name: "k", Type: types.Of(types.Integer)}, {Name: "v", Type: types.Of(types.Double)}}
	var calls []plan.AggregateCall
	for _, name := range []string{"min", "max", "sum", "avg", "count"} {
		f := find(name)
		calls = append(calls, plan.AggregateCall{Name: name, Args: []*plan.Expr{column(fields, "v")}, Type: f.Result([]types.Type{fields[2].Type})})
	}
	n := node(fields, []string{"w", "k"}, false, calls...)
	c := newCluster(t, Config{Node: n, Input: fields, Close: hundreds, Allocator: checked(t)}, 2, 1)
	c.process(o.query("FROM input"))
	c.advance(engine.MaxTime)
	sameRows(t, "not finite", c.out.sorted(), texts(o.query(selectSQL(n, "input"))))
}

func TestErrorsWhereDuckDBHasThem(t *testing.T) {
	o := newOracle(t)
	for _, x := range []struct{ call, kind, values string }{
		{"stddev_samp", "DOUBLE", "('inf'), ('1')"}, {"stddev_pop", "DOUBLE", "('nan'), ('1')"},
		{"var_samp", "DOUBLE", "(1e308), (-1e308)"}, {"var_pop", "DOUBLE", "(1e308), (-1e308)"},
		{"sum", "HUGEINT", "(170141183460469231731687303715884105727), (1)"},
		{"avg", "HUGEINT", "(-170141183460469231731687303715884105727), (-2)"},
	} {
		id, _ := types.ByName(x.kind)
		fields := []types.Field{{Name: "v", Type: types.Of(id)}}
		call := plan.AggregateCall{Name: x.call, Args: []*plan.Expr{column(fields, "v")}, Type: find(x.call).Result([]types.Type{fields[0].Type})}
		from := fmt.Sprintf("(SELECT v::%s AS v FROM (VALUES %s) t(v))", x.kind, x.values)
		if _, err := o.conn.ExecContext(t.Context(), "SELECT "+call.String()+" FROM "+from); err == nil {
			t.Fatalf("DuckDB computes %s over %s", &call, x.values)
		}
		op, err := New(Config{Node: node(fields, nil, true, call), Input: fields})
		must(t, err)
		err = op.Process(0, engine.Batch{Rows: o.query("FROM " + from)}, newTable(t))
		if err == nil {
			err = op.Flush(newTable(t))
		}
		if err == nil || !strings.Contains(err.Error(), strings.Split(x.call, "_")[0]) {
			t.Errorf("%s over %s: error %v", &call, x.values, err)
		}
	}
}

// TestMeansRoundLikeDuckDB compares bits, not nearly: the last bit of a mean depends on how the division rounds.
func TestMeansRoundLikeDuckDB(t *testing.T) {
	o := newOracle(t)
	for _, kind := range []string{"SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL(4,1)", "DECIMAL(9,3)", "DECIMAL(18,7)", "DECIMAL(38,12)"} {
		o.exec(fmt.Sprintf(`CREATE OR REPLACE TABLE input AS SELECT (i // 3)::INTEGER AS k,
			(hash(i, 'a') %% CASE WHEN '%s' LIKE 'DECIMAL(4%%' THEN 900 WHEN '%s' IN ('SMALLINT', 'DECIMAL(9,3)') THEN 32000 ELSE 2000000000 END
			 * CASE WHEN '%s' IN ('BIGINT', 'HUGEINT') THEN 4000000000 ELSE 1 END * CASE WHEN '%s' = 'HUGEINT' THEN 4000000000000000 ELSE 1 END::HUGEINT
			 * CASE WHEN i %% 7 < 3 THEN -1 ELSE 1 END)::%s AS v FROM range(30000) r(i)`, kind, kind, kind, kind, kind))
		t.Run(kind, func(t *testing.T) { testMeans(t, o) })
	}
}

func testMeans(t *testing.T, o *oracle) {
	rows := o.query("SELECT * FROM input")
	var kind string
	must(t, o.conn.QueryRowContext(t.Context(), "SELECT typeof(v) FROM input LIMIT 1").Scan(&kind))
	vt := types.Of(types.Decimal)
	if id, ok := types.ByName(kind); ok {
		vt = types.Of(id)
	} else if _, err := fmt.Sscanf(kind, "DECIMAL(%d,%d)", &vt.Width, &vt.Scale); err != nil {
		t.Fatal(err)
	}
	fields := []types.Field{{Name: "k", Type: types.Of(types.Integer)}, {Name: "v", Type: vt}}
	n := node(fields, []string{"k"}, true, plan.AggregateCall{Name: "avg", Args: []*plan.Expr{column(fields, "v")}, Type: types.Of(types.Double)})
	c := newCluster(t, Config{Node: n, Input: fields}, 1, 1)
	c.process(rows)
	c.flush()
	got, want := c.out.sorted(), texts(o.query(selectSQL(n, "input")))
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %s, want %s", got[i], want[i])
		}
	}
}

func TestCheckNamesWhatThereIs(t *testing.T) {
	arg := plan.Col(0, "v", types.ListOf(types.Of(types.Integer)))
	for _, x := range []struct {
		call plan.AggregateCall
		want []string
	}{
		{plan.AggregateCall{Name: "median", Args: []*plan.Expr{arg}}, []string{"median", "count_star", "stddev", "bool_or"}},
		{plan.AggregateCall{Name: "sum", Args: []*plan.Expr{arg}}, []string{"sum(INTEGER[])", "HUGEINT"}},
		{plan.AggregateCall{Name: "count", Args: []*plan.Expr{arg}, Type: types.Of(types.Integer)}, []string{"BIGINT", "INTEGER"}},
		{plan.AggregateCall{Name: "count_star", Distinct: true, Type: types.Of(types.BigInt)}, []string{"DISTINCT"}},
	} {
		err := Check(&x.call)
		for _, want := range x.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v does not name %s", &x.call, err, want)
			}
		}
	}
}

package aggregate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// callsOn are all calls that there are on column v, and on v with column u, x and constants: plain, DISTINCT, with FILTER, with
// both. From the second list of arguments on, that a function takes, it is called in one of these ways.
func callsOn(fields []types.Field) []plan.AggregateCall {
	var calls []plan.AggregateCall
	for i := range Functions {
		f := &Functions[i]
		variants := []int{0, 1, 2, 3}
		for _, args := range argumentsOn(fields, f) {
			for _, variant := range variants {
				c := plan.AggregateCall{Name: f.Names[0], Args: args, Distinct: variant&1 == 1}
				c.Type = f.Result(argTypes(&c))
				if variant&2 == 2 {
					c.Filter = column(fields, "f")
				}
				if !c.Distinct || len(args) > 0 && !ordersAnew(&c) {
					calls = append(calls, c)
				}
			}
			variants = []int{len(calls) % 4}
		}
	}
	return calls
}

// ordersAnew tells of calls where DISTINCT changes the order of the rows in DuckDB.
func ordersAnew(c *plan.AggregateCall) bool {
	return orderly[c.Name] && (c.Args[0].Type.Nested() || c.Args[0].Type.ID == types.Interval)
}

// argumentsOn are the lists of arguments that a function takes.
func argumentsOn(fields []types.Field, f *Function) [][]*plan.Expr {
	v, u, x := column(fields, "v"), column(fields, "u"), column(fields, "x")
	if f.Names[0] == "count_star" {
		return [][]*plan.Expr{nil}
	}
	var lists [][]*plan.Expr
	for _, args := range [][]*plan.Expr{{v}, {v, u}, {u, v}, {v, x}, {v, literal(types.Of(types.Varchar), "; ")},
		{v, literal(types.DecimalOf(3, 2), "0.37")}, {v, literal(types.Of(types.Double), "0.8")}, {v, literal(types.DecimalOf(2, 1), "-0.3")},
		{v, literal(types.ListOf(types.DecimalOf(2, 1)), "0.9", "0.1")}, {v, literal(types.ListOf(types.Of(types.Double)), "0", "1", "0.5")}} {
		if _, ok := callOn(f.Names[0], args); ok && !duckWidens(f.Names[0], v.Type) {
			lists = append(lists, args)
		}
	}
	return lists
}

// callOn is the call of a function, if it takes the arguments: columns, but constants where it wants them.
func callOn(name string, args []*plan.Expr) (plan.AggregateCall, bool) {
	f, c := find(name), plan.AggregateCall{Name: name, Args: args}
	if f.bind == nil && args[len(args)-1].IsConstant() || !f.Accepts(argTypes(&c)) {
		return c, false
	}
	c.Type = f.Result(argTypes(&c))
	return c, Check(&c) == nil
}

// literal is a constant of a type whose values are texts, or of a LIST of it.
func literal(t types.Type, texts ...string) *plan.Expr {
	if t.ID != types.List {
		return plan.Lit(plan.Value{Text: texts[0]}, t)
	}
	var items []plan.Value
	for _, text := range texts {
		items = append(items, plan.Value{Text: text})
	}
	return plan.Lit(plan.Value{Items: items}, t)
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
	o.exec(fmt.Sprintf(`CREATE TABLE input AS SELECT (i + hash(i, 'w') %% 50)::BIGINT // 100 AS w, %s AS k, %s FROM range(2000) r(i) ORDER BY i`,
		pick(types.Of(types.Integer), "k", "NULL", "1", "2", "3", "4", "5"), sampleColumns(kind, values)))
	fields := append([]types.Field{{Name: "w", Type: types.Of(types.BigInt)}, {Name: "k", Type: types.Of(types.Integer)}}, sampleFields(kind)...)
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

// sampleFields are the columns of sampleColumns.
func sampleFields(kind types.Type) []types.Field {
	return []types.Field{{Name: "f", Type: types.Of(types.Boolean)}, {Name: "v", Type: kind}, {Name: "u", Type: types.Of(types.Double)},
		{Name: "x", Type: types.Of(types.Timestamp)}}
}

// sampleColumns are columns in SQL: f to filter by, v of the type under test, u to pair it with, x to order it by.
func sampleColumns(kind types.Type, values []string) string {
	return fmt.Sprintf("%s AS f, %s AS v, %s AS u, %s AS x", pick(types.Of(types.Boolean), "f", "NULL", "true", "false"), pick(kind, "v", values...),
		pick(types.Of(types.Double), "u", "NULL", "1", "-2.5", "0.3", "1e3", "7"),
		pick(types.Of(types.Timestamp), "x", "NULL", "2024-01-01", "2024-01-02", "2024-01-03 01:02:03"))
}

func TestNotFinite(t *testing.T) {
	o := newOracle(t)
	o.exec(`CREATE TABLE input AS SELECT 0::BIGINT AS w, (i % 5)::INTEGER AS k, ([1.0::DOUBLE, 'nan', 'inf', '-inf', 1e308])[1 + (i * 7 // 5 % 5)] AS v
		FROM range(25) r(i)`)
	fields := []types.Field{{Name: "w", Type: types.Of(types.BigInt)}, {Name: "k", Type: types.Of(types.Integer)}, {Name: "v", Type: types.Of(types.Double)}}
	v := column(fields, "v")
	var calls []plan.AggregateCall
	for _, name := range []string{"min", "max", "sum", "avg", "count", "first", "last", "any_value", "arg_min", "arg_max", "mode", "entropy", "list",
		"product", "kahan_sum", "favg", "median", "quantile_cont", "quantile_disc", "covar_pop", "regr_avgx"} {
		for _, args := range [][]*plan.Expr{{v}, {v, v}, {v, literal(types.DecimalOf(2, 1), "0.7")}} {
			if c, ok := callOn(name, args); ok {
				calls = append(calls, c)
			}
		}
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
		{"sem", "DOUBLE", "('inf'), ('1')"}, {"skewness", "DOUBLE", "('nan'), ('1'), ('2')"}, {"kurtosis_pop", "DOUBLE", "('inf'), ('1')"},
		{"kurtosis", "DOUBLE", "('inf'), ('1'), ('2'), ('3')"}, {"corr", "DOUBLE", "('inf'), ('1')"}, {"regr_sxx", "DOUBLE", "('inf'), ('1')"},
		{"regr_syy", "DOUBLE", "('nan'), ('1')"}, {"regr_slope", "DOUBLE", "('inf'), ('1')"}, {"regr_intercept", "DOUBLE", "('inf'), ('1')"},
		{"regr_r2", "DOUBLE", "('inf'), ('1')"},
		{"var_samp", "DOUBLE", "(1e308), (-1e308)"}, {"var_pop", "DOUBLE", "(1e308), (-1e308)"},
		{"sum", "HUGEINT", "(170141183460469231731687303715884105727), (1)"},
		{"avg", "HUGEINT", "(-170141183460469231731687303715884105727), (-2)"},
	} {
		id, _ := types.ByName(x.kind)
		fields := []types.Field{{Name: "v", Type: types.Of(id)}}
		v := column(fields, "v")
		call, ok := callOn(x.call, []*plan.Expr{v})
		if !ok {
			call, _ = callOn(x.call, []*plan.Expr{v, v})
		}
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

// TestFloatsAreDuckDBs compares bits: over the same rows in the same order, the last bit follows from the order of operations.
// DuckDB's pow, of the machine's C library, rounds a cube in a thousand the other way.
func TestFloatsAreDuckDBs(t *testing.T) {
	o := newOracle(t)
	o.exec(`CREATE TABLE input AS SELECT (i // 7)::INTEGER AS k, hash(i, 'v') / 1e17 - 70 AS v, (hash(i, 'u') % 1000) / 7 + v AS u FROM range(21000) r(i)`)
	double := types.Of(types.Double)
	fields := []types.Field{{Name: "k", Type: types.Of(types.Integer)}, {Name: "v", Type: double}, {Name: "u", Type: double}}
	var calls []plan.AggregateCall
	for _, f := range Functions {
		for _, args := range [][]*plan.Expr{{column(fields, "v")}, {column(fields, "v"), column(fields, "u")}} {
			if c := (plan.AggregateCall{Name: f.Names[0], Args: args, Type: double}); Check(&c) == nil {
				calls = append(calls, c)
			}
		}
	}
	n := node(fields, []string{"k"}, true, calls...)
	c := newCluster(t, Config{Node: n, Input: fields}, 1, 1)
	c.process(o.query("SELECT * FROM input"))
	c.flush()
	got, want := c.out.sorted(), texts(o.query(selectSQL(n, "input")))
	off := map[string]int{}
	for i := range want {
		gotRow, wantRow := strings.Split(got[i], " | "), strings.Split(want[i], " | ")
		for j := range calls {
			if gotRow[1+j] != wantRow[1+j] {
				off[calls[j].Name]++
			}
		}
	}
	for name, n := range off {
		if powers := strings.HasPrefix(name, "kurtosis") || name == "skewness"; !powers || n > len(want)/200 {
			t.Errorf("%s: %d of %d results differ", name, n, len(want))
		}
	}
}

func TestCheckNamesWhatThereIs(t *testing.T) {
	arg := plan.Col(0, "v", types.ListOf(types.Of(types.Integer)))
	for _, x := range []struct {
		call plan.AggregateCall
		want []string
	}{
		{plan.AggregateCall{Name: "mad", Args: []*plan.Expr{arg}}, []string{"mad", "count_star", "stddev", "bool_or"}},
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

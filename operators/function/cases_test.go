package function

import (
	"testing"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// cases builds the expressions that are compared with DuckDB.
type cases struct {
	t   testing.TB
	o   *oracle
	all []*plan.Expr
}

var (
	boolean   = types.Of(types.Boolean)
	integer32 = types.Of(types.Integer)
	bigint    = types.Of(types.BigInt)
	double    = types.Of(types.Double)
	varchar   = types.Of(types.Varchar)
	timestamp = types.Of(types.Timestamp)
	date      = types.Of(types.Date)
)

func num(n int64) *plan.Expr { return plan.Lit(plan.Value{Int: n}, bigint) }

func str(s string) *plan.Expr { return plan.Lit(plan.Value{Text: s}, varchar) }

func interval(months, days int32, micros int64) *plan.Expr {
	return plan.Lit(plan.Value{Interval: &plan.Interval{Months: months, Days: days, Micros: micros}}, types.Of(types.Interval))
}

// fn is a call of the type that DuckDB gives it.
func (c *cases) fn(name string, args ...*plan.Expr) *plan.Expr {
	e := plan.Fn(name, types.Type{}, args...)
	e.Type = c.o.typeOf(c.t, e)
	return e
}

func (c *cases) add(name string, args ...*plan.Expr) { c.all = append(c.all, c.fn(name, args...)) }

func (c *cases) cast(from, to types.Type) {
	k := 1
	if _, bounded := limits[to.ID]; bounded && limits[to.ID][0] == 0 {
		k = 0 // has no negative values
	}
	for _, kind := range []plan.Kind{plan.Cast, plan.TryCast} {
		c.all = append(c.all, &plan.Expr{Kind: kind, Type: to, Args: []*plan.Expr{col(from, k)}})
	}
}

func allCases(t testing.TB, o *oracle) []*plan.Expr {
	o.createColumns(t)
	c := &cases{t: t, o: o}
	c.compare()
	c.logic()
	c.arithmetic()
	c.casts()
	c.strings()
	c.temporal()
	c.conditional()
	c.nested()
	return c.all
}

func (c *cases) compare() {
	for _, t := range scalarTypes {
		for _, op := range []string{plan.Equal, plan.NotEqual, plan.Less, plan.LessEqual, plan.Greater, plan.GreaterEqual,
			plan.DistinctFrom, plan.NotDistinctFrom} {
			c.add(op, col(t, 0), col(t, 1))
		}
	}
	c.add(plan.Greater, col(bigint, 1), num(3))
	c.add(plan.Equal, col(varchar, 1), str("abc"))
	c.add(plan.Less, col(double, 1), plan.Lit(plan.FloatValue(2.5), double))
	c.add(plan.Less, col(types.DecimalOf(10, 2), 1), plan.Lit(plan.Value{Text: "1.50"}, types.DecimalOf(10, 2)))
}

func (c *cases) logic() {
	a, b, d := col(boolean, 0), col(boolean, 1), col(boolean, 2)
	c.add(plan.And, a, b)
	c.add(plan.And, a, b, d)
	c.add(plan.Or, a, b)
	c.add(plan.Or, a, b, d)
	c.add(plan.Not, a)
	for _, t := range append([]types.Type{pair, listed}, scalarTypes...) {
		c.add(plan.IsNull, col(t, 0))
		c.add(plan.IsNotNull, col(t, 0))
	}
	for _, t := range scalarTypes {
		c.add(plan.In, col(t, 0), col(t, 1), col(t, 2))
		c.add(plan.NotIn, col(t, 0), col(t, 1))
	}
	many := []*plan.Expr{col(bigint, 1), num(1), num(2), num(-3), num(4), num(5), num(6), num(7), num(-8)}
	c.add(plan.In, many...)
	c.add(plan.NotIn, many...)
	c.add(plan.In, append(many, plan.Lit(plan.Value{Null: true}, bigint))...)
	c.add(plan.In, col(varchar, 0), str("a"), str("abc"), str(""), str("日本語"), str("x"), str("%"), str("b"), str("c"))
}

func (c *cases) arithmetic() {
	for id := types.TinyInt; id <= types.Double; id++ {
		t := types.Of(id)
		if id == types.HugeInt {
			continue
		}
		a, b := col(t, 0), col(t, 1)
		for _, op := range []string{"+", "-", "*", "%", "mod"} {
			c.add(op, a, b)
		}
		if t.Integral() {
			c.add("//", a, b)
			c.add("//", b, a)
		}
		if id <= types.BigInt || id >= types.Float {
			c.add("-", b)
			c.add("abs", b)
			c.add("@", b)
		}
	}
	for _, t := range []types.Type{types.Of(types.Float), double} {
		c.add("/", col(t, 0), col(t, 1))
	}
	for _, f := range []string{"round", "floor", "ceil", "ceiling"} {
		c.add(f, col(double, 1))
	}
	huge := types.Of(types.HugeInt)
	for _, op := range []string{"+", "-", "*"} {
		c.add(op, col(huge, 0), col(huge, 1))
		c.add(op, col(types.DecimalOf(10, 2), 0), col(types.DecimalOf(10, 2), 1))
		c.add(op, col(types.DecimalOf(4, 1), 0), col(types.DecimalOf(4, 1), 1))
		c.add(op, col(types.DecimalOf(18, 3), 0), col(types.DecimalOf(18, 3), 1))
		c.add(op, col(types.DecimalOf(10, 2), 0), plan.Lit(plan.Value{Text: "1.25"}, types.DecimalOf(3, 2)))
	}
	for _, op := range []string{"+", "-"} {
		c.add(op, col(types.DecimalOf(38, 5), 0), col(types.DecimalOf(38, 5), 1))
	}
}

func (c *cases) casts() {
	numeric := []types.Type{}
	for id := types.TinyInt; id <= types.Double; id++ {
		if id != types.HugeInt {
			numeric = append(numeric, types.Of(id))
		}
	}
	for _, from := range numeric {
		for _, to := range numeric {
			if from.ID < types.Float || to.ID != types.UBigInt {
				c.cast(from, to)
			}
		}
		c.cast(boolean, from)
		if from.Integral() {
			c.cast(from, varchar)
			c.cast(from, types.Of(types.HugeInt))
			c.cast(from, types.DecimalOf(10, 2))
			c.cast(from, types.DecimalOf(38, 5))
			c.cast(from, types.DecimalOf(20, 0))
		}
	}
	c.cast(boolean, varchar)
	c.cast(types.DecimalOf(4, 1), types.DecimalOf(10, 2))
	c.cast(types.DecimalOf(10, 2), types.DecimalOf(38, 5))
	c.cast(types.DecimalOf(18, 3), types.DecimalOf(10, 3))
	c.cast(timestamp, date)
	c.cast(date, timestamp)
	c.cast(timestamp, timestamp)
}

func (c *cases) strings() {
	a, b, d := col(varchar, 0), col(varchar, 1), col(varchar, 2)
	for _, f := range []string{"lower", "lcase", "upper", "ucase", "trim", "ltrim", "rtrim", "length", "len", "char_length", "character_length", "strlen"} {
		c.add(f, a)
	}
	c.add("||", a, b)
	c.add("||", a, str("-"))
	c.add("concat", a, b, d)
	c.add("concat", a)
	for _, f := range []string{"prefix", "starts_with", "^@", "suffix", "ends_with", "contains", "~~", "!~~"} {
		c.add(f, a, b)
	}
	for _, pattern := range []string{"", "%", "a%", "%c", "%b%", "a%c", "a_c", "_", "%_", "%b%b%", "__", "a\\_c", "item=%.html", "h_llo%", "%é%", "%%", "%__", "%_%_%_%_", "%_語", "%__b%"} {
		c.add("~~", a, str(pattern))
		c.add("!~~", a, str(pattern))
	}
	n, m := col(bigint, 1), col(bigint, 2)
	for _, f := range []string{"substring", "substr"} {
		c.add(f, a, n, m)
		c.add(f, a, n)
		c.add(f, a, num(2), num(3))
		c.add(f, a, num(-3))
	}
}

func (c *cases) temporal() {
	for _, t := range []types.Type{timestamp, date} {
		at := col(t, 0)
		for _, size := range []*plan.Expr{interval(0, 0, 10*second), interval(0, 0, 1), interval(0, 1, 0), interval(0, 7, 3*hour),
			interval(1, 0, 0), interval(5, 0, 0), interval(120, 0, 0), interval(0, 0, 90*minute)} {
			c.add("time_bucket", size, at)
			c.add(tumble, at, size)
		}
		for _, p := range []string{"microseconds", "ms", "milliseconds", "second", "minute", "Hour", "day", "week", "month", "quarter", "years"} {
			if truncatesTo(p) {
				c.add("date_trunc", str(p), at)
				c.add("datetrunc", str(p), at)
			}
		}
		for _, k := range temporalKernels {
			if k.Takes == instant {
				c.add(k.Names[0], at)
			}
		}
		for _, by := range []*plan.Expr{interval(0, 0, 10*second), interval(0, 3, -hour), interval(1, 0, 0), interval(-13, 5, 7), interval(0, 0, 0)} {
			c.add("+", at, by)
			c.add("-", at, by)
			c.add("+", by, at)
		}
		c.add("-", at, col(t, 1))
	}
	for _, t := range []types.Type{timestamp, types.Of(types.TimestampTZ)} {
		for _, name := range []string{plan.HopStarts, plan.HopRange, plan.CumulateEnds} {
			c.add(name, col(t, 0), interval(0, 0, 2*second), interval(0, 0, 10*second))
			c.add(name, col(t, 1), interval(0, 0, 3*second), interval(0, 0, 10*second))
			c.add(name, col(t, 0), interval(0, 0, 7*second), interval(0, 0, 3*second))
			c.add(name, col(t, 0), interval(0, 0, 11*hour), interval(0, 0, 70*hour))
		}
	}
	ts := col(timestamp, 0)
	for _, name := range []string{plan.HopStarts, plan.HopRange, plan.CumulateEnds} { // months are DuckDB's, and days where there is a time zone
		c.add(name, ts, interval(0, 1, 0), interval(0, 7, 0))
		c.add(name, ts, interval(0, 0, 5*hour), interval(0, 2, 3))
	}
	c.add("time_bucket", interval(0, 0, 10*second), ts, interval(0, 0, 3*second))
	c.add("time_bucket", interval(0, 7, 0), ts, interval(0, -1, hour))
	c.add("time_bucket", interval(0, 0, hour), ts, plan.Lit(plan.Value{Int: 17 * minute}, timestamp))
	c.add("+", col(date, 0), col(integer32, 1))
	c.add("-", col(date, 0), col(integer32, 1))
	c.add("epoch_ms", col(bigint, 1))
	c.add("make_timestamp", col(bigint, 1))
}

func truncatesTo(part string) bool {
	_, f := bindTrunc(plan.Fn("date_trunc", timestamp, str(part), col(timestamp, 0)))
	return f != nil
}

func (c *cases) conditional() {
	for _, t := range append([]types.Type{pair, listed}, scalarTypes...) {
		a, b, d := col(t, 0), col(t, 1), col(t, 2)
		c.all = append(c.all, plan.Fn(plan.Case, t, col(boolean, 0), a, b),
			plan.Fn(plan.Case, t, col(boolean, 0), a, col(boolean, 1), b, d),
			plan.Fn(plan.Coalesce, t, a, b, d), plan.Fn(plan.Try, t, a))
	}
	for _, t := range scalarTypes {
		c.add("greatest", col(t, 0), col(t, 1), col(t, 2))
		c.add("least", col(t, 0), col(t, 1), col(t, 2))
	}
	small := types.Of(types.TinyInt)
	sum := c.fn("+", col(small, 0), col(small, 1))
	c.all = append(c.all, plan.Fn(plan.Case, small, c.fn(plan.Less, col(small, 1), col(small, 0)), sum, col(small, 1)),
		plan.Fn(plan.Coalesce, small, col(small, 2), sum), plan.Fn(plan.Try, small, sum),
		plan.Fn(plan.Case, small, plan.Fn(plan.IsNull, boolean, plan.Fn(plan.Coalesce, small, col(small, 2), sum)), sum, col(small, 0)))
}

func (c *cases) nested() {
	st := col(pair, 0)
	c.all = append(c.all, plan.Fn("struct_extract", integer32, st, str("a")), plan.Fn("struct_extract", varchar, st, str("B")),
		plan.Fn("array_extract", varchar, st, str("b")))
	c.all = append(c.all, plan.Fn("struct_pack", pair, col(integer32, 0), col(varchar, 1)))
	for _, f := range []string{"list_extract", "array_extract", "list_element"} {
		c.add(f, col(listed, 0), num(1))
		c.add(f, col(listed, 0), num(-2))
		c.add(f, col(listed, 0), col(bigint, 1))
	}
}

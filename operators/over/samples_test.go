package over

import (
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// call is f OVER (PARTITION BY k ORDER BY ts …) as both sides have it.
type call struct {
	plan.OverCall
	tied bool // the answer does not depend on the order of peers
}

// over makes a call. frame is "", or as "ROWS 3 PRECEDING"; the default is RANGE UNBOUNDED PRECEDING.
func over(name string, kind types.Type, unit plan.FrameUnit, start plan.FrameBound, args ...*plan.Expr) plan.OverCall {
	return plan.OverCall{
		Name: name, Type: kind, Args: args, Partition: []*plan.Expr{column("k")}, Orders: []plan.Order{{Expr: column("ts")}},
		Unit: unit, Start: start, End: plan.FrameBound{Kind: plan.CurrentRow},
	}
}

var (
	unbounded = plan.FrameBound{Kind: plan.UnboundedPreceding}
	bigint    = types.Of(types.BigInt)
	hugeint   = types.Of(types.HugeInt)
	double    = types.Of(types.Double)
)

func number(n int64) *plan.Expr { return plan.Lit(plan.Value{Int: n}, bigint) }

func preceding(n int64) plan.FrameBound {
	return plan.FrameBound{Kind: plan.Preceding, Offset: number(n)}
}

func within(seconds int64) plan.FrameBound {
	v := plan.Value{Interval: &plan.Interval{Micros: seconds * second}}
	return plan.FrameBound{Kind: plan.Preceding, Offset: plan.Lit(v, types.Of(types.Interval))}
}

// samples are calls of all three ways.
func samples() []call {
	rows, rng := plan.FrameRows, plan.FrameRange
	filtered := over("count", bigint, rng, unbounded, column("v"))
	filtered.Filter = column("yes")
	distinct := over("count", bigint, rng, unbounded, column("v"))
	distinct.Distinct = true
	byName := over("row_number", bigint, rng, unbounded)
	byName.Orders = append(byName.Orders, plan.Order{Expr: column("name")}, plan.Order{Expr: column("i"), Descending: true})
	before := over("sum", hugeint, rows, preceding(5), column("v"))
	before.End = preceding(2)
	ignoring := over("lag", bigint, rng, unbounded, column("v"))
	ignoring.IgnoreNulls = true
	excluding := over("count_star", bigint, rng, within(10))
	excluding.Exclude = "GROUP"
	out := []call{
		{over("row_number", bigint, rng, unbounded), false}, {over("rank", bigint, rng, unbounded), true},
		{over("dense_rank", bigint, rng, unbounded), true}, {over("count_star", bigint, rng, unbounded), true},
		{over("count", bigint, rows, unbounded, column("v")), false}, {over("sum", hugeint, rng, unbounded, column("v")), true},
		{over("sum", hugeint, rows, unbounded, column("v")), false}, {over("sum", types.DecimalOf(38, 2), rng, unbounded, column("d")), true},
		{filtered, true}, {distinct, true}, {byName, true}, {before, false}, {ignoring, false}, {excluding, true},
		{over("sum", hugeint, rows, preceding(3), column("v")), false}, {over("avg", double, rows, preceding(3), column("v")), false},
		{over("max", bigint, rng, within(7), column("v")), true}, {over("avg", double, rng, within(7), column("v")), true},
		{over("count_star", bigint, rng, plan.FrameBound{Kind: plan.CurrentRow}), true},
		{over("median", double, rng, unbounded, column("v")), true},
		{over("lag", bigint, rng, unbounded, column("v"), number(3), number(-1)), false},
		{over("nth_value", types.Of(types.Varchar), rng, unbounded, column("name"), number(4)), false},
		{over("sum", hugeint, "GROUPS", preceding(2), column("v")), true},
	}
	for _, c := range columns[2:] {
		for _, name := range []string{"first_value", "last_value", "lag"} {
			out = append(out, call{over(name, c.Type, rng, unbounded, column(c.Name)), false})
		}
		out = append(out, call{over("lag", c.Type, rows, unbounded, column(c.Name), number(int64(len(c.Name)))), false},
			call{over("min", c.Type, rng, unbounded, column(c.Name)), true}, call{over("max", c.Type, rng, unbounded, column(c.Name)), true})
	}
	return out
}

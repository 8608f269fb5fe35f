package over

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/streamtest"
)

const second = 1_000_000

var columns = []types.Field{
	{Name: "i", Type: types.Of(types.BigInt)}, {Name: "ts", Type: types.Of(types.Timestamp)}, {Name: "k", Type: types.Of(types.Integer)},
	{Name: "v", Type: types.Of(types.BigInt)}, {Name: "name", Type: types.Of(types.Varchar)}, {Name: "d", Type: types.DecimalOf(9, 2)},
	{Name: "f", Type: types.Of(types.Double)}, {Name: "yes", Type: types.Of(types.Boolean)}, {Name: "tags", Type: types.ListOf(types.Of(types.Integer))},
}

func column(name string) *plan.Expr {
	for i, f := range columns {
		if f.Name == name {
			return plan.Col(i, name, f.Type)
		}
	}
	panic(name)
}

// input makes rows in the order of arrival; where ties is not set, each of the times with a partition comes once.
func input(o *streamtest.Oracle, rows, seed, disorder, keys int, ties bool) {
	apart := 1
	if ties {
		apart = 4
	}
	o.Exec(fmt.Sprintf(`CREATE OR REPLACE TABLE input AS
		WITH events AS (SELECT e AS i, CASE WHEN hash(e, 'null%[2]d') %% %[6]d = 0 THEN NULL
			ELSE TIMESTAMP '2024-01-01' + to_seconds(e // %[5]d) END AS ts,
			CASE WHEN hash(e, 'k%[2]d') %% 9 = 0 THEN NULL ELSE (hash(e, 'key%[2]d') %% %[4]d)::INTEGER END AS k,
			CASE WHEN hash(e, 'v0%[2]d') %% 9 = 0 THEN NULL ELSE (hash(e, 'v%[2]d') %% 50)::BIGINT END AS v,
			CASE WHEN hash(e, 'n%[2]d') %% 5 = 0 THEN NULL ELSE 'name ' || (hash(e, 'name%[2]d') %% 100) END AS name,
			CASE WHEN hash(e, 'd0%[2]d') %% 5 = 0 THEN NULL ELSE ((hash(e, 'd%[2]d') %% 1000) / 100)::DECIMAL(9, 2) END AS d,
			CASE WHEN hash(e, 'f0%[2]d') %% 5 = 0 THEN NULL ELSE (['1', '2.5', 'nan', 'inf', '-1', '-0.5']::DOUBLE[])[1 + (hash(e, 'f%[2]d') %% 6)::INTEGER] END AS f,
			CASE WHEN hash(e, 'y0%[2]d') %% 5 = 0 THEN NULL ELSE hash(e, 'y%[2]d') %% 2 = 0 END AS yes,
			CASE WHEN e %% 4 = 0 THEN NULL ELSE range((e %% 4)::INTEGER)::INTEGER[] END AS tags FROM range(%[1]d) t(e))
		FROM events ORDER BY (i // %[5]d) + hash(i, 'late%[2]d') %% %[3]d, hash(i)`, rows, seed, disorder+1, keys, apart, nullEvery(ties)))
}

// nullEvery leaves one row without a time where times have to differ, and there only by chance.
func nullEvery(ties bool) int {
	if ties {
		return 30
	}
	return 1_000_000
}

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

func TestOverEqualsDuckDB(t *testing.T) {
	o := streamtest.NewOracle(t)
	late := 0
	for seed := range 2 * len(samples()) {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		ties, disorder, delay := r.IntN(2) == 0, r.IntN(20), r.IntN(20)
		node := &plan.Over{Time: 1, Partition: []int{2}}
		for i, at := range append([]int{seed / 2}, r.Perm(len(samples()))[:r.IntN(4)]...) {
			c := samples()[at]
			if ties = ties && (i > 0 || c.tied); c.tied || !ties {
				node.Calls = append(node.Calls, c.OverCall)
				node.Names = append(node.Names, fmt.Sprintf("w%d", len(node.Names)))
			}
		}
		input(o, 300, seed, disorder, 1+r.IntN(20), ties)
		if r.IntN(4) == 0 {
			unpartition(node)
		}
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		c := stream(t, o, Config{Node: node, Input: columns, Tables: streamtest.Tables{Oracle: o}, Allocator: mem}, r, delay)
		mem.AssertSize(t, 0)
		what := fmt.Sprintf("seed %d, disorder %d, delay %d: %s", seed, disorder, delay, node.Describe())
		want := o.Query(selectSQL(node, fmt.Sprintf("(FROM input WHERE (i IN (%s)) IS NOT TRUE)", streamtest.Firsts(c.Out.LateRows))))
		streamtest.Same(t, what, c.Out.Sorted(), streamtest.Texts(want))
		if disorder <= delay && len(c.Out.LateRows) > 0 {
			t.Fatalf("%s: %d rows within the delay are late", what, len(c.Out.LateRows))
		}
		late += len(c.Out.LateRows)
	}
	if late == 0 {
		t.Fatal("no late row in any run: the test tests less than it should")
	}
}

// unpartition takes all rows as one partition.
func unpartition(n *plan.Over) {
	n.Partition = nil
	for i := range n.Calls {
		n.Calls[i].Partition = nil
	}
}

func stream(t *testing.T, o *streamtest.Oracle, cfg Config, r *rand.Rand, delay int) *streamtest.Cluster {
	c := &streamtest.Cluster{T: t, Random: r, Hash: []streamtest.Hash{Hash(cfg.Node.Partition)}, New: func(s engine.Shard) (streamtest.Stateful, error) {
		own := cfg
		own.Shard = s
		return New(own)
	}}
	c.Start(1 + r.IntN(3))
	c.Stream(streamtest.Input{Rows: o.Query("FROM input"), Time: 1, Delay: int64(delay) * second})
	return c
}

func selectSQL(n *plan.Over, from string) string {
	items := []string{"*"}
	for i := range n.Calls {
		items = append(items, fmt.Sprintf("CAST(%s AS %s)", n.Calls[i].SQL(func(e *plan.Expr) string { return e.Name }), n.Calls[i].Type))
	}
	return "SELECT " + strings.Join(items, ", ") + " FROM " + from
}

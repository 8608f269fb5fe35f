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

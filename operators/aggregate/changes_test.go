package aggregate

import (
	"fmt"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

var changeFields = []types.Field{
	{Name: "w", Type: types.Of(types.BigInt)}, {Name: "k", Type: types.Of(types.Varchar)}, {Name: "v", Type: types.Of(types.Integer)},
	{Name: "s", Type: types.Of(types.Varchar)}, {Name: "d", Type: types.Of(types.Double)},
}

func changeTable(o *oracle, rows int) {
	o.exec(fmt.Sprintf(`CREATE TABLE input AS SELECT i, (i // 300)::BIGINT AS w, %s AS k, %s AS v, %s AS s, %s AS d FROM range(%d) r(i) ORDER BY i`,
		pick(types.Of(types.Varchar), "k", "NULL", "a", "b", "c", "d", "e"), pick(types.Of(types.Integer), "v", numbers...),
		pick(types.Of(types.Varchar), "s", "NULL", "", "x", "xyz", "a longer text than twelve"),
		pick(types.Of(types.Double), "d", "NULL", "0.1", "0.7", "1e17", "-3"), rows))
}

func changeCalls() []plan.AggregateCall {
	arg := func(name string) []*plan.Expr { return []*plan.Expr{column(changeFields, name)} }
	calls := []plan.AggregateCall{
		countAll, {Name: "sum", Args: arg("v"), Type: types.Of(types.HugeInt)}, {Name: "max", Args: arg("s"), Type: types.Of(types.Varchar)},
		{Name: "count", Args: arg("s"), Distinct: true, Type: types.Of(types.BigInt)},
		{Name: "sum", Args: arg("d"), Distinct: true, Type: types.Of(types.Double)},
		{Name: "sum", Args: arg("d"), Type: types.Of(types.Double)}, {Name: "stddev_samp", Args: arg("d"), Type: types.Of(types.Double)},
		{Name: "avg", Args: arg("v"), Type: types.Of(types.Double)}, {Name: "min", Args: arg("v"), Type: types.Of(types.Integer)},
	}
	for _, name := range []string{"first", "last", "arg_max", "mode", "entropy", "histogram", "list", "string_agg", "median", "regr_count", "bit_xor", "quantile_disc"} {
		for _, args := range [][]*plan.Expr{arg("s"), arg("v"), append(arg("s"), arg("v")...), append(arg("d"), arg("d")...), append(arg("d"), literal(types.DecimalOf(2, 1), "0.7"))} {
			if c, ok := callOn(name, args); ok {
				calls = append(calls, c)
			}
		}
	}
	return calls
}

// TestChangesFollowDuckDB applies the weights of each flush and compares with DuckDB over the rows so far.
func TestChangesFollowDuckDB(t *testing.T) {
	for _, groups := range [][]string{{}, {"k"}, {"v"}, {"k", "v"}, {"d"}, {"w", "k"}} {
		t.Run(fmt.Sprint(groups), func(t *testing.T) {
			o := newOracle(t)
			changeTable(o, 1500)
			n := node(changeFields, groups, true, changeCalls()...)
			c := newCluster(t, Config{Node: n, Input: changeFields, Allocator: checked(t)}, 2, uint64(len(groups)))
			c.flush()
			sameRows(t, "without input", c.out.sorted(), texts(o.query(selectSQL(n, "(FROM input LIMIT 0)"))))
			followChanges(t, o, c, n)
		})
	}
}

func followChanges(t *testing.T, o *oracle, c *cluster, n *plan.Aggregate) {
	input := o.query("SELECT w, k, v, s, d FROM input ORDER BY i")
	for from := int64(0); from < input.NumRows(); {
		to := min(from+1+c.random.Int64N(150), input.NumRows())
		part := input.NewSlice(from, to)
		c.process(part)
		part.Release()
		c.flush()
		prefix := fmt.Sprintf("(FROM input WHERE i < %d ORDER BY i)", to)
		sameRows(t, fmt.Sprintf("after %d rows", to), c.out.sorted(), texts(o.query(selectSQL(n, prefix))))
		emitted := c.out.emit
		c.flush()
		if c.out.emit != emitted {
			t.Fatal("a flush without changes emits")
		}
		if c.random.IntN(3) == 0 {
			c.move(1 + c.random.IntN(4))
			c.flush()
			if c.out.emit != emitted {
				t.Fatal("a flush right after restore emits")
			}
		}
		from = to
	}
}

// TestNoChangeNoRow checks that a group that gets a row, but keeps its results, is not emitted again.
func TestNoChangeNoRow(t *testing.T) {
	o := newOracle(t)
	n := node(changeFields[:3], []string{"k"}, true, plan.AggregateCall{Name: "max", Args: []*plan.Expr{column(changeFields, "v")}, Type: types.Of(types.Integer)})
	op, err := New(Config{Node: n, Input: changeFields[:3], Allocator: checked(t)})
	must(t, err)
	out := newTable(t)
	for _, step := range []struct {
		values  string
		batches int
	}{{"(1, 'a', 5), (1, 'b', 7)", 1}, {"(1, 'a', 3), (1, 'b', NULL)", 1}, {"(1, 'a', 6), (1, 'b', 7)", 2}} {
		rows := o.query(fmt.Sprintf("SELECT w::BIGINT, k, v::INTEGER FROM (VALUES %s) t(w, k, v)", step.values))
		must(t, op.Process(0, engine.Batch{Rows: rows}, out))
		must(t, op.Flush(out))
		if out.emit != step.batches {
			t.Fatalf("after %s: %d batches, want %d", step.values, out.emit, step.batches)
		}
	}
	sameRows(t, "max", out.sorted(), []string{"a | 6", "b | 7"})
}

// TestWindowedChanges closes windows while changes are emitted: results stay, state goes, rows of closed windows are late.
func TestWindowedChanges(t *testing.T) {
	o := newOracle(t)
	changeTable(o, 1500)
	n := node(changeFields, []string{"w", "k"}, true, changeCalls()...)
	n.Window = &plan.WindowKey{Group: 0}
	byRow := func(wm engine.Time) (int64, error) { return int64(wm) / 300, nil }
	c := newCluster(t, Config{Node: n, Input: changeFields, Close: byRow, Allocator: checked(t)}, 2, 3)
	input := o.query("SELECT w, k, v, s, d FROM input ORDER BY i")
	for from := int64(0); from < 1500; from += 100 {
		part := input.NewSlice(from, from+100)
		c.process(part)
		part.Release()
		c.advance(engine.Time(from + 100))
		c.flush()
		sameRows(t, fmt.Sprint(from), c.out.sorted(), texts(o.query(selectSQL(n, fmt.Sprintf("(FROM input WHERE i < %d ORDER BY i)", from+100)))))
		for _, s := range c.shards {
			if len(s.panes.open) > 1 {
				t.Fatalf("%d windows are open at row %d", len(s.panes.open), from)
			}
		}
		c.move(1 + c.random.IntN(3))
	}
	c.process(input.NewSlice(0, 10))
	c.flush()
	if len(c.out.late) != 10 {
		t.Fatalf("%d rows are late, want 10", len(c.out.late))
	}
}

func TestSnapshotBeforeFlushIsRefused(t *testing.T) {
	op, err := New(Config{Node: node(changeFields, nil, true, countAll), Input: changeFields, Allocator: memory.DefaultAllocator})
	must(t, err)
	if err := op.Snapshot(memoryState{}); err == nil {
		t.Fatal("no error")
	}
}

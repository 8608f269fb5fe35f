package over

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/operators/streamtest"
)

func node(calls ...plan.OverCall) *plan.Over {
	n := &plan.Over{Time: 1, Partition: []int{2}, Calls: calls}
	for i := range calls {
		n.Names = append(n.Names, fmt.Sprintf("w%d", i))
	}
	return n
}

func operator(t *testing.T, o *streamtest.Oracle, n *plan.Over) *Operator {
	t.Helper()
	op, err := New(Config{Node: n, Input: columns, Tables: streamtest.Tables{Oracle: o}})
	streamtest.Must(t, err)
	return op
}

// rowsAt are rows of consecutive numbers, at the seconds given, in partition k, which may be of the time.
func rowsAt(o *streamtest.Oracle, from, to, step int, k string) arrow.RecordBatch {
	return o.Query(fmt.Sprintf(`SELECT i, make_timestamp(i // %d * 1000000), (%s)::INTEGER AS k, i AS v, 'x', 0::DECIMAL(9, 2), 0::DOUBLE, true, []::INTEGER[]
		FROM range(%d, %d) t(i)`, step, k, from, to))
}

// TestHistoryIsBounded lets time pass in a few partitions, and in ever new ones.
func TestHistoryIsBounded(t *testing.T) {
	o := streamtest.NewOracle(t)
	rows, rng := plan.FrameRows, plan.FrameRange
	for name, c := range map[string]struct {
		call        plan.OverCall
		held, parts int
	}{
		"running":    {over("sum", hugeint, rng, unbounded, column("v")), 0, 10},
		"first":      {over("first_value", bigint, rng, unbounded, column("v")), 10, 10},
		"lag":        {over("lag", bigint, rng, unbounded, column("v"), number(4)), 40, 10},
		"rows":       {over("avg", double, rows, preceding(5), column("v")), 50, 10},
		"range":      {over("avg", double, rng, within(100), column("v")), 101, 10},
		"everything": {over("median", double, rng, unbounded, column("v")), 20000, 10},
	} {
		op, out := operator(t, o, node(c.call)), &streamtest.Table{}
		for from := 0; from < 20000; from += 1000 {
			streamtest.Must(t, op.Process(0, engine.Batch{Rows: rowsAt(o, from, from+1000, 1, "i % 10")}, out))
			streamtest.Must(t, op.Advance(engine.Time(from+1000)*second, out))
		}
		if op.rows.Len() > c.held || len(op.partitions) > c.parts || len(op.pending) > 0 {
			t.Errorf("%s: %d rows held, %d partitions, %d pending", name, op.rows.Len(), len(op.partitions), len(op.pending))
		}
		if len(out.Rows) != 20000 {
			t.Errorf("%s: %d rows", name, len(out.Rows))
		}
	}
	op, out := operator(t, o, node(over("count_star", bigint, rng, within(10)))), &streamtest.Table{}
	for from := 0; from < 40000; from += 1000 {
		streamtest.Must(t, op.Process(0, engine.Batch{Rows: rowsAt(o, from, from+1000, 1, "i")}, out))
		streamtest.Must(t, op.Advance(engine.Time(from+1000)*second, out))
	}
	if op.rows.Len() > 2*fewRows || len(op.partitions) > 2*fewRows {
		t.Errorf("ever new partitions: %d rows held, %d partitions", op.rows.Len(), len(op.partitions))
	}
}

// TestPeersComeInOrderOfArrival compares calls that count rows, in all three ways, with an order that has no ties.
func TestPeersComeInOrderOfArrival(t *testing.T) {
	o := streamtest.NewOracle(t)
	n := node(over("row_number", bigint, plan.FrameRange, unbounded), over("lag", bigint, plan.FrameRange, unbounded, column("i")),
		over("sum", hugeint, plan.FrameRows, preceding(3), column("i")), over("first_value", bigint, plan.FrameRange, unbounded, column("i")))
	op, out := operator(t, o, n), &streamtest.Table{}
	for from := 0; from < 1000; from += 50 {
		streamtest.Must(t, op.Process(0, engine.Batch{Rows: rowsAt(o, from, from+50, 7, "i % 3")}, out))
		streamtest.Must(t, op.Advance(engine.Time(from/7)*second, out))
	}
	streamtest.Must(t, op.Advance(engine.MaxTime, out))
	total := *n
	total.Calls = slices.Clone(n.Calls)
	for i := range total.Calls {
		total.Calls[i].Orders = append(slices.Clone(total.Calls[i].Orders), plan.Order{Expr: column("i")})
	}
	o.Exec(`CREATE TABLE peers AS SELECT i, make_timestamp(i // 7 * 1000000) AS ts, (i % 3)::INTEGER AS k, i AS v, 'x' AS name, 0::DECIMAL(9, 2) AS d,
		0::DOUBLE AS f, true AS yes, []::INTEGER[] AS tags FROM range(1000) t(i)`)
	streamtest.Same(t, "peers", out.Sorted(), streamtest.Texts(o.Query(selectSQL(&total, "peers"))))
}

// TestTheEndIsFinal goes on after the end of the input: what was emitted stays right.
func TestTheEndIsFinal(t *testing.T) {
	o := streamtest.NewOracle(t)
	op, out := operator(t, o, node(over("count_star", bigint, plan.FrameRange, unbounded))), &streamtest.Table{}
	streamtest.Must(t, op.Process(0, engine.Batch{Rows: rowsAt(o, 0, 10, 1, "i % 2")}, out))
	streamtest.Must(t, op.Advance(engine.MaxTime, out))
	streamtest.Must(t, op.Process(0, engine.Batch{Rows: rowsAt(o, 8, 12, 1, "i % 2")}, out))
	streamtest.Must(t, op.Advance(engine.MaxTime, out))
	if len(out.Rows) != 12 || len(out.LateRows) != 2 || !strings.HasSuffix(out.Rows[11], " | 6") {
		t.Fatalf("rows %v, late %v", out.Rows, out.LateRows)
	}
}

func TestRefusals(t *testing.T) {
	rng := plan.FrameRange
	later := over("sum", hugeint, rng, unbounded, column("v"))
	later.End = plan.FrameBound{Kind: plan.UnboundedFollowing}
	down := over("rank", bigint, rng, unbounded)
	down.Orders = []plan.Order{{Expr: column("ts"), Descending: true}}
	for want, call := range map[string]plan.OverCall{
		"looks at later rows":  later,
		"does not begin with":  down,
		"lead":                 over("lead", bigint, rng, unbounded, column("v")),
		"Tables is needed for": over("median", double, rng, unbounded, column("v")),
	} {
		if _, err := New(Config{Node: node(call), Input: columns}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	n := node()
	n.Time = 3
	if _, err := New(Config{Node: n, Input: columns}); err == nil || !strings.Contains(err.Error(), "is BIGINT") {
		t.Errorf("error %v", err)
	}
}

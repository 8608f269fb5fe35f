package alert

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/streamtest"
)

// input has rows of hosts, with a value and a time, and the host once more as the instance column.
var input = &plan.Scan{Source: "t", EventTime: 2, Read: []types.Field{
	{Name: "host", Type: types.Of(types.Varchar)}, {Name: "ms", Type: types.DecimalOf(8, 2)}, {Name: "ts", Type: types.Of(types.Timestamp)},
	{Name: "host", Type: types.Of(types.Varchar)},
}}

func node(rule plan.AlertRule, updating bool) *plan.Alert {
	rule.Name = "slow"
	n := &plan.Alert{From: input, Values: 3, Keys: []string{"host"}, Timed: true, Updating: updating, Rule: rule}
	if !updating {
		n.Time = &plan.WindowKey{Group: 2}
	}
	return n
}

func operator(n *plan.Alert, mem memory.Allocator) (*Operator, error) {
	return New(Config{Node: n, Close: func(wm engine.Time) (int64, error) { return int64(wm), nil }, Allocator: mem})
}

// rowsOf makes rows of hosts at times: 'a', 10.
func rowsOf(o *streamtest.Oracle, values string) arrow.RecordBatch {
	return o.Query("SELECT host, (i * 1.5)::DECIMAL(8,2) AS ms, make_timestamp(i::BIGINT) AS ts, host FROM (VALUES " + values + ") t(host, i) ORDER BY i")
}

// TestTransitions: what a transition has in its columns.
func TestTransitions(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	op, err := operator(node(plan.AlertRule{
		ResolveAfter: 5, Severity: "critical", Summary: `{{.host}} {{printf "%.1f" .ms}} at {{.ts}}, {{.state}}`, Description: "{{.labels.host}}",
	}, false), mem)
	streamtest.Must(t, err)
	out := &streamtest.Table{}
	o := streamtest.NewOracle(t)
	streamtest.Must(t, op.Process(0, engine.Batch{Rows: rowsOf(o, "('b', 20), ('a', 10)")}, out))
	streamtest.Must(t, op.Advance(20, out))
	if len(out.Rows) != 2 { // a row at the watermark itself may still have others before it
		t.Errorf("at the watermark 20: %q", out.Rows)
	}
	streamtest.Must(t, op.Advance(engine.MaxTime, out))
	if len(out.Rows) != 4 {
		t.Fatalf("%d transitions: %q", len(out.Rows), out.Rows)
	}
	for _, part := range []string{"slow", "host=a", "firing", "critical", "a 15.0 at 1970-01-01 00:00:00.00001, firing"} {
		if !strings.Contains(out.Rows[0], part) {
			t.Errorf("%s is not in %s", part, out.Rows[0])
		}
	}
}

// TestSameHowever: transitions of rows that only come are the same whatever the order and the cuts, the watermarks, the number of shards, and
// wherever the operator is restored.
func TestSameHowever(t *testing.T) {
	o := streamtest.NewOracle(t)
	// 40 hosts have bursts of rows, with gaps around resolve_after.
	rows := o.Query(`SELECT host, (i % 7)::DECIMAL(8,2) AS ms, make_timestamp((began + (hash(i) % 40)::BIGINT)::BIGINT) AS ts, host FROM (
		SELECT i, 'h' || (hash(i, 1) % 40)::VARCHAR AS host, i * 3 AS began FROM range(3000) r(i) WHERE (i // 200 + hash(i, 1) % 40) % 3 > 0) ORDER BY began`)
	rule := plan.AlertRule{For: 150, KeepFiringFor: 100, ResolveAfter: 200, Repeat: 400, Summary: "{{.host}}: {{.ms}}"}
	run := func(seed uint64) []string {
		c := &streamtest.Cluster{
			T: t, Random: rand.New(rand.NewPCG(seed, 1)), Hash: []streamtest.Hash{keys.HashOf([]int{3})},
			New: func(engine.Shard) (streamtest.Stateful, error) {
				return operator(node(rule, false), memory.DefaultAllocator)
			},
		}
		c.Start(1 + c.Random.IntN(4))
		c.Stream(streamtest.Input{Rows: rows, Time: 2, Delay: 40})
		return c.Out.Sorted()
	}
	want := run(1)
	for _, state := range []string{"pending", "firing", "resolved", "inactive"} {
		if !slices.ContainsFunc(want, func(row string) bool { return strings.Contains(row, state) }) {
			t.Errorf("no transition to %s: the test tests nothing", state)
		}
	}
	for seed := uint64(2); seed < 12; seed++ {
		if got := run(seed); !slices.Equal(got, want) {
			t.Fatalf("seed %d: %d transitions, want %d; the first that differs: %s", seed, len(got), len(want), firstDifference(got, want))
		}
	}
}

func firstDifference(a, b []string) string {
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return a[i]
		}
	}
	return fmt.Sprint(len(a), " are the same")
}

// TestSameChanges: transitions of rows that are taken back are the same for the same commits, on any number of shards, and wherever the
// operator is restored.
func TestSameChanges(t *testing.T) {
	o := streamtest.NewOracle(t)
	rule := plan.AlertRule{For: 15, KeepFiringFor: 12, Repeat: 40}
	of := map[string]arrow.RecordBatch{}
	for i := range 8 {
		host := fmt.Sprintf("h%d", i)
		of[host] = rowsOf(o, "('"+host+"', 1)")
	}
	run := func(seed uint64) []string {
		r, commits := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(7, 7))
		out := &streamtest.Table{}
		var shards []*Operator
		start := func(n int) {
			old := shards
			shards = nil
			for range n {
				op, err := operator(node(rule, true), memory.DefaultAllocator)
				streamtest.Must(t, err)
				shards = append(shards, op)
			}
			for _, from := range old {
				state := streamtest.State{}
				streamtest.Must(t, from.Snapshot(state))
				for i, to := range shards {
					streamtest.Must(t, to.Restore(state.Shard(engine.Shard{Index: i, Count: n})))
				}
				state.Release()
			}
		}
		start(1)
		there := map[string]bool{}
		for commit := range 60 {
			for range commits.IntN(6) {
				host := fmt.Sprintf("h%d", commits.IntN(8))
				weight := int8(1)
				if there[host] {
					weight = -1
				}
				there[host] = !there[host]
				rows := of[host]
				hash := make([]uint64, 1)
				keys.HashOf([]int{3})(rows, hash)
				to := shards[hash[0]%uint64(len(shards))]
				streamtest.Must(t, to.Process(0, engine.Batch{Rows: rows, Weights: []int8{weight}}, out))
			}
			for _, s := range shards {
				streamtest.Must(t, s.Advance(engine.Time(100+10*commit), out))
				streamtest.Must(t, s.Flush(out))
			}
			if r.IntN(3) == 0 {
				start(1 + r.IntN(4))
			}
		}
		return out.Sorted()
	}
	want := run(1)
	for _, state := range []string{"pending", "firing", "resolved", "inactive"} {
		if !slices.ContainsFunc(want, func(row string) bool { return strings.Contains(row, state) }) {
			t.Errorf("no transition to %s: the test tests nothing", state)
		}
	}
	for seed := uint64(2); seed < 8; seed++ {
		if got := run(seed); !slices.Equal(got, want) {
			t.Fatalf("seed %d: %d transitions, want %d; the first that differs: %s", seed, len(got), len(want), firstDifference(got, want))
		}
	}
}

// TestNoEventTime: without event time transitions have no times, and incidents of one instance are told apart all the same.
func TestNoEventTime(t *testing.T) {
	n := node(plan.AlertRule{}, true)
	n.Timed = false
	op, err := operator(n, memory.DefaultAllocator)
	streamtest.Must(t, err)
	o, out := streamtest.NewOracle(t), &streamtest.Table{}
	for _, weight := range []int8{1, -1, 1, -1} {
		streamtest.Must(t, op.Process(0, engine.Batch{Rows: rowsOf(o, "('a', 1)"), Weights: []int8{weight}}, out))
		streamtest.Must(t, op.Flush(out))
	}
	seen := map[string]bool{}
	for _, row := range out.Rows {
		seen[row] = true
	}
	if len(out.Rows) != 4 || len(seen) != 4 {
		t.Errorf("%q", out.Rows)
	}
	if len(op.instances) != 0 {
		t.Errorf("%d instances are left", len(op.instances))
	}
}

// TestRowsOfOneInstance: an instance goes with its last row, and shows the same row whatever their order.
func TestRowsOfOneInstance(t *testing.T) {
	op, err := operator(node(plan.AlertRule{Summary: "{{.ms}}"}, true), memory.DefaultAllocator)
	streamtest.Must(t, err)
	o, out := streamtest.NewOracle(t), &streamtest.Table{}
	step := func(values string, weight int8, wm engine.Time) string {
		before := len(out.Rows)
		rows := rowsOf(o, values)
		weights := slices.Repeat([]int8{weight}, int(rows.NumRows()))
		streamtest.Must(t, op.Process(0, engine.Batch{Rows: rows, Weights: weights}, out))
		streamtest.Must(t, op.Advance(wm, out))
		streamtest.Must(t, op.Flush(out))
		return strings.Join(out.Rows[before:], "\n")
	}
	if got := step("('a', 2), ('a', 4)", 1, 10); !strings.Contains(got, "firing") || !strings.Contains(got, "3") {
		t.Errorf("two rows: %q", got)
	}
	if got := step("('a', 2)", -1, 20); got != "" {
		t.Errorf("one row has gone: %q", got)
	}
	if got := step("('a', 4)", -1, 30); !strings.Contains(got, "resolved") || !strings.Contains(got, "6") {
		t.Errorf("both have gone: %q", got)
	}
	if held := op.Held(1); held.Count != 0 {
		t.Errorf("held: %+v", held)
	}
}

// TestLate: a row that the watermark has passed is late, and changes nothing.
func TestLate(t *testing.T) {
	op, err := operator(node(plan.AlertRule{ResolveAfter: 50}, false), memory.DefaultAllocator)
	streamtest.Must(t, err)
	o, out := streamtest.NewOracle(t), &streamtest.Table{}
	streamtest.Must(t, op.Process(0, engine.Batch{Rows: rowsOf(o, "('a', 100)")}, out))
	streamtest.Must(t, op.Advance(120, out))
	streamtest.Must(t, op.Process(0, engine.Batch{Rows: rowsOf(o, "('a', 60), ('b', 119), ('a', 120)")}, out))
	streamtest.Must(t, op.Advance(1000, out))
	if len(out.LateRows) != 2 || len(out.Rows) != 2 || !strings.Contains(strings.Join(out.Rows, ""), "00.00017") {
		t.Errorf("late %q\ntransitions %q", out.LateRows, out.Rows)
	}
}

// TestTakenBack: rows that are taken back where they should only come end the query.
func TestTakenBack(t *testing.T) {
	op, err := operator(node(plan.AlertRule{}, false), memory.DefaultAllocator)
	streamtest.Must(t, err)
	rows := rowsOf(streamtest.NewOracle(t), "('a', 1)")
	if err := op.Process(0, engine.Batch{Rows: rows, Weights: []int8{-1}}, &streamtest.Table{}); err == nil {
		t.Error("no error")
	}
}

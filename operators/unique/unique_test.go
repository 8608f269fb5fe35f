package unique

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/streamtest"
)

var read = []types.Field{
	{Name: "i", Type: types.Of(types.BigInt)}, {Name: "ts", Type: types.Of(types.Timestamp)}, {Name: "k", Type: types.Of(types.Integer)},
	{Name: "name", Type: types.Of(types.Varchar)},
}

func node(within int64, key ...int) *plan.Unique {
	return &plan.Unique{From: &plan.Scan{Source: "t", Read: read, EventTime: 1}, Keys: key, Time: 1, Within: within, Width: 3}
}

// input makes rows in the order of arrival i: some 10 µs apart, disordered by up to 10 times disorder, a few at no time, with few keys.
func input(o *streamtest.Oracle, rows, seed, disorder, distinct int) {
	o.Exec(fmt.Sprintf(`CREATE OR REPLACE TABLE input AS SELECT row_number() OVER (ORDER BY arrives, e) AS i, * EXCLUDE (e, arrives) FROM (
		SELECT e, e + hash(e, 'late%[2]d') %% %[3]d AS arrives,
			CASE hash(e, 'odd%[2]d') %% 40 WHEN 0 THEN NULL WHEN 1 THEN 'infinity'::TIMESTAMP WHEN 2 THEN '-infinity'::TIMESTAMP
			ELSE make_timestamp((e * 10 + hash(e, 'ms%[2]d') %% 10)::BIGINT) END AS ts,
			CASE WHEN hash(e, 'k%[2]d') %% 15 = 0 THEN NULL ELSE (hash(e, 'key%[2]d') %% %[4]d)::INTEGER END AS k,
			CASE WHEN hash(e, 'n%[2]d') %% 25 = 0 THEN NULL ELSE 'name ' || (hash(e, 'name%[2]d') %% 2) END AS name
		FROM range(%[1]d) t(e))`, rows, seed, disorder+1, distinct))
}

// judgement is the definition of docs/sql.md, over the rows of input that are not late.
const judgement = `WITH rows AS (FROM input WHERE (i IN (%s)) IS NOT TRUE),
	first AS (SELECT *, min(i) OVER (PARTITION BY %s ORDER BY ts RANGE BETWEEN to_microseconds(%[3]d) PRECEDING AND to_microseconds(%[3]d) FOLLOWING) AS first
		FROM rows WHERE isfinite(ts) AND %[4]s)
	SELECT i, ts, k FROM first WHERE first = i UNION ALL SELECT i, ts, k FROM rows WHERE (isfinite(ts) AND %[4]s) IS NOT TRUE`

func TestDuplicatesAreThoseOfDuckDB(t *testing.T) {
	o := streamtest.NewOracle(t)
	late, left := 0, 0
	for seed := range 40 {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		within, disorder, delay := 1+r.IntN(150), r.IntN(60), r.IntN(120)
		n, by, known := node(int64(within), 2), "k", "k IS NOT NULL"
		if seed%2 == 0 {
			n, by, known = node(int64(within), 3, 2), "k, name", "k IS NOT NULL AND name IS NOT NULL"
		}
		input(o, 700, seed, disorder, 1+r.IntN(60))
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		c := &streamtest.Cluster{T: t, Random: r, Hash: []streamtest.Hash{keys.HashOf(n.Keys)}, New: func(engine.Shard) (streamtest.Stateful, error) {
			return New(n, mem)
		}}
		c.Start(1 + r.IntN(3))
		c.Stream(streamtest.Input{Rows: o.Query(`SELECT i, ts, k, name FROM input ORDER BY i`), Time: 1, Delay: int64(delay)})
		mem.AssertSize(t, 0)
		want := o.Query(fmt.Sprintf(judgement, streamtest.Firsts(c.Out.LateRows), by, within, known))
		streamtest.Same(t, fmt.Sprintf("seed %d, within %d, disorder %d, delay %d", seed, within, disorder, delay), c.Out.Sorted(), streamtest.Texts(want))
		if disorder*10+10 <= delay+within && len(c.Out.LateRows) > 0 {
			t.Fatalf("seed %d: %d rows less than the delay and within behind are late", seed, len(c.Out.LateRows))
		}
		late, left = late+len(c.Out.LateRows), left+700-len(c.Out.LateRows)-len(c.Out.Rows)
	}
	if late == 0 || left < 1000 {
		t.Fatalf("%d rows were late and %d left out in all runs: the test tests less than it should", late, left)
	}
}

// TestKeysAreForgotten sends ever new keys: what is kept are those of the last two spans of within, or twice that.
func TestKeysAreForgotten(t *testing.T) {
	o := streamtest.NewOracle(t)
	op, err := New(node(100, 0), memory.DefaultAllocator)
	streamtest.Must(t, err)
	out := &streamtest.Table{}
	for step := range 300 {
		rows := o.Query(fmt.Sprintf("SELECT e AS i, make_timestamp(e) AS ts, 1 AS k, 'x' AS name FROM range(%d, %d) t(e)", step*100, step*100+100))
		streamtest.Must(t, op.Process(0, engine.Batch{Rows: rows}, out))
		streamtest.Must(t, op.Advance(engine.Time(step*100+90), out))
	}
	if len(out.Rows) != 30000 || op.Duplicates() != 0 {
		t.Fatalf("%d rows, %d duplicates, want 30000 and 0", len(out.Rows), op.Duplicates())
	}
	if most := 3*fewKeys + 1000; op.seen.table.Len() > most || len(op.seen.spans) > most {
		t.Errorf("%d keys and %d spans are kept", op.seen.table.Len(), len(op.seen.spans))
	}
}

// TestBounds is the definition at its edges: what is exactly within away, and what is exactly within behind the watermark.
func TestBounds(t *testing.T) {
	o := streamtest.NewOracle(t)
	op, err := New(node(100, 2), memory.DefaultAllocator)
	streamtest.Must(t, err)
	out := &streamtest.Table{}
	see := func(micros int64, k string) {
		rows := o.Query(fmt.Sprintf("SELECT 0::BIGINT AS i, make_timestamp(%d) AS ts, %s::INTEGER AS k, 'x' AS name", micros, k))
		streamtest.Must(t, op.Process(0, engine.Batch{Rows: rows}, out))
	}
	expect := func(what string, rows, late int, left int64) {
		t.Helper()
		if len(out.Rows) != rows || len(out.LateRows) != late || op.Duplicates() != left {
			t.Errorf("%s: %d rows, %d late, %d left out; want %d, %d, %d", what, len(out.Rows), len(out.LateRows), op.Duplicates(), rows, late, left)
		}
	}
	see(1000, "1")
	see(1100, "1")
	expect("within away", 1, 0, 1)
	see(1201, "1")
	expect("farther than within, from what was left out too", 2, 0, 1)
	see(899, "1")
	expect("farther than within, earlier", 3, 0, 1)
	see(1001, "2")
	see(1001, "NULL")
	see(1001, "NULL")
	expect("another key, and none", 6, 0, 1)
	streamtest.Must(t, op.Advance(1300, out))
	see(1200, "1")
	expect("within behind the watermark", 6, 0, 2)
	see(1199, "1")
	see(1199, "NULL")
	expect("farther behind the watermark", 7, 1, 2)
	streamtest.Must(t, op.Advance(engine.MaxTime, out))
	see(1250, "1")
	expect("after the end", 7, 1, 3)
}

// TestHeld: what is kept is counted, for those who ask what a view holds.
func TestHeld(t *testing.T) {
	o := streamtest.NewOracle(t)
	op, err := New(node(100, 0), memory.DefaultAllocator)
	streamtest.Must(t, err)
	rows := o.Query("SELECT e % 40 AS i, make_timestamp(e) AS ts, 1 AS k, 'x' AS name FROM range(100) t(e)")
	streamtest.Must(t, op.Process(0, engine.Batch{Rows: rows}, &streamtest.Table{}))
	if h := op.Held(3); h.Count != 40 || h.Unit != "keys" {
		t.Errorf("held: %+v", h)
	}
}

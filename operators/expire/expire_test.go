package expire

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/streamtest"
)

const ttl = 100

var scan = &plan.Scan{Source: "t", EventTime: 1, Read: []types.Field{
	{Name: "id", Type: types.Of(types.BigInt)}, {Name: "ts", Type: types.Of(types.Timestamp)},
}}

// TestRowsExpire: after each watermark the rows that are left are those of the last 100 microseconds before it, and those of no
// time, however rows are cut into batches and wherever the operator is restored.
func TestRowsExpire(t *testing.T) {
	o := streamtest.NewOracle(t)
	const made = `SELECT i::BIGINT AS id, CASE WHEN i %% 11 > 0 THEN make_timestamp((i * 3 - hash(i) %% 50)::BIGINT) END AS ts FROM range(%d) r(i)`
	rows := o.Query(fmt.Sprintf(made, 500))
	c := &streamtest.Cluster{
		T: t, Random: rand.New(rand.NewPCG(3, 4)), Hash: []streamtest.Hash{keys.HashOf([]int{0, 1})},
		New: func(engine.Shard) (streamtest.Stateful, error) {
			return New(&plan.Expire{From: scan, Time: 1, TTL: ttl}, memory.DefaultAllocator), nil
		},
	}
	c.Start(1)
	for from := int64(0); from < rows.NumRows(); {
		to := min(rows.NumRows(), from+1+c.Random.Int64N(40))
		part := rows.NewSlice(from, to)
		c.Process(0, part)
		part.Release()
		from = to
		watermark := from*3 - 60 // nothing is late
		c.Advance(engine.Time(watermark))
		want := &streamtest.Table{}
		streamtest.Must(t, want.Emit(engine.Batch{Rows: o.Query(fmt.Sprintf(
			"SELECT * FROM ("+made+") WHERE ts IS NULL OR epoch_us(ts) >= %d", from, watermark-ttl))}))
		if !slices.Equal(c.Out.Sorted(), want.Sorted()) {
			t.Fatalf("watermark %d: %d rows are left, want %d", watermark, len(c.Out.Rows), len(want.Rows))
		}
		c.Move(1 + c.Random.IntN(3))
	}
	left := len(c.Out.Rows)
	c.Advance(engine.MaxTime)
	if len(c.Out.Rows) != left || len(c.Out.LateRows) > 0 {
		t.Errorf("the end of the input took back %d rows; %d were late", left-len(c.Out.Rows), len(c.Out.LateRows))
	}
}

// TestLateRows: a row that would have expired already is late.
func TestLateRows(t *testing.T) {
	o := streamtest.NewOracle(t)
	op, out := New(&plan.Expire{From: scan, Time: 1, TTL: ttl}, memory.DefaultAllocator), &streamtest.Table{}
	streamtest.Must(t, op.Advance(1000, out))
	rows := o.Query("SELECT i::BIGINT AS id, make_timestamp(i::BIGINT) AS ts FROM (VALUES (899), (900), (1200)) r(i)")
	streamtest.Must(t, op.Process(0, engine.Batch{Rows: rows}, out))
	if len(out.LateRows) != 1 || len(out.Rows) != 2 {
		t.Errorf("%d rows are late and %d count, want 1 and 2", len(out.LateRows), len(out.Rows))
	}
}

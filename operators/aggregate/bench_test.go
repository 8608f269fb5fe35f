package aggregate

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

const benchRows = 4096

// benchBatch has windows of all rows but the last tenth, which belong to the next: as in a stream, one row in ten is ahead.
func benchBatch(window int64, key types.Type, groups int) arrow.RecordBatch {
	fields := benchFields(key)
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(fields))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range benchRows {
		w := window
		if i >= benchRows*9/10 {
			w++
		}
		b.Field(0).(*array.TimestampBuilder).Append(arrow.Timestamp(w))
		k := random.IntN(groups)
		switch kb := b.Field(1).(type) {
		case *array.Int64Builder:
			kb.Append(int64(k) * 1000)
		case *array.StringBuilder:
			kb.Append(fmt.Sprintf("channel-%d", k))
		}
		b.Field(2).(*array.Int64Builder).Append(random.Int64N(1e6))
	}
	return b.NewRecordBatch()
}

func benchFields(key types.Type) []types.Field {
	return []types.Field{{Name: "w", Type: types.Of(types.Timestamp)}, {Name: "k", Type: key}, {Name: "v", Type: types.Of(types.BigInt)}}
}

// nowhere drops what it gets.
type nowhere struct{}

func (nowhere) Emit(engine.Batch) error      { return nil }
func (nowhere) Late(arrow.RecordBatch) error { return nil }

func benchOperator(b *testing.B, fields []types.Field, groups ...string) *Operator {
	v := []*plan.Expr{column(fields, "v")}
	n := node(fields, groups, false, countAll,
		plan.AggregateCall{Name: "max", Args: v, Type: types.Of(types.BigInt)}, plan.AggregateCall{Name: "avg", Args: v, Type: types.Of(types.Double)})
	same := func(wm engine.Time) (int64, error) { return int64(wm), nil }
	op, err := New(Config{Node: n, Input: fields, Close: same})
	if err != nil {
		b.Fatal(err)
	}
	return op
}

// BenchmarkProcess is the inner loop: rows of open windows whose groups are known.
func BenchmarkProcess(b *testing.B) {
	for _, key := range []types.ID{types.BigInt, types.Varchar} {
		for _, groups := range []int{100, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", key, groups), func(b *testing.B) {
				batch := engine.Batch{Rows: benchBatch(1, types.Of(key), groups)}
				op := benchOperator(b, benchFields(types.Of(key)), "w", "k")
				b.ReportAllocs()
				for b.Loop() {
					if err := op.Process(0, batch, nowhere{}); err != nil {
						b.Fatal(err)
					}
				}
				perRow(b)
			})
		}
	}
}

// BenchmarkTwoKeys groups by window_end too, as GROUP BY ALL over a window does.
func BenchmarkTwoKeys(b *testing.B) {
	fields := append(benchFields(types.Of(types.BigInt)), types.Field{Name: "e", Type: types.Of(types.Timestamp)})
	rows := benchBatch(1, types.Of(types.BigInt), 1000)
	columns := append(rows.Columns()[:3:3], rows.Column(0))
	batch := engine.Batch{Rows: array.NewRecordBatch(types.Schema(fields), columns, rows.NumRows())}
	op := benchOperator(b, fields, "w", "e", "k")
	b.ReportAllocs()
	for b.Loop() {
		if err := op.Process(0, batch, nowhere{}); err != nil {
			b.Fatal(err)
		}
	}
	perRow(b)
}

// BenchmarkTumbling adds the closing of a window at every fourth batch.
func BenchmarkTumbling(b *testing.B) {
	for _, key := range []types.ID{types.BigInt, types.Varchar} {
		b.Run(key.String(), func(b *testing.B) {
			var batches []engine.Batch
			for w := range int64(64) {
				batches = append(batches, engine.Batch{Rows: benchBatch(w/4, types.Of(key), 1000)})
			}
			op := benchOperator(b, benchFields(types.Of(key)), "w", "k")
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if i == len(batches) {
					i, op.bound = 0, openBound()
				}
				_ = op.Process(0, batches[i], nowhere{})
				_ = op.Advance(engine.Time(i/4), nowhere{})
				i++
			}
			perRow(b)
		})
	}
}

func perRow(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}

// TestProcessAllocatesNothing holds the inner loop to no allocation at all once groups are known.
func TestProcessAllocatesNothing(t *testing.T) {
	for _, key := range []types.ID{types.BigInt, types.Varchar} {
		batch := engine.Batch{Rows: benchBatch(1, types.Of(key), 100)}
		op := benchOperator(&testing.B{}, benchFields(types.Of(key)), "w", "k")
		must(t, op.Process(0, batch, nowhere{}))
		if n := testing.AllocsPerRun(20, func() { _ = op.Process(0, batch, nowhere{}) }); n > 0 {
			t.Errorf("%s: %.0f allocations a batch", key, n)
		}
	}
}

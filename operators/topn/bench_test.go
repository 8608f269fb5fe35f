package topn

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

type nowhere struct{}

func (nowhere) Emit(engine.Batch) error      { return nil }
func (nowhere) Late(arrow.RecordBatch) error { return nil }

// BenchmarkProcess ranks rows of 100,000 keys, and of one; where rows can be taken back, every third is.
func BenchmarkProcess(b *testing.B) {
	for _, c := range []struct {
		name       string
		keys       uint64
		limit      int64
		appendOnly bool
	}{{"newest of each key", 100_000, 1, true}, {"10 of each key", 100_000, 10, true}, {"1000 of all", 1, 1000, true}, {"retracting, 10 of each key", 1000, 10, false}, {"retracting, 10 of all", 1, 10, false}} {
		b.Run(c.name, func(b *testing.B) { benchmark(b, c.keys, c.limit, c.appendOnly) })
	}
}

func benchmark(b *testing.B, keys uint64, limit int64, appendOnly bool) {
	fields := []types.Field{{Name: "k", Type: types.Of(types.BigInt)}, {Name: "v", Type: types.Of(types.BigInt)}, {Name: "s", Type: types.Of(types.Varchar)}}
	node := &plan.TopN{Name: "rank", Limit: limit, AppendOnly: appendOnly, Keys: []int{0}, Orders: []plan.Order{{Expr: plan.Col(1, "v", fields[1].Type), Descending: true}}}
	const rows = 4096
	var batches []engine.Batch
	x := uint64(1)
	for range 200 {
		r := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(fields))
		for range rows {
			x = x*6364136223846793005 + 1442695040888963407
			r.Field(0).(*array.Int64Builder).Append(int64(x >> 33 % keys))
			r.Field(1).(*array.Int64Builder).Append(int64(x >> 20 % 1_000_000))
			r.Field(2).(*array.StringBuilder).Append("some text that comes with a row")
		}
		batches = append(batches, engine.Batch{Rows: r.NewRecordBatch()})
	}
	for b.Loop() {
		o, err := New(Config{Node: node, Input: fields})
		if err != nil {
			b.Fatal(err)
		}
		for i, batch := range batches {
			o.Process(0, batch, nowhere{})
			if !appendOnly && i%3 == 2 {
				back := batches[i-1]
				back.Weights = make([]int8, rows)
				for k := range back.Weights {
					back.Weights[k] = -1
				}
				o.Process(0, back, nowhere{})
			}
			if i%10 == 9 {
				if err := o.Flush(nowhere{}); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows*200), "ns/row")
}

package relational

import (
	"fmt"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

var benchFields = fieldsOf("win", types.BigInt, "k", types.BigInt, "v", types.BigInt, "text", types.Varchar)

const rankSQL = "SELECT c0, c1, c2, c3, row_number() OVER (PARTITION BY c0, c1 ORDER BY c2) FROM in0"

type nothing struct{ rows int64 }

func (n *nothing) Emit(b engine.Batch) error      { n.rows += b.Rows.NumRows(); return nil }
func (n *nothing) Late(_ arrow.RecordBatch) error { return nil }

func benchOperator(b *testing.B, e engine.Tables, changes bool) engine.Operator {
	n := &plan.Relational{What: "rank", SQL: rankSQL, Keys: [][]int{{0, 1}}, KeyOut: []int{0, 1}, Window: &plan.WindowKey{}, Changes: changes}
	n.Fields = append(n.Fields, benchFields...)
	n.Fields = append(n.Fields, fieldsOf("rank", types.BigInt)...)
	o, err := New(Config{Node: n, Inputs: [][]types.Field{benchFields}, Tables: e,
		Close: func(wm engine.Time) (int64, error) { return int64(wm), nil }})
	must(b, err)
	return o
}

// BenchmarkRank gives batches of 8192 rows of 1000 keys in windows of 10 batches, and flushes after each in changes mode. The
// batch is DuckDB over all rows at once.
func BenchmarkRank(b *testing.B) {
	e := duck(b)
	var batches []arrow.RecordBatch
	for w := range 10 {
		for i := range 10 {
			batches = append(batches, load(b, e, benchFields, fmt.Sprintf("SELECT %d, hash(i + %d) %% 1000, i, 'some text ' || i FROM range(8192) t(i)", w, i*8192)))
		}
	}
	for _, changes := range []bool{false, true} {
		b.Run(fmt.Sprintf("changes=%t", changes), func(b *testing.B) {
			b.ReportAllocs()
			out := &nothing{}
			for b.Loop() {
				o := benchOperator(b, e, changes)
				for i, rows := range batches {
					must(b, o.Process(0, engine.Batch{Rows: rows}, out))
					must(b, o.Advance(engine.Time(i/10), out))
					must(b, o.(engine.Flusher).Flush(out))
				}
				must(b, o.Advance(engine.MaxTime, out))
				must(b, o.(engine.Flusher).Flush(out))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batches)*8192), "ns/row")
		})
	}
	b.Run("batch", func(b *testing.B) {
		all, err := concat(memory.DefaultAllocator, types.Schema(benchFields), batches)
		must(b, err)
		result := append(typesOf(benchFields), types.Of(types.BigInt))
		for b.Loop() {
			answer, err := e.Query(rankSQL, []engine.Table{{Columns: typesOf(benchFields), Rows: all}}, result)
			must(b, err)
			answer.Release()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batches)*8192), "ns/row")
	})
}

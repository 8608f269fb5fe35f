package operators_test

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/asof"
	"github.com/weirdb/weir/operators/over"
	"github.com/weirdb/weir/operators/session"
)

var eventColumns = []types.Field{
	{Name: "k", Type: types.Of(types.BigInt)}, {Name: "ts", Type: types.Of(types.Timestamp)}, {Name: "v", Type: types.Of(types.BigInt)},
	{Name: "name", Type: types.Of(types.Varchar)},
}

const benchRows = 8192

// eventBatch makes rows a tenth of a millisecond apart, of 1000 keys; each batch is a fresh copy with later times.
func eventBatch(number int64) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(eventColumns))
	for i := number * benchRows; i < (number+1)*benchRows; i++ {
		b.Field(0).(*array.Int64Builder).Append(i * 7919 % 1000)
		b.Field(1).(*array.TimestampBuilder).Append(arrow.Timestamp(i * 100))
		b.Field(2).(*array.Int64Builder).Append(i % 1237)
		b.Field(3).(*array.StringBuilder).Append("some name")
	}
	return b.NewRecordBatch()
}

// nothing takes rows and forgets them.
type nothing struct{ rows int64 }

// Emit implements engine.Emitter.
func (n *nothing) Emit(b engine.Batch) error { n.rows += b.Rows.NumRows(); return nil }

// Late implements engine.Emitter.
func (n *nothing) Late(arrow.RecordBatch) error { return nil }

// BenchmarkFinal measures the operators that hold rows back until the watermark, four seconds behind, has passed them.
func BenchmarkFinal(b *testing.B) {
	call := func(name string, kind types.Type, args ...*plan.Expr) plan.OverCall {
		return plan.OverCall{
			Name: name, Type: kind, Args: args, Partition: []*plan.Expr{plan.Col(0, "k", types.Of(types.BigInt))},
			Orders: []plan.Order{{Expr: plan.Col(1, "ts", types.Of(types.Timestamp))}}, Unit: plan.FrameRange,
			Start: plan.FrameBound{Kind: plan.UnboundedPreceding}, End: plan.FrameBound{Kind: plan.CurrentRow},
		}
	}
	v := plan.Col(2, "v", types.Of(types.BigInt))
	node := &plan.Over{Partition: []int{0}, Time: 1, Names: []string{"a", "b", "c"}, Calls: []plan.OverCall{
		call("row_number", types.Of(types.BigInt)), call("sum", types.Of(types.HugeInt), v), call("lag", types.Of(types.BigInt), v),
	}}
	for name, make := range map[string]func() (engine.Operator, error){
		"session": func() (engine.Operator, error) {
			return session.New(session.Config{Input: eventColumns, Time: 1, Gap: 90_000, Key: []int{0}})
		},
		"over": func() (engine.Operator, error) { return over.New(over.Config{Node: node, Input: eventColumns}) },
		"asof": func() (engine.Operator, error) {
			return asof.New(asof.Config{Kind: plan.InnerJoin, Left: eventColumns, Right: eventColumns, LeftKeys: []int{0}, RightKeys: []int{0}, LeftTime: 1, RightTime: 1})
		},
	} {
		b.Run(name, func(b *testing.B) {
			op, err := make()
			check(b, err)
			out := &nothing{}
			b.ReportAllocs()
			for i := range int64(b.N) {
				b.StopTimer()
				rows := eventBatch(i)
				b.StartTimer()
				if name == "asof" {
					check(b, op.Process(1, engine.Batch{Rows: rows}, out))
				}
				check(b, op.Process(0, engine.Batch{Rows: rows}, out))
				check(b, op.Advance(engine.Time((i+1)*benchRows*100)-4e6, out))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(int64(b.N)*benchRows), "ns/row")
		})
	}
}

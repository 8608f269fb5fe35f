package aggregate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

const benchRows = 4096

var benchFields = []types.Field{
	{Name: "w", Type: types.Of(types.Timestamp)}, {Name: "k", Type: types.Of(types.BigInt)}, {Name: "s", Type: types.Of(types.Varchar)},
	{Name: "v", Type: types.Of(types.BigInt)}, {Name: "f", Type: types.Of(types.Boolean)}, {Name: "n", Type: types.Of(types.BigInt)},
	{Name: "d", Type: types.Of(types.Double)},
}

// benchBatch has windows of all rows but the last tenth, which belong to the next: as in a stream, one row in ten is ahead.
// Column n is v with NULLs.
func benchBatch(window int64, groups int) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(benchFields))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range benchRows {
		w := window
		if i >= benchRows*9/10 {
			w++
		}
		k, v := random.IntN(groups), random.Int64N(1e6)
		b.Field(0).(*array.TimestampBuilder).Append(arrow.Timestamp(w))
		b.Field(1).(*array.Int64Builder).Append(int64(k) * 1000)
		b.Field(2).(*array.StringBuilder).Append(fmt.Sprintf("channel-%d", k))
		b.Field(3).(*array.Int64Builder).Append(v)
		b.Field(4).(*array.BooleanBuilder).Append(v%3 > 0)
		b.Field(6).(*array.Float64Builder).Append(float64(v) / 7)
		if v%5 == 0 {
			b.Field(5).AppendNull()
		} else {
			b.Field(5).(*array.Int64Builder).Append(v % 100)
		}
	}
	return b.NewRecordBatch()
}

// nowhere drops what it gets.
type nowhere struct{}

func (nowhere) Emit(engine.Batch) error      { return nil }
func (nowhere) Late(arrow.RecordBatch) error { return nil }

// benchCall is a call on a column.
func benchCall(name, on, filter string, distinct bool) plan.AggregateCall {
	arg := column(benchFields, on)
	c := plan.AggregateCall{Name: name, Args: []*plan.Expr{arg}, Distinct: distinct, Type: find(name).Result([]types.Type{arg.Type})}
	if filter != "" {
		c.Filter = column(benchFields, filter)
	}
	return c
}

// benchPairCall is a call on two columns.
func benchPairCall(name, first, second string) plan.AggregateCall {
	args := []*plan.Expr{column(benchFields, first), column(benchFields, second)}
	return plan.AggregateCall{Name: name, Args: args, Type: find(name).Result([]types.Type{args[0].Type, args[1].Type})}
}

var usualCalls = []plan.AggregateCall{countAll, benchCall("max", "v", "", false), benchCall("avg", "v", "", false)}

// shapes are group keys and calls of every kind.
var shapes = []struct {
	name   string
	groups []string
	calls  []plan.AggregateCall
}{
	{"integer", []string{"w", "k"}, usualCalls},
	{"string", []string{"w", "s"}, usualCalls},
	{"two", []string{"w", "k", "n"}, usualCalls},
	{"mixed", []string{"w", "k", "s"}, usualCalls},
	{"nulls", []string{"w", "k"}, []plan.AggregateCall{benchCall("max", "n", "", false), benchCall("avg", "n", "", false)}},
	{"filter", []string{"w", "k"}, []plan.AggregateCall{benchCall("sum", "v", "f", false), benchCall("min", "n", "f", false)}},
	{"text", []string{"w", "k"}, []plan.AggregateCall{benchCall("max", "s", "", false)}},
	{"distinct", []string{"w", "k"}, []plan.AggregateCall{benchCall("count", "n", "", true)}},
	{"distinct_text", []string{"w", "k"}, []plan.AggregateCall{benchCall("count", "s", "", true)}},
	{"approx", []string{"w", "k"}, []plan.AggregateCall{benchCall("approx_count_distinct", "v", "", false)}},
	{"approx_text", []string{"w", "k"}, []plan.AggregateCall{benchCall("approx_count_distinct", "s", "", false)}},
	{"first", []string{"w", "k"}, []plan.AggregateCall{benchCall("first", "n", "", false), benchCall("last", "n", "", false)}},
	{"last_text", []string{"w", "k"}, []plan.AggregateCall{benchCall("last", "s", "", false)}},
	{"arg_max", []string{"w", "k"}, []plan.AggregateCall{benchPairCall("arg_max", "v", "n"), benchPairCall("arg_min", "s", "d")}},
	{"bits", []string{"w", "k"}, []plan.AggregateCall{benchCall("bit_xor", "v", "", false), benchCall("bit_and", "n", "", false)}},
	{"moments", []string{"w", "k"}, []plan.AggregateCall{benchCall("product", "d", "", false), benchCall("kahan_sum", "d", "", false), benchCall("skewness", "d", "", false)}},
	{"pairs", []string{"w", "k"}, []plan.AggregateCall{benchPairCall("corr", "d", "d")}},
	{"mode", []string{"w", "k"}, []plan.AggregateCall{benchCall("mode", "s", "", false)}},
}

func benchOperator(t testing.TB, groups []string, calls []plan.AggregateCall) *Operator {
	t.Helper()
	same := func(wm engine.Time) (int64, error) { return int64(wm), nil }
	op, err := New(Config{Node: node(benchFields, groups, false, calls...), Input: benchFields, Close: same, Allocator: &recycler{}})
	if err != nil {
		t.Fatal(err)
	}
	return op
}

// recycler hands memory out again that was freed, as a test of who asks for new memory all the time.
type recycler struct{ free [][]byte }

func (r *recycler) Allocate(size int) []byte {
	for i, b := range r.free {
		if cap(b) >= size && cap(b) <= 4*size+64 {
			r.free = slices.Delete(r.free, i, i+1)
			return b[:size]
		}
	}
	return memory.DefaultAllocator.Allocate(size)
}

func (r *recycler) Reallocate(size int, b []byte) []byte {
	if cap(b) >= size {
		return b[:size]
	}
	out := r.Allocate(size)
	copy(out, b)
	r.Free(b)
	return out
}

func (r *recycler) Free(b []byte) {
	if cap(b) > 0 {
		r.free = append(r.free, b[:0])
	}
}

// BenchmarkProcess is the inner loop: rows of open windows whose groups are known.
func BenchmarkProcess(b *testing.B) {
	for _, s := range shapes {
		for _, groups := range []int{100, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", s.name, groups), func(b *testing.B) {
				batch := engine.Batch{Rows: benchBatch(1, groups)}
				op := benchOperator(b, s.groups, s.calls)
				if err := op.Process(0, batch, nowhere{}); err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				from := cpu(b)
				for b.Loop() {
					if err := op.Process(0, batch, nowhere{}); err != nil {
						b.Fatal(err)
					}
				}
				perRow(b, from)
			})
		}
	}
}

// BenchmarkTumbling adds the closing of a window at every fourth batch. What it allocates are the heads of the batches that
// it emits.
func BenchmarkTumbling(b *testing.B) {
	for _, s := range shapes {
		b.Run(s.name, func(b *testing.B) {
			stream := newTurnover(b, s.groups, s.calls, 1000)
			for range 2 * len(stream.batches) {
				stream.step(b)
			}
			b.ReportAllocs()
			from := cpu(b)
			for b.Loop() {
				stream.step(b)
			}
			perRow(b, from)
		})
	}
}

// turnover is an endless stream of windows, of four batches each.
type turnover struct {
	op      *Operator
	batches []engine.Batch
	next    int
}

func newTurnover(t testing.TB, groups []string, calls []plan.AggregateCall, of int) *turnover {
	s := &turnover{op: benchOperator(t, groups, calls)}
	for w := range int64(16) {
		s.batches = append(s.batches, engine.Batch{Rows: benchBatch(w/4, of)})
	}
	return s
}

func (s *turnover) step(t testing.TB) {
	if s.next == len(s.batches) { // time starts again
		if err := s.op.Advance(engine.Time(s.next), nowhere{}); err != nil {
			t.Fatal(err)
		}
		s.next, s.op.bound = 0, openBound()
	}
	if err := s.op.Process(0, s.batches[s.next], nowhere{}); err != nil {
		t.Fatal(err)
	}
	if err := s.op.Advance(engine.Time(s.next/4), nowhere{}); err != nil {
		t.Fatal(err)
	}
	s.next++
}

// perRow reports CPU time: others use the machine too.
func perRow(b *testing.B, from int64) {
	b.ReportMetric(float64(cpu(b)-from)/float64(b.N)/benchRows, "cpu-ns/row")
}

// cpu is what the process has used, in nanoseconds.
func cpu(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// TestProcessAllocatesNothing holds the inner loop to no allocation at all once groups are known.
func TestProcessAllocatesNothing(t *testing.T) {
	for _, s := range shapes {
		batch := engine.Batch{Rows: benchBatch(1, 100)}
		op := benchOperator(t, s.groups, s.calls)
		must(t, op.Process(0, batch, nowhere{}))
		if n := testing.AllocsPerRun(20, func() { _ = op.Process(0, batch, nowhere{}) }); n > 0 {
			t.Errorf("%s: %.0f allocations a batch", s.name, n)
		}
	}
}

// TestTurnoverAllocatesForBatchesOnly closes windows of 64 groups and of 2000: the memory of closed windows is used again, so
// that more groups do not take more allocations.
func TestTurnoverAllocatesForBatchesOnly(t *testing.T) {
	for _, s := range shapes {
		var allocations [2]float64
		for i, groups := range []int{64, 2000} {
			stream := newTurnover(t, s.groups, s.calls, groups)
			round := func() {
				for range stream.batches {
					stream.step(t)
				}
			}
			round()
			round()
			allocations[i] = testing.AllocsPerRun(2, round)
		}
		const windows, forGrowth = 4, 8 // a builder may grow more than once for a window
		if allocations[1] > allocations[0]+windows*forGrowth {
			t.Errorf("%s: %.0f allocations for 64 groups, %.0f for 2000", s.name, allocations[0], allocations[1])
		}
	}
}

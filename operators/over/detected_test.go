package over

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/detector"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/streamtest"
)

// detected is a call of a detector over column f.
func detected(method string, options map[string]any) plan.OverCall {
	c := over("anomaly_"+method, plan.Scored(), plan.FrameRange, unbounded, column("f"))
	c.Detector = &plan.Detector{Method: method, Options: options}
	return c
}

// TestDetectorsScoreInOrder streams rows with all that is odd, moving between shards, and wants each row to have what a detector says of its
// key's rows one after the other.
func TestDetectorsScoreInOrder(t *testing.T) {
	o := streamtest.NewOracle(t)
	for seed := range 40 {
		r := rand.New(rand.NewPCG(uint64(seed), 11))
		disorder, delay := r.IntN(20), r.IntN(20)
		n := node(detected("ewma", map[string]any{"warmup": float64(r.IntN(5)), "span": float64(2 + r.IntN(9))}), over("count_star", bigint, plan.FrameRange, unbounded))
		input(o, 300, seed, disorder, 1+r.IntN(20), true)
		if r.IntN(4) == 0 {
			unpartition(n)
		}
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		c := stream(t, o, Config{Node: n, Input: columns, Allocator: mem}, r, delay)
		mem.AssertSize(t, 0)
		order := "ts, f"
		if len(n.Partition) > 0 {
			order = "k, ts, f"
		}
		want := reference(t, n, o.Query(fmt.Sprintf(`SELECT *, %s FROM input WHERE (i IN (%s)) IS NOT TRUE ORDER BY %s`,
			n.Calls[1].SQL(func(e *plan.Expr) string { return e.Name }), streamtest.Firsts(c.Out.LateRows), order)))
		streamtest.Same(t, fmt.Sprintf("seed %d, disorder %d, delay %d: %s", seed, disorder, delay, n.Describe()), c.Out.Sorted(), want)
	}
}

// reference scores rows, which are in order, and have the count behind the input's columns.
func reference(t *testing.T, n *plan.Over, rows arrow.RecordBatch) []string {
	t.Helper()
	make, err := detector.Compile(n.Calls[0].Detector.Method, 1, n.Calls[0].Detector.Options)
	streamtest.Must(t, err)
	of := map[string]detector.Detector{}
	x, at := rows.Column(6).(*array.Float64), keys.Values[int64](rows.Column(1))
	key := func(i int) string {
		if len(n.Partition) == 0 {
			return ""
		}
		return rows.Column(2).ValueStr(i)
	}
	results := slices.Repeat([]found{{}}, int(rows.NumRows()))
	for i := range results {
		if rows.Column(1).IsNull(i) || x.IsNull(i) || math.IsNaN(x.Value(i)) || math.IsInf(x.Value(i), 0) {
			continue
		}
		if of[key(i)] == nil {
			of[key(i)] = make()
		}
		results[i] = found{of[key(i)].Next(at[i], []float64{x.Value(i)}), true}
		for k := i - 1; k >= 0 && results[k].known && key(k) == key(i) && at[k] == at[i] && x.Value(k) == x.Value(i); k-- {
			results[k] = results[i]
		}
	}
	d := &detectedCall{found: results}
	scores := d.column(memory.DefaultAllocator)
	all := append(slices.Clone(rows.Columns()[:len(columns)]), scores, rows.Column(len(columns)))
	fields := append(slices.Clone(columns), types.Field{Name: "w0", Type: plan.Scored()}, types.Field{Name: "w1", Type: bigint})
	return streamtest.Texts(array.NewRecordBatch(types.Schema(fields), all, rows.NumRows()))
}

// TestDetectorsWaitForWindows orders by the start of windows of ten seconds, which are complete when the watermark has passed their end.
func TestDetectorsWaitForWindows(t *testing.T) {
	o := streamtest.NewOracle(t)
	n := node(detected("ewma", nil))
	closes := func(wm engine.Time) (int64, error) { return int64(wm) / (10 * second) * (10 * second), nil }
	op, err := New(Config{Node: n, Input: columns, Closes: closes})
	streamtest.Must(t, err)
	out := &streamtest.Table{}
	rows := func(start int) arrow.RecordBatch {
		return o.Query(fmt.Sprintf("SELECT %d::BIGINT, make_timestamp(%[1]d * 1000000), 1, 1::BIGINT, 'x', 0::DECIMAL(9, 2), 1::DOUBLE, true, []::INTEGER[]", start))
	}
	for _, step := range []struct{ start, watermark, want int }{{0, 5, 0}, {10, 12, 1}, {0, 13, 1}, {20, 29, 2}, {10, 30, 3}} {
		streamtest.Must(t, op.Process(0, engine.Batch{Rows: rows(step.start)}, out))
		streamtest.Must(t, op.Advance(engine.Time(step.watermark)*second, out))
		if len(out.Rows) != step.want {
			t.Errorf("at %d s %d rows are out, want %d", step.watermark, len(out.Rows), step.want)
		}
	}
	if len(out.LateRows) != 2 {
		t.Errorf("late are %v", out.LateRows)
	}
}

// TestDetectorStateThatIsNone is refused.
func TestDetectorStateThatIsNone(t *testing.T) {
	d, err := newDetectedCall(0, &node(detected("ewma", nil)).Calls[0], columns)
	streamtest.Must(t, err)
	d.grow(1)
	b := array.NewBinaryBuilder(memory.DefaultAllocator, arrow.BinaryTypes.Binary)
	b.Append([]byte("short"))
	if err := d.load(0, []arrow.Array{b.NewArray()}, 0); err == nil {
		t.Error("a state of five bytes was loaded")
	}
}

func BenchmarkDetectors(b *testing.B) {
	for _, partitions := range []int{1, 1000, 100_000} {
		b.Run(fmt.Sprintf("ewma/keys=%d", partitions), func(b *testing.B) {
			const rows = 8192
			op, err := New(Config{Node: node(detected("ewma", nil)), Input: columns})
			if err != nil {
				b.Fatal(err)
			}
			next, spent := 0, time.Duration(0)
			for b.Loop() {
				batch := benchRows(next, rows, partitions)
				next += rows
				before := processorTime(b)
				streamtest.Must(b, op.Process(0, engine.Batch{Rows: batch}, nowhere{}))
				streamtest.Must(b, op.Advance(engine.Time(next), nowhere{}))
				spent += processorTime(b) - before
			}
			b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N)/rows, "cpu-ns/row")
		})
	}
}

// processorTime is what the process has used, which other processes on the machine change less than the time that passes.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	streamtest.Must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano())
}

// nowhere drops what it gets.
type nowhere struct{}

func (nowhere) Emit(engine.Batch) error      { return nil }
func (nowhere) Late(arrow.RecordBatch) error { return nil }

// benchRows are rows of consecutive times, in turn of each partition.
func benchRows(from, n, partitions int) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(columns))
	defer b.Release()
	for i := from; i < from+n; i++ {
		b.Field(0).(*array.Int64Builder).Append(int64(i))
		b.Field(1).(*array.TimestampBuilder).Append(arrow.Timestamp(i))
		b.Field(2).(*array.Int32Builder).Append(int32(i % partitions))
		b.Field(6).(*array.Float64Builder).Append(float64(i * i % 1013))
		for _, rest := range []int{3, 4, 5, 7, 8} {
			b.Field(rest).AppendNull()
		}
	}
	return b.NewRecordBatch()
}

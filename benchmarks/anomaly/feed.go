package anomaly

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/over"
)

// feed gives an operator the rows of many keys, and keeps the scores of some.
type feed struct {
	op     *over.Operator
	keys   int
	scores map[int][]float64 // of the watched keys
	spent  time.Duration     // of CPU, by the operator
	peak   int64             // resident memory
}

func newFeed(op *over.Operator, keys int) *feed {
	f := &feed{op: op, keys: keys, scores: map[int][]float64{}}
	for i := range min(watched, keys) {
		f.scores[i*keys/min(watched, keys)] = nil
	}
	return f
}

// batchRows are the rows of a batch.
const batchRows = 8192

// give gives row after row of all keys.
func (f *feed) give(ctx context.Context, from, to int, log io.Writer) error {
	for i := from; i < to; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		batches := f.row(i)
		before := bench.Self()
		err := f.take(batches, timeOf(i)+1)
		used := bench.Self().Sub(before)
		f.spent += used.CPU
		f.peak = max(f.peak, used.PeakRSS)
		if err != nil {
			return err
		}
		if n := max((to-from)/10, 1); (i-from+1)%n == 0 && to-from > anotherRows {
			fmt.Fprintf(log, "%d keys, row %d of %d: %d MB\n", f.keys, i+1, to, used.PeakRSS>>20)
		}
	}
	return nil
}

// take has the operator score batches, up to a watermark.
func (f *feed) take(batches []arrow.RecordBatch, wm int64) error {
	for _, b := range batches {
		defer b.Release()
		if err := f.op.Process(0, engine.Batch{Rows: b}, f); err != nil {
			return err
		}
	}
	return f.op.Advance(engine.Time(wm), f)
}

// row is row i of each key.
func (f *feed) row(i int) (out []arrow.RecordBatch) {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(columns))
	defer b.Release()
	for k := range f.keys {
		b.Field(0).(*array.Int32Builder).Append(int32(k))
		b.Field(1).(*array.TimestampBuilder).Append(arrow.Timestamp(timeOf(i)))
		b.Field(2).(*array.Float64Builder).Append(valueOf(k, i))
		if k%batchRows == batchRows-1 || k == f.keys-1 {
			out = append(out, b.NewRecordBatch())
		}
	}
	return out
}

var _ engine.Emitter = (*feed)(nil)

// Emit implements engine.Emitter: it keeps the scores of watched keys.
func (f *feed) Emit(b engine.Batch) error {
	keys := b.Rows.Column(0).(*array.Int32)
	scores := b.Rows.Column(len(columns)).(*array.Struct).Field(0).(*array.Float64)
	for i := range int(b.Rows.NumRows()) {
		k := int(keys.Value(i))
		if have, ok := f.scores[k]; ok {
			f.scores[k] = append(have, scores.Value(i))
		}
	}
	return nil
}

// Late implements engine.Emitter.
func (f *feed) Late(rows arrow.RecordBatch) error {
	return fmt.Errorf("%w: %d rows are late", errWrong, rows.NumRows())
}

// taken is the memory of the process, in bytes.
type taken struct{ heap, resident int64 }

// inUse collects garbage, gives back what is free, and looks at what is left.
func inUse() taken {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u, err := bench.Process(os.Getpid())
	if err != nil {
		return taken{heap: int64(m.HeapInuse)} // the system does not tell
	}
	return taken{heap: int64(m.HeapInuse), resident: u.RSS}
}

package runtime

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
)

// dice says something else of a key each time that a row of it has come, and takes back what it has said before.
type dice struct {
	rolled  *atomic.Int64 // by all of them, in all runs
	said    map[int64]int64
	touched map[int64]int64
	decided []arrow.RecordBatch
}

func (d *dice) Process(_ int, b engine.Batch, _ engine.Emitter) error {
	for _, key := range b.Rows.Column(0).(*array.Int64).Int64Values() {
		d.touched[key]++
	}
	return nil
}

func (d *dice) Advance(engine.Time, engine.Emitter) error { return nil }

func (d *dice) Flush(out engine.Emitter) error {
	for _, key := range sortedInts(d.touched) {
		if old, ok := d.said[key]; ok {
			if err := out.Emit(countBatch(key, old, -1)); err != nil {
				return err
			}
		}
		d.said[key] = d.rolled.Add(1)
		now := countBatch(key, d.said[key], 1)
		d.decided = append(d.decided, now.Rows)
		if err := out.Emit(now); err != nil {
			return err
		}
	}
	clear(d.touched)
	return nil
}

func (d *dice) Decided() []arrow.RecordBatch {
	out := d.decided
	d.decided = nil
	return out
}

func (d *dice) Recall(rows arrow.RecordBatch, owns func(uint64) bool) error {
	if key := rows.Column(0).(*array.Int64).Value(0); owns(uint64(key)) {
		d.said[key] = rows.Column(1).(*array.Int64).Value(0)
	}
	return nil
}

func (d *dice) Settle() error {
	clear(d.touched)
	return nil
}

func (d *dice) Snapshot(w engine.StateWriter) error {
	for _, key := range sortedInts(d.said) {
		if err := w.Write("said", countBatch(key, d.said[key], 1).Rows); err != nil {
			return err
		}
	}
	return nil
}

func (d *dice) Restore(r engine.StateReader) error {
	return r.Read("said", func(rows arrow.RecordBatch) error { return d.Recall(rows, r.Owns) })
}

// TestRestartRecallsWhatWasDecided cuts the run off at every epoch, and goes on with another number of workers: what is taken back is what was
// said, though it would not be said again.
func TestRestartRecallsWhatWasDecided(t *testing.T) {
	retryAtOnce(t)
	for _, sizes := range []LogSizes{{Least: 1, Full: 200, Room: 1 << 20}, {Least: 1, Full: 1, Room: 1 << 20}, {Least: 1, Room: 1 << 20}} {
		source, store, rolled := manyEvents(60), newFakeStore(), &atomic.Int64{}
		logs := runThroughCrashes(t, store, func(attempt int) Config {
			q := countQuery("a")
			q.Stages[0].New = func(engine.Shard) ([]engine.Operator, error) {
				return []engine.Operator{&dice{rolled: rolled, said: map[int64]int64{}, touched: map[int64]int64{}}}, nil
			}
			c := config(store, source, 1, q)
			c.Workers, c.EpochRows, c.Logs = 1+attempt%3, 1, sizes
			return c
		})
		keys := map[string]bool{}
		for row, n := range store.tables["a"] {
			var key, said int64
			if _, err := fmt.Sscan(row, &key, &said); err != nil || n != 1 {
				t.Errorf("%d times %q: %v", n, row, err)
			}
			keys[fmt.Sprint(key)] = true
		}
		if len(store.tables["a"]) != 7 || len(keys) != 7 {
			t.Errorf("%+v: the table has %v", sizes, store.tables["a"])
		}
		if logs < 2 {
			t.Errorf("%+v: %d restarts found a log", sizes, logs)
		}
	}
}

package duckdb

import (
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// A snapshot's rows are those of its epoch, whatever commits meanwhile: here each epoch adds one row.
func TestSnapshotIsOfItsEpoch(t *testing.T) {
	s := testStore(t)
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "a", Type: types.Of(types.Integer)}}))
	row := rowsOf(t, testSession(t), "SELECT 1::INTEGER AS a")
	done := make(chan error, 1)
	go func() {
		for range 200 {
			if err := commit(s, "v", engine.Batch{Rows: row}); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for last := int64(0); last < 200; {
		rows, epoch, err := s.Snapshot(ctx, "v")
		check(t, err)
		n := int64(0)
		for rows.Next() {
			n += rows.RecordBatch().NumRows()
		}
		check(t, rows.Err())
		rows.Release()
		if n != epoch || epoch < last {
			t.Fatalf("%d rows at epoch %d, after a snapshot of epoch %d", n, epoch, last)
		}
		last = epoch
	}
	check(t, <-done)
	if _, _, err := s.Snapshot(ctx, "nosuch"); err == nil {
		t.Error("no error for a view that is not there")
	}
}

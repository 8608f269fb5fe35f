package operators

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/aggregate"
)

var splitFields = []types.Field{
	{Name: "w", Type: types.Of(types.Timestamp)}, {Name: "t", Type: types.Of(types.Varchar)}, {Name: "n", Type: types.Of(types.Integer)},
}

// splitRows has windows in runs, texts around the length that is copied at once, the last of them at the end of the buffer,
// and NULLs.
func splitRows(mem memory.Allocator, n int) arrow.RecordBatch {
	b := array.NewRecordBuilder(mem, types.Schema(splitFields))
	defer b.Release()
	for i := range n {
		b.Field(0).(*array.TimestampBuilder).Append(arrow.Timestamp(i / 10 % 3))
		if i%7 == 3 {
			b.Field(1).AppendNull()
		} else {
			b.Field(1).(*array.StringBuilder).Append(strings.Repeat(string(rune('a'+i%5)), i%20))
		}
		b.Field(2).(*array.Int32Builder).Append(int32(i))
	}
	return b.NewRecordBatch()
}

// TestSplit wants each row in the part of the shard that owns its key, in order, for any number of shards.
func TestSplit(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	all := splitRows(mem, 103)
	defer all.Release()
	rows := all.NewSlice(2, 103)
	defer rows.Release()
	weights := make([]int8, rows.NumRows())
	for i := range weights {
		weights[i] = int8(i%2*2 - 1)
	}
	s := newSplitter([]int{0, 1}, mem)
	hashes := make([]uint64, rows.NumRows())
	aggregate.Hash([]int{0, 1})(rows, hashes)
	for shards := 1; shards <= 5; shards++ {
		parts, err := s.split(engine.Batch{Rows: rows, Weights: weights}, shards)
		if err != nil {
			t.Fatal(err)
		}
		for i, part := range parts {
			var want []string
			for r, h := range hashes {
				if (engine.Shard{Index: i, Count: shards}).Owns(h) {
					want = append(want, printRow(rows, r)+fmt.Sprint(weights[r]))
				}
			}
			if got := printRows(part); !slices.Equal(got, want) {
				t.Errorf("shard %d of %d:\n got %v\nwant %v", i, shards, got, want)
			}
		}
	}
}

// TestSplitOneKey wants a part without rows to be nil, and one with all of them not to be copied.
func TestSplitOneKey(t *testing.T) {
	rows := splitRows(memory.DefaultAllocator, 5)
	defer rows.Release()
	s := newSplitter([]int{0}, memory.DefaultAllocator)
	parts, err := s.split(engine.Batch{Rows: rows}, 3)
	if err != nil {
		t.Fatal(err)
	}
	whole := 0
	for _, p := range parts {
		if p.Rows == rows {
			whole++
			p.Release()
		} else if p.Rows != nil {
			t.Errorf("a part of %d rows", p.Rows.NumRows())
		}
	}
	if whole != 1 {
		t.Errorf("%d parts have all rows", whole)
	}
}

// printRows prints the rows of a part with their weights, and releases it.
func printRows(b engine.Batch) []string {
	if b.Rows == nil {
		return nil
	}
	defer b.Release()
	var out []string
	for r := range int(b.Rows.NumRows()) {
		out = append(out, printRow(b.Rows, r)+fmt.Sprint(b.Weights[r]))
	}
	return out
}

func printRow(rows arrow.RecordBatch, r int) string {
	var cells []string
	for _, c := range rows.Columns() {
		cells = append(cells, c.ValueStr(r))
	}
	return fmt.Sprint(cells)
}

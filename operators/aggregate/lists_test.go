package aggregate

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// batchSizes notes how many rows each batch has that is emitted or saved.
type batchSizes []int64

func (s *batchSizes) Emit(b engine.Batch) error {
	*s = append(*s, b.Rows.NumRows())
	return nil
}

func (s *batchSizes) Late(arrow.RecordBatch) error { return nil }

func (s *batchSizes) Write(section string, rows arrow.RecordBatch) error {
	if section == groupsSection {
		*s = append(*s, rows.NumRows())
	}
	return nil
}

// TestLargeListsComeInBatches: forty groups have a list of 1 MB each, of which about 16 come out, and are saved, together.
func TestLargeListsComeInBatches(t *testing.T) {
	fields := []types.Field{{Name: "w", Type: types.Of(types.BigInt)}, {Name: "k", Type: types.Of(types.BigInt)}, {Name: "s", Type: types.Of(types.Varchar)}}
	input := newOracle(t).query("SELECT 1::BIGINT AS w, i % 40 AS k, repeat('x', 1000) AS s FROM range(41_000) r(i)")
	for _, name := range []string{"list", "string_agg"} {
		call := plan.AggregateCall{Name: name, Args: []*plan.Expr{column(fields, "s")}, Type: find(name).result([]types.Type{types.Of(types.Varchar)})}
		o, err := New(Config{Node: node(fields, []string{"w", "k"}, false, call), Input: fields, Close: hundreds, Allocator: checked(t)})
		if err != nil {
			t.Fatal(err)
		}
		var saved, emitted batchSizes
		for _, err := range []error{o.Process(0, engine.Batch{Rows: input}, &emitted), o.Snapshot(&saved), o.Advance(engine.MaxTime, &emitted)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, got := range []batchSizes{saved, emitted} {
			most, all := int64(0), int64(0)
			for _, n := range got {
				most, all = max(most, n), all+n
			}
			if most > 20 || all != 40 {
				t.Errorf("%s: batches of %d groups", name, got)
			}
		}
	}
}

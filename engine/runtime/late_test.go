package runtime

import (
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// TestLateRowWithoutEventTime: NULL is no time, not 1970.
func TestLateRowWithoutEventTime(t *testing.T) {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(eventColumns))
	defer b.Release()
	b.Field(0).(*array.Int64Builder).AppendValues([]int64{1, 2}, nil)
	b.Field(1).(*array.TimestampBuilder).Append(7)
	b.Field(1).AppendNull()
	rows := b.NewRecordBatch()
	defer rows.Release()
	q := &query{Query: countQuery("a")}
	edge := &outEdge{Edge: q.Stages[0].Edges[0]}
	got, err := q.lateRows(&stage{horizon: 9}, lateRows{rows: rows, edge: edge}, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if got[0].EventTime != 7 || got[1].EventTime != engine.MinTime || got[0].Watermark != 9 {
		t.Errorf("got %+v", got)
	}
}

// TestLateBehindTheSourceThatGoesOn: a source that has ended holds nothing back, so that it does not say what a row is late for.
func TestLateBehindTheSourceThatGoesOn(t *testing.T) {
	q := &query{Query: countQuery("a"), readings: []*reading{
		{source: &source{ended: true}, watermark: 3, horizon: engine.MaxTime}, {source: &source{}, watermark: 9, horizon: 9},
	}}
	if got := q.behind(&stage{horizon: 9}); got != 9 {
		t.Errorf("behind %d, the stage was told 9", got)
	}
	if got := q.behind(&stage{horizon: engine.MaxTime}); got != 3 {
		t.Errorf("behind %d at the end, want the lowest watermark", got)
	}
}

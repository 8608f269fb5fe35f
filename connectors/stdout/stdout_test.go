package stdout

import (
	"bytes"
	"errors"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

var columns = []types.Field{{Name: "n", Type: types.Of(types.Integer)}}

func rows(t *testing.T, values ...int32) arrow.RecordBatch {
	t.Helper()
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(columns))
	defer b.Release()
	b.Field(0).(*array.Int32Builder).AppendValues(values, nil)
	batch := b.NewRecordBatch()
	t.Cleanup(batch.Release)
	return batch
}

func TestPrintsALineForEachRow(t *testing.T) {
	var out bytes.Buffer
	s := To(&out)
	for _, d := range []engine.Delivery{
		{Epoch: 0, Changes: []engine.Batch{{Rows: rows(t, 1, 2)}}},
		{Epoch: 0, Changes: []engine.Batch{{Rows: rows(t, 1, 2)}}}, // again
		{Epoch: 1},
		{Epoch: 2, Changes: []engine.Batch{{Rows: rows(t, 3)}, {Rows: rows(t, 1, 4), Weights: []int8{-1, 1}}}},
	} {
		d.Columns = columns
		if err := s.Deliver(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want := "{\"n\":1}\n{\"n\":2}\n{\"n\":3,\"weir_weight\":1}\n{\"n\":1,\"weir_weight\":-1}\n{\"n\":4,\"weir_weight\":1}\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}

// broken fails its first Write.
type broken struct {
	bytes.Buffer
	failed bool
}

func (b *broken) Write(p []byte) (int, error) {
	if !b.failed {
		b.failed = true
		return 0, errors.New("pipe closed")
	}
	return b.Buffer.Write(p)
}

func TestADeliveryThatFailedIsPrintedAgain(t *testing.T) {
	var out broken
	s := To(&out)
	d := engine.Delivery{Columns: columns, Changes: []engine.Batch{{Rows: rows(t, 1)}}}
	if err := s.Deliver(t.Context(), d); err == nil || err.Error() != "stdout: pipe closed" {
		t.Errorf("got %v", err)
	}
	if err := s.Deliver(t.Context(), d); err != nil || out.String() != "{\"n\":1}\n" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

func TestConnectorIsASinkOnly(t *testing.T) {
	s, err := Connector.Sink(engine.SinkConfig{})
	if err != nil || s == nil || Connector.Source != nil {
		t.Errorf("sink %v, error %v", s, err)
	}
}

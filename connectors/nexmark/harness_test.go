package nexmark

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
)

// handClock moves only when a reader sleeps or the test says so.
type handClock struct{ now time.Time }

func (c *handClock) Now() time.Time { return c.now }

func (c *handClock) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	return ctx.Err()
}

func newClock() *handClock { return &handClock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

// configure makes a source as CREATE SOURCE would.
func configure(t testing.TB, given map[string]string, shared *timelines) *source {
	t.Helper()
	o, err := engine.Validate(given, Connector.SourceOptions)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSource(engine.SourceConfig{Name: given["table"], Options: o}, shared)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func open(t testing.TB, s *source, o engine.ReadOptions) *reader {
	t.Helper()
	if o.Columns == nil {
		o.Columns = s.table.fields()
	}
	r, err := s.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r.(*reader)
}

// row is one event as it was read.
type row struct {
	partition string
	offset    int64
	values    []any
}

// drain reads to the end and checks what every fetch promises.
func drain(t testing.TB, r *reader) []row {
	t.Helper()
	var rows []row
	for {
		fetches, err := r.Poll(context.Background())
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fetches {
			rows = append(rows, readFetch(t, f)...)
		}
	}
}

func readFetch(t testing.TB, f engine.Fetch) []row {
	t.Helper()
	defer f.Rows.Release()
	if int(f.Rows.NumRows()) != len(f.Offsets) {
		t.Fatalf("%d rows with %d offsets", f.Rows.NumRows(), len(f.Offsets))
	}
	rows := make([]row, len(f.Offsets))
	for i, at := range f.Offsets {
		if at >= f.Next || i > 0 && at <= f.Offsets[i-1] {
			t.Fatalf("offset %d of %v, next %d", at, f.Offsets, f.Next)
		}
		rows[i] = row{partition: f.Partition, offset: at, values: readRow(t, f.Rows, i)}
	}
	return rows
}

func readRow(t testing.TB, b arrow.RecordBatch, i int) []any {
	t.Helper()
	values := make([]any, b.NumCols())
	for c := range values {
		switch a := b.Column(c).(type) {
		case *array.Int64:
			values[c] = a.Value(i)
		case *array.Timestamp:
			values[c] = int64(a.Value(i))
		case *array.String:
			values[c] = a.Value(i)
		default:
			t.Fatalf("column %d is %T", c, a)
		}
	}
	return values
}

// read drains a source with the given options beside table and events.
func read(t testing.TB, table, events string, more map[string]string) []row {
	t.Helper()
	given := map[string]string{"table": table, "events": events}
	for k, v := range more {
		given[k] = v
	}
	return drain(t, open(t, configure(t, given, &timelines{clock: newClock()}), engine.ReadOptions{}))
}

// numbers returns one column's whole numbers.
func numbers(rows []row, c int) []int64 {
	out := make([]int64, len(rows))
	for i := range rows {
		out[i] = rows[i].values[c].(int64)
	}
	return out
}

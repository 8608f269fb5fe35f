package http

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// TestSink: a request for each row, with a key that is the same when the row comes again, and another for every other row.
func TestSink(t *testing.T) {
	var got []string
	fail := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fail--; fail == 0 {
			http.Error(w, "no", http.StatusInternalServerError)
			return
		}
		body, _ := io.ReadAll(r.Body)
		got = append(got, fmt.Sprintf("%s %s %s", r.Method, body, r.Header.Get("Idempotency-Key")))
	}))
	defer server.Close()
	open := func(instance string) engine.Sink {
		o, err := engine.Validate(map[string]string{"url": server.URL, "method": "PUT"}, sinkOptions)
		if err != nil {
			t.Fatal(err)
		}
		s, err := newSink(engine.SinkConfig{Name: "s", View: "v", Options: o, Instance: instance})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	columns := []types.Field{{Name: "n", Type: types.Of(types.BigInt)}}
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(columns))
	b.Field(0).(*array.Int64Builder).AppendValues([]int64{1, 2, 3}, nil)
	d := engine.Delivery{Epoch: 4, Columns: columns, Changes: []engine.Batch{{Rows: b.NewRecordBatch()}}}
	s := open("x")
	fail = 2
	if err := s.Deliver(context.Background(), d); err == nil || !strings.Contains(err.Error(), "500 Internal Server Error: no") {
		t.Fatalf("%v", err)
	}
	if err := s.Deliver(context.Background(), d); err != nil { // goes on with the second row
		t.Fatal(err)
	}
	first := strings.Join(got, "\n")
	if len(got) != 3 || !strings.HasPrefix(got[0], `PUT {"n":1} `) || !strings.HasPrefix(got[2], `PUT {"n":3} `) {
		t.Fatalf("%s", first)
	}
	got = nil
	if err := open("x").Deliver(context.Background(), d); err != nil || strings.Join(got, "\n") != first {
		t.Errorf("after a restart, %v:\n%s\nwant\n%s", err, strings.Join(got, "\n"), first)
	}
	keys := map[string]bool{}
	if err := open("y").Deliver(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	d.Epoch++
	if err := open("x").Deliver(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	for _, line := range got {
		keys[line] = true
	}
	if len(keys) != 9 {
		t.Errorf("%d keys of 9 rows", len(keys))
	}
}

package notify

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/engine/types"
)

// columns are an alert's, with one of its SELECT.
var columns = append(slices.Clone(alerting.Columns), types.Field{Name: "errors", Type: types.Of(types.BigInt)})

// row is a transition to be delivered.
type row struct {
	host, country string
	state         alerting.State
	at            int // minutes behind start
	reminder      int32
}

var start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// delivery is one commit of an alert called slow.
func delivery(epoch int64, rows ...row) engine.Delivery {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(columns))
	defer b.Release()
	for _, r := range rows {
		for column, text := range map[int]string{
			alerting.AlertColumn: "slow", alerting.InstanceColumn: "host=" + r.host, alerting.StateColumn: string(r.state), alerting.SeverityColumn: "critical",
			alerting.SummaryColumn: r.host + " is <slow>", alerting.DescriptionColumn: "look at it", alerting.IDColumn: "id-" + r.host,
		} {
			b.Field(column).(*array.StringBuilder).Append(text)
		}
		b.Field(alerting.AtColumn).(*array.TimestampBuilder).Append(arrow.Timestamp(start.Add(time.Duration(r.at) * time.Minute).UnixMicro()))
		b.Field(alerting.SinceColumn).(*array.TimestampBuilder).Append(arrow.Timestamp(start.UnixMicro()))
		labels := b.Field(alerting.LabelsColumn).(*array.MapBuilder)
		labels.Append(true)
		for _, l := range []alerting.Label{{Name: "team", Value: "shop"}, {Name: "host", Value: r.host}, {Name: "country", Value: r.country}} {
			labels.KeyBuilder().(*array.StringBuilder).Append(l.Name)
			labels.ItemBuilder().(*array.StringBuilder).Append(l.Value)
		}
		b.Field(alerting.ReminderColumn).(*array.Int32Builder).Append(r.reminder)
		b.Field(len(alerting.Columns)).(*array.Int64Builder).Append(int64(r.at))
	}
	return engine.Delivery{Epoch: epoch, Columns: columns, Changes: []engine.Batch{{Rows: b.NewRecordBatch()}}}
}

// received is a request that a receiver has got.
type received struct {
	path, key string
	body      map[string]any
	list      []any // where the body is an array
}

// receiver is a server that keeps what it gets, and refuses as often as it is told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []received
	refuse int
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.refuse > 0 {
			r.refuse--
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		text, _ := io.ReadAll(request.Body)
		x := received{path: request.URL.Path, key: request.Header.Get("Idempotency-Key")}
		if json.Unmarshal(text, &x.body) != nil && json.Unmarshal(text, &x.list) != nil {
			t.Errorf("no JSON: %s", text)
		}
		r.got = append(r.got, x)
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(r.Close)
	return r
}

// open opens a sink of a connector.
func open(t *testing.T, c engine.Connector, given map[string]string) engine.Sink {
	t.Helper()
	o, err := engine.Validate(given, c.SinkOptions)
	if err != nil {
		t.Fatal(err)
	}
	config := engine.SinkConfig{Name: "slow", View: "slow", Alert: true, Options: o}
	if err := c.CheckSink(config); err != nil {
		t.Fatal(err)
	}
	s, err := c.Sink(config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func deliver(t *testing.T, s engine.Sink, d engine.Delivery) {
	t.Helper()
	if err := s.Deliver(context.Background(), d); err != nil {
		t.Fatal(err)
	}
}

// same compares what was received with what a text of JSON says.
func same(t *testing.T, got any, want string) {
	t.Helper()
	var wanted any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatalf("%s: %v", want, err)
	}
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(wanted)
	if string(a) != string(b) {
		t.Errorf("got\n%s\nwant\n%s", a, b)
	}
}

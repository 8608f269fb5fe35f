package server

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/preview"
	"github.com/weirdb/weir/engine/types"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeBackend answers with what a test sets.
type fakeBackend struct {
	query   func(ctx context.Context, sql string, limit Limits) (*Result, error)
	status  engine.Status
	ready   error
	mu      sync.Mutex
	streams []chan engine.Committed
	asked   []engine.Following
	left    int // streams that were cancelled
	// missed is what a reader that goes on gets first; first is the earliest epoch that it may go on after.
	missed []engine.Committed
	first  int64
	table  func() (*Result, int64, error)
	// valid and schema are what Validate and Schema answer; asks counts the questions for the schema.
	valid  func(text string) ([]types.Field, error)
	schema *Schema
	asks   int
	state  State
	plan   func(scripts []preview.Script) (*preview.Preview, error)
}

func (f *fakeBackend) Query(ctx context.Context, sql string, limit Limits) (*Result, error) {
	return f.query(ctx, sql, limit)
}

func (f *fakeBackend) Preview(_ context.Context, scripts []preview.Script) (*preview.Preview, error) {
	return f.plan(scripts)
}

func (f *fakeBackend) Validate(_ context.Context, text string) ([]types.Field, error) {
	return f.valid(text)
}

func (f *fakeBackend) State(context.Context) (State, error) { return f.state, nil }

func (f *fakeBackend) Schema(context.Context) (*Schema, error) {
	if f.asks++; f.schema == nil {
		return nil, ErrStarting
	}
	return f.schema, nil
}

func (f *fakeBackend) Status() engine.Status { return f.status }

func (f *fakeBackend) Ready() error { return f.ready }

func (f *fakeBackend) Subscribe(want engine.Following) (*engine.Subscription, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, want)
	if want.After != engine.FromNow && want.After < f.first {
		return nil, &engine.ForgottenError{View: want.View, After: want.After, First: f.first, Last: f.status.Epoch}
	}
	stream := make(chan engine.Committed, 8)
	f.streams = append(f.streams, stream)
	return &engine.Subscription{Missed: f.missed, Changes: stream, Cancel: func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.left++
	}}, nil
}

func (f *fakeBackend) Snapshot(context.Context, string) (*Result, int64, error) { return f.table() }

// stream waits until someone has subscribed.
func (f *fakeBackend) stream(t *testing.T) chan engine.Committed {
	t.Helper()
	var found chan engine.Committed
	eventually(t, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		if len(f.streams) > 0 {
			found = f.streams[len(f.streams)-1]
		}
		return found != nil
	})
	return found
}

func (f *fakeBackend) leavers() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.left
}

// eventually waits for something that another goroutine does.
func eventually(t *testing.T, done func() bool) {
	t.Helper()
	for range 2000 {
		if done() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("it did not happen within 10 s")
}

var hotColumns = []types.Field{{Name: "window_start", Type: types.Of(types.Timestamp)},
	{Name: "channel", Type: types.Of(types.Varchar)}, {Name: "bids", Type: types.Of(types.BigInt)}}

// sampleStatus has every state that a status can be in.
func sampleStatus() engine.Status {
	return engine.Status{Epoch: 7, Clients: engine.Clients{Connected: 2, Statements: 40, Failures: 3, Results: 1},
		Flight:  engine.Clients{Connected: 4, Statements: 50, Failures: 6, Results: 2},
		Commits: 3, CommitTime: 1500 * time.Millisecond, Workers: 2,
		Phases: engine.Phases{Gather: 2 * time.Second, Commit: 1400 * time.Millisecond}, Files: engine.Files{Database: 4096, Log: 100, State: 50},
		Sources: []engine.SourceStatus{{Name: "bid", Connector: "kafka", State: "running", Delay: 4 * time.Second, Buffered: 1, Blocked: 3 * time.Second, Records: 100, Bytes: 2048, DeadLetters: 2,
			Partitions: []engine.PartitionStatus{
				{Partition: "0", Next: 50, Waiting: 9, Watermark: 1_767_261_600_500_000, State: "active"},
				{Partition: "1", Next: 0, Waiting: -1, Watermark: engine.MinTime, State: "idle"},
				{Partition: "2", Next: 50, Waiting: 0, Watermark: engine.MaxTime, State: "ended"}}},
			{Name: "gone", Connector: "file", Error: "file: open x: no such file"}},
		Queries: []engine.QueryStatus{
			{View: "hot", SQL: "SELECT 1", Sources: []string{"bid"}, Emit: "close", Columns: hotColumns, RowsIn: 98, RowsOut: 5, LateRows: 1, Duplicates: 2,
				Watermark: 1_767_261_600_500_000, State: "running", Stages: []engine.StageStatus{
					{Name: "join", Sources: []string{"bid"}, Waiting: 12},
					{Name: "aggregate", Sources: []string{"bid"}, Held: &engine.Held{Kind: engine.HeldWindows, Unit: "groups", Count: 9, Windows: 2}}}},
			{View: "a/b", Sources: []string{"bid"}, Emit: "changes", Watermark: engine.MinTime, State: "failed", Error: "boom"}},
		Sinks: []engine.SinkStatus{{Name: "out", View: "hot", Connector: "kafka", Delivered: 5, Pending: 1, Failures: 2, State: "running"}},
	}
}

// start serves b until the test ends.
func start(t *testing.T, b Backend, o Options) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(New(b, nil, o))
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		s.Close()
	})
	return s
}

// ask sends a request and returns the answer with its whole body.
func ask(t *testing.T, method, url, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

// checked is memory that the test must give back.
func checked(t *testing.T) memory.Allocator {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	t.Cleanup(func() { mem.AssertSize(t, 0) })
	return mem
}

// hotRows makes n rows of the columns of hot: bids counts from `from`.
func hotRows(mem memory.Allocator, from, n int) arrow.RecordBatch {
	b := array.NewRecordBuilder(mem, types.Schema(hotColumns))
	defer b.Release()
	for i := range n {
		b.Field(0).(*array.TimestampBuilder).Append(arrow.Timestamp(int64(from+i) * 1_000_000))
		b.Field(1).(*array.StringBuilder).Append([]string{"web", "app"}[i%2])
		b.Field(2).(*array.Int64Builder).Append(int64(from + i))
	}
	return b.NewRecordBatch()
}

// hotResult is a result of batches of the given sizes; fail, if set, comes after them. Closing it adds
// one to closed.
func hotResult(mem memory.Allocator, closed *int, fail error, sizes ...int) *Result {
	reader := array.ReaderFromIter(types.Schema(hotColumns), func(yield func(arrow.RecordBatch, error) bool) {
		from := 0
		for _, n := range sizes {
			if !yield(hotRows(mem, from, n), nil) {
				return
			}
			from += n
		}
		if fail != nil {
			yield(nil, fail)
		}
	})
	return NewResult(hotColumns, reader, func() { *closed++ })
}

// record serves one request without a connection.
func record(h http.Handler, method, path string) (status int, text string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w.Code, w.Body.String()
}

// recordWith serves one request with an Authorization header, without a connection.
func recordWith(h http.Handler, method, path, authorization string) *httptest.ResponseRecorder {
	w, r := httptest.NewRecorder(), httptest.NewRequest(method, path, nil)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	h.ServeHTTP(w, r)
	return w
}

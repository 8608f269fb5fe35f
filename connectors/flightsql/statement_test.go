package flightsql

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestStatements(t *testing.T) {
	address, _, s := testServer(t, Options{})
	c := dial(t, address)
	info, err := c.Execute(t.Context(), "SELECT bids, channel, window_start, price, place FROM hot ORDER BY bids")
	check(t, err)
	announced, err := flight.DeserializeSchema(info.Schema, s.Alloc)
	check(t, err)
	r, err := c.DoGet(t.Context(), info.Endpoint[0].Ticket)
	check(t, err)
	defer r.Release()
	if !r.Schema().Equal(announced) {
		t.Errorf("announced %s, got %s", announced, r.Schema())
	}
	rows := []string{}
	for r.Next() {
		rows = append(rows, rowTexts(r.RecordBatch())...)
	}
	want := []string{`0|web|2026-01-01T10:00:00|1.5|{"room":"kitchen"}`, `1|app|2026-01-01T10:00:10|1.5|{"room":"kitchen"}`}
	if err := r.Err(); err != nil || !slices.Equal(rows, want) {
		t.Errorf("%q, %v", rows, err)
	}
	again, err := fetch(t.Context(), c, info) // a ticket may be shown twice
	if err != nil || len(again) != 2 {
		t.Errorf("%q, %v", again, err)
	}
	if rows, err := ask(t, c, "SELECT 1 WHERE false"); err != nil || len(rows) != 0 {
		t.Errorf("no rows: %q, %v", rows, err)
	}
	schema, err := c.GetExecuteSchema(t.Context(), "SELECT 1::TINYINT AS a")
	check(t, err)
	if got, err := flight.DeserializeSchema(schema.Schema, s.Alloc); err != nil || got.Field(0).Type.String() != "int8" {
		t.Errorf("%v %v", got, err)
	}
}

// TestMistakes: each has the code that clients make exceptions of, and a message that says why.
func TestMistakes(t *testing.T) {
	address, _, s := testServer(t, Options{MaxRows: 5000})
	c := dial(t, address)
	for _, x := range []struct {
		sql, message string
		code         codes.Code
	}{
		{"SELEC 1", "syntax error", codes.InvalidArgument}, {"SELECT bidz FROM hot", `"bids"`, codes.InvalidArgument}, {"FROM nothing", "does not exist", codes.NotFound},
		{"DROP TABLE hot", "only one statement that reads", codes.PermissionDenied}, {"FROM read_csv('x')", "not allowed", codes.PermissionDenied},
		{"SELECT $1", "prepare it", codes.InvalidArgument}, {"SELECT CAST('x' || range AS INT) FROM range(3)", "Could not convert", codes.InvalidArgument},
		{"FROM range(5001)", "more than 5000 rows", codes.ResourceExhausted}, {"FROM range(1000000)", "more than 5000 rows", codes.ResourceExhausted},
	} {
		_, err := ask(t, c, x.sql)
		if status.Code(err) != x.code || !strings.Contains(err.Error(), x.message) {
			t.Errorf("%s: %v", x.sql, err)
		}
	}
	if rows, err := ask(t, c, "FROM range(5000)"); err != nil || len(rows) != 5000 {
		t.Errorf("as many rows as are allowed: %d, %v", len(rows), err)
	}
	if _, err := c.ExecuteUpdate(t.Context(), "DELETE FROM hot"); status.Code(err) != codes.PermissionDenied {
		t.Errorf("update: %v", err)
	}
	for _, ticket := range []string{"", "x", "\x0a\x02"} {
		if _, err := c.DoGet(t.Context(), &flight.Ticket{Ticket: []byte(ticket)}); err == nil {
			t.Errorf("%q is a ticket", ticket)
		}
	}
	if got := s.Clients(); got.Failures < 9 || got.Statements != 4 || got.Results != 0 {
		t.Errorf("%+v", got)
	}
}

// TestLargeRowsComeInParts: no message is larger than clients take by default, and none of the rows is lost.
func TestLargeRowsComeInParts(t *testing.T) {
	address, _, _ := testServer(t, Options{})
	c := dial(t, address)
	info, err := c.Execute(t.Context(), "SELECT range AS i, repeat('x', 10000) AS s FROM range(4000)") // 40 MB, 20 MB in a batch
	check(t, err)
	rows, err := fetch(t.Context(), c, info)
	check(t, err)
	for i, row := range rows {
		if !strings.HasPrefix(row, fmt.Sprint(i, "|xxx")) || len(row) < 10_000 {
			t.Fatalf("row %d is %.20s, %d long", i, row, len(row))
		}
	}
	if len(rows) != 4000 {
		t.Errorf("%d rows", len(rows))
	}
}

// TestResultsStream: of a result that would not fit anywhere, the first rows come, and the server lets go of it when the client leaves.
func TestResultsStream(t *testing.T) {
	address, _, s := testServer(t, Options{MaxRows: -1})
	c := dial(t, address)
	info, err := c.Execute(t.Context(), "FROM range(1000000000000)")
	check(t, err)
	ctx, leave := context.WithCancel(t.Context())
	r, err := c.DoGet(ctx, info.Endpoint[0].Ticket)
	check(t, err)
	defer r.Release()
	for range 10 {
		if !r.Next() {
			t.Fatal(r.Err())
		}
	}
	if got := s.Clients(); got.Results != 1 {
		t.Errorf("%+v", got)
	}
	leave()
	eventually(t, func() bool { return s.Clients().Results == 0 })
}

// TestCancel: a statement ends at its user's request, also one that computes for ever before its first row.
func TestCancel(t *testing.T) {
	address, _, s := testServer(t, Options{MaxRows: -1})
	c := dial(t, address)
	for _, sql := range []string{"FROM range(1000000000000)", "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b"} {
		info, err := c.Execute(t.Context(), sql)
		check(t, err)
		ended := make(chan error, 1)
		go func() {
			_, err := drain(t.Context(), c.Client, info)
			ended <- err
		}()
		eventually(t, func() bool {
			got, err := c.CancelFlightInfo(t.Context(), &flight.CancelFlightInfoRequest{Info: info})
			return err == nil && got.Status == flight.CancelStatusCancelled
		})
		if err := <-ended; status.Code(err) != codes.Canceled {
			t.Errorf("%s: %v", sql, err)
		}
		eventually(t, func() bool { return s.Clients().Results == 0 })
		if got, err := c.CancelFlightInfo(t.Context(), &flight.CancelFlightInfoRequest{Info: info}); err != nil || got.Status != flight.CancelStatusNotCancellable {
			t.Errorf("again: %v %v", got, err)
		}
	}
}

// drain reads messages, and throws them away.
func drain(ctx context.Context, c flight.Client, info *flight.FlightInfo) (messages int, err error) {
	stream, err := c.DoGet(ctx, info.Endpoint[0].Ticket)
	for err == nil {
		_, err = stream.Recv()
		messages++
	}
	if err == io.EOF {
		err = nil
	}
	return messages, err
}

// TestTimeAndStalling: a statement that takes too long, and a client that takes nothing, hold no state for ever.
func TestTimeAndStalling(t *testing.T) {
	address, _, s := testServer(t, Options{MaxRows: -1, QueryTimeout: 100 * time.Millisecond})
	c := dial(t, address)
	if _, err := ask(t, c, "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b"); status.Code(err) != codes.DeadlineExceeded || !strings.Contains(err.Error(), "longer than is allowed") {
		t.Errorf("%v", err)
	}
	eventually(t, func() bool { return s.Clients().Results == 0 })

	address, _, s = testServer(t, Options{MaxRows: -1, Stalled: 100 * time.Millisecond})
	c = dial(t, address)
	info, err := c.Execute(t.Context(), "SELECT range, repeat('x', 1000) FROM range(1000000000)")
	check(t, err)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	r, err := c.DoGet(ctx, info.Endpoint[0].Ticket)
	check(t, err)
	defer r.Release()
	eventually(t, func() bool { return s.Clients().Results == 0 && s.Clients().Statements == 1 })
	for r.Next() {
	}
	if err := r.Err(); status.Code(err) != codes.Aborted {
		t.Errorf("a client that comes back is told %v", err)
	}
}

// TestReadsAreCommittedStates reads two views and the epoch while they are written: every commit adds as many rows to the one as to the other,
// and whatever a client reads is one commit's state. So is a result that is read slowly.
func TestReadsAreCommittedStates(t *testing.T) {
	address, store, _ := testServer(t, Options{})
	check(t, store.CreateView(t.Context(), "twin", hot))
	both(t, store, 2)
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		c := dial(t, address)
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				rows, err := ask(t, c, "SELECT (SELECT count(*) FROM hot) - 2 = (SELECT count(*) FROM twin), (SELECT count(*) FROM twin) = 100 * (SELECT epoch - 1 FROM weir.checkpoint)")
				if err != nil || !slices.Equal(rows, []string{"true|true"}) {
					t.Errorf("%q, %v", rows, err)
					return
				}
			}
		})
	}
	c := dial(t, address)
	info, err := c.Execute(t.Context(), "SELECT h.bids, repeat('x', 100000) FROM hot h, twin t WHERE h.bids = t.bids AND t.bids >= 2") // 10 MB
	check(t, err)
	slow, err := c.DoGet(t.Context(), info.Endpoint[0].Ticket)
	check(t, err)
	defer slow.Release()
	for epoch := int64(3); epoch < 40; epoch++ {
		both(t, store, epoch)
	}
	close(stop)
	readers.Wait()
	n := int64(0)
	for slow.Next() {
		n += slow.RecordBatch().NumRows()
	}
	if err := slow.Err(); err != nil || n != 98 {
		t.Errorf("%d rows of the state in which it began: %v", n, err)
	}
}

// both adds a hundred rows to both views in one commit.
func both(t testing.TB, store *duckdb.Store, epoch int64) {
	change := func(view string) engine.Change {
		return engine.Change{View: view, Batches: []engine.Batch{{Rows: hotRows(100)}}}
	}
	if err := store.Commit(context.Background(), &engine.Commit{Epoch: epoch, Changes: []engine.Change{change("hot"), change("twin")}}); err != nil {
		t.Error(err)
	}
}

// eventually waits for something that another goroutine does.
func eventually(t *testing.T, done func() bool) {
	t.Helper()
	for range 4000 {
		if done() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("it did not happen within 20 s")
}

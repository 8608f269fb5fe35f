package flightsql

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// storeBackend answers from a result database, as the node does.
type storeBackend struct{ store *duckdb.Store }

func (b storeBackend) Describe(ctx context.Context, sql string) ([]types.Field, []types.Type, error) {
	d, err := b.store.Describe(ctx, sql)
	if err != nil {
		return nil, nil, userError(err)
	}
	return d.Columns, d.Parameters, nil
}

func (b storeBackend) ReadRow(ctx context.Context, sql string, parameters arrow.RecordBatch, limit server.Limits) (*server.Result, error) {
	rows, err := b.store.QueryRow(ctx, sql, parameters, duckdb.Limits{Rows: int64(limit.MaxRows)})
	if err != nil {
		return nil, userError(err)
	}
	return server.NewResult(rows.Columns(), rows, nil), nil
}

func (b storeBackend) Schema(ctx context.Context) (*server.Schema, error) {
	tables, _, err := b.store.ListTables(ctx, 1000)
	out := &server.Schema{}
	for _, t := range tables {
		made := server.SchemaTable{Schema: t.Schema, Name: t.Name, Kind: server.KindView}
		if t.Schema != "main" {
			made.Kind = server.KindSystem
		}
		for _, c := range t.Columns {
			made.Columns = append(made.Columns, server.SchemaColumn{Name: c.Name, Type: c.Type, Comment: c.Comment})
		}
		out.Tables = append(out.Tables, made)
	}
	return out, err
}

func userError(err error) error {
	var e *duckdb.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, duckdb.ErrReadOnly):
		return &server.UserError{Message: err.Error(), Code: "read_only", Position: -1}
	case !errors.As(err, &e):
		return &server.UserError{Message: err.Error(), Code: "refused", Position: -1}
	}
	return &server.UserError{Message: strings.TrimSpace(e.Message + "\n" + e.Detail), Code: strings.ToLower(e.Kind), Position: e.Position}
}

// hot are the columns of the view that tests read.
var hot = []types.Field{{Name: "window_start", Type: types.Of(types.Timestamp)}, {Name: "channel", Type: types.Of(types.Varchar)},
	{Name: "bids", Type: types.Of(types.BigInt)}, {Name: "price", Type: types.DecimalOf(10, 2)},
	{Name: "place", Type: types.StructOf(types.Field{Name: "room", Type: types.Of(types.Varchar)})}}

// testServer serves a database with the view hot, which has two rows, and returns where.
func testServer(t testing.TB, o Options) (address string, store *duckdb.Store, s *Server) {
	t.Helper()
	store, err := duckdb.Open(filepath.Join(t.TempDir(), "weir.duckdb"), duckdb.StoreOptions{Threads: 2, MemoryLimit: "500MB"})
	check(t, err)
	t.Cleanup(func() { check(t, store.Close()) })
	check(t, store.CreateView(t.Context(), "hot", hot))
	check(t, store.Commit(t.Context(), &engine.Commit{Epoch: 1, Changes: []engine.Change{{View: "hot", Batches: []engine.Batch{{Rows: hotRows(2)}}}}}))
	address, s = serveBackend(t, storeBackend{store}, o)
	return address, store, s
}

// serveBackend serves b until the test ends. Whatever clients left behind must be gone then.
func serveBackend(t testing.TB, b Backend, o Options) (address string, s *Server) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	s, err = New(b, o)
	check(t, err)
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close(5 * time.Second)
		if err := <-served; err != nil {
			t.Error(err)
		}
		if c := s.Clients(); c.Connected != 0 || c.Results != 0 || len(s.running) != 0 {
			t.Errorf("clients are left: %+v, %d statements", c, len(s.running))
		}
	})
	return l.Addr().String(), s
}

// hotRows makes rows of hot.
func hotRows(n int) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(hot))
	defer b.Release()
	for i := range n {
		b.Field(0).(*array.TimestampBuilder).Append(arrow.Timestamp(1_767_261_600_000_000 + int64(i)*10_000_000))
		b.Field(1).(*array.StringBuilder).Append([]string{"web", "app"}[i%2])
		b.Field(2).(*array.Int64Builder).Append(int64(i))
		check(nil, b.Field(3).AppendValueFromString("1.50"))
		place := b.Field(4).(*array.StructBuilder)
		place.Append(true)
		place.FieldBuilder(0).(*array.StringBuilder).Append("kitchen")
	}
	return b.NewRecordBatch()
}

func check(t testing.TB, err error) {
	if err == nil {
		return
	}
	if t == nil {
		panic(err)
	}
	t.Helper()
	t.Fatal(err)
}

// dial connects arrow-go's own client.
func dial(t testing.TB, address string, options ...grpc.DialOption) *flightsql.Client {
	t.Helper()
	if options == nil {
		options = []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	}
	c, err := flightsql.NewClient(address, nil, nil, options...)
	check(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// fetch reads all rows of an answer, and returns them as text, a row in each.
func fetch(ctx context.Context, c *flightsql.Client, info *flight.FlightInfo) (rows []string, err error) {
	for _, e := range info.Endpoint {
		r, err := c.DoGet(ctx, e.GetTicket())
		if err != nil {
			return nil, err
		}
		for r.Next() {
			rows = append(rows, rowTexts(r.RecordBatch())...)
		}
		err = r.Err()
		r.Release()
		if err != nil {
			return rows, err
		}
	}
	return rows, nil
}

func rowTexts(batch arrow.RecordBatch) (rows []string) {
	for i := range int(batch.NumRows()) {
		cells := make([]string, batch.NumCols())
		for c := range cells {
			cells[c] = strings.Clone(batch.Column(c).ValueStr(i))
		}
		rows = append(rows, strings.Join(cells, "|"))
	}
	return rows
}

// ask runs a statement.
func ask(t testing.TB, c *flightsql.Client, sql string) ([]string, error) {
	t.Helper()
	info, err := c.Execute(t.Context(), sql)
	if err != nil {
		return nil, err
	}
	return fetch(t.Context(), c, info)
}

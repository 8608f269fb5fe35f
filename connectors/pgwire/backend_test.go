package pgwire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/jackc/pgx/v5"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"go.uber.org/goleak"
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

func (b storeBackend) Read(ctx context.Context, sql string, parameters []*string, limit server.Limits) (*server.Result, error) {
	rows, err := b.store.QueryWith(ctx, sql, parameters, duckdb.Limits{Rows: int64(limit.MaxRows)})
	if err != nil {
		return nil, userError(err)
	}
	return server.NewResult(rows.Columns(), rows, nil), nil
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
func testServer(t testing.TB, o Options) (address string, store *duckdb.Store) {
	t.Helper()
	store, err := duckdb.Open(filepath.Join(t.TempDir(), "weir.duckdb"), duckdb.StoreOptions{Threads: 2, MemoryLimit: "500MB"})
	check(t, err)
	t.Cleanup(func() { check(t, store.Close()) })
	check(t, store.DefineBeside(CatalogName, CatalogSQL))
	check(t, store.CreateView(t.Context(), "hot", hot))
	check(t, store.Commit(t.Context(), &engine.Commit{Epoch: 1, Changes: []engine.Change{{View: "hot", Batches: []engine.Batch{{Rows: hotRows(2)}}}}}))
	return serveBackend(t, storeBackend{store}, o), store
}

// serveBackend serves b until the test ends.
func serveBackend(t testing.TB, b Backend, o Options) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	s := New(b, o)
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close(5 * time.Second)
		if err := <-served; err != nil {
			t.Error(err)
		}
		if c := s.Clients(); c.Connected != 0 || c.Results != 0 {
			t.Errorf("clients are left: %+v", c)
		}
	})
	return l.Addr().String()
}

// hotRows makes rows of hot.
func hotRows(n int) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(hot))
	defer b.Release()
	for i := range n {
		b.Field(0).(*array.TimestampBuilder).Append(arrow.Timestamp(1_767_261_600_000_000 + int64(i)*10_000_000))
		b.Field(1).(*array.StringBuilder).Append([]string{"web", "app"}[i%2])
		b.Field(2).(*array.Int64Builder).Append(int64(i))
		check(nil, b.Field(3).AppendValueFromString(fmt.Sprintf("%d.50", i)))
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

// dial connects pgx.
func dial(t testing.TB, address, options string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), "postgres://ann@"+address+"/results?sslmode=prefer"+options)
	check(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

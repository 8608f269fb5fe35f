package join

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sort"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/duckdb/duckdb-go/v2"
)

// oracle is a DuckDB to make data in, to compare with, and to evaluate conditions that have no kernel.
type oracle struct {
	t    testing.TB
	conn *sql.Conn
}

func newOracle(t testing.TB) *oracle {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	must(t, err)
	conn, err := db.Conn(context.Background())
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(); _ = db.Close() })
	o := &oracle{t: t, conn: conn}
	o.exec("SET TimeZone='UTC'")
	o.exec("SET threads=1")
	o.exec("SET disabled_optimizers='unused_columns'") // a view on Arrow always gives all its columns
	return o
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (o *oracle) exec(query string) {
	o.t.Helper()
	if _, err := o.conn.ExecContext(context.Background(), query); err != nil {
		o.t.Fatalf("%s: %v", query, err)
	}
}

// query returns the result as one batch.
func (o *oracle) query(query string) arrow.RecordBatch {
	o.t.Helper()
	var out arrow.RecordBatch
	err := o.conn.Raw(func(raw any) error {
		a, err := duckdb.NewArrowFromConn(raw.(driver.Conn))
		if err != nil {
			return err
		}
		out, err = collect(a, query)
		return err
	})
	if err != nil {
		o.t.Fatalf("%s: %v", query, err)
	}
	return out
}

// Eval implements engine.Evaluator.
func (o *oracle) Eval(exprs []string, _ *arrow.Schema, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	var out arrow.RecordBatch
	err := o.conn.Raw(func(raw any) error {
		a, err := duckdb.NewArrowFromConn(raw.(driver.Conn))
		if err != nil {
			return err
		}
		in, err := array.NewRecordReader(rows.Schema(), []arrow.RecordBatch{rows})
		if err != nil {
			return err
		}
		defer in.Release()
		release, err := a.RegisterView(in, "batch")
		if err != nil {
			return err
		}
		defer release()
		out, err = collect(a, "SELECT "+strings.Join(exprs, ", ")+" FROM batch")
		return err
	})
	return out, err
}

func collect(a *duckdb.Arrow, query string) (arrow.RecordBatch, error) {
	reader, err := a.QueryContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	defer reader.Release()
	var parts []arrow.RecordBatch
	for reader.Next() {
		b := reader.RecordBatch()
		b.Retain()
		parts = append(parts, b)
	}
	if reader.Err() != nil {
		return nil, reader.Err()
	}
	columns := make([]arrow.Array, reader.Schema().NumFields())
	rows := int64(0)
	for c := range columns {
		chunks := []arrow.Array{array.MakeArrayOfNull(memory.DefaultAllocator, reader.Schema().Field(c).Type, 0)}
		for _, p := range parts {
			chunks = append(chunks, p.Column(c))
		}
		if columns[c], err = array.Concatenate(chunks, memory.DefaultAllocator); err != nil {
			return nil, err
		}
		rows = int64(columns[c].Len())
	}
	return array.NewRecordBatch(reader.Schema(), columns, rows), nil
}

// texts are the rows of a batch as text, sorted by it.
func texts(b arrow.RecordBatch) []string {
	out := make([]string, b.NumRows())
	for i := range out {
		out[i] = rowText(b, i)
	}
	sort.Strings(out)
	return out
}

func rowText(b arrow.RecordBatch, row int) string {
	parts := make([]string, b.NumCols())
	for i, c := range b.Columns() {
		parts[i] = c.ValueStr(row)
	}
	return strings.Join(parts, " | ")
}

func sameRows(t *testing.T, what string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("%s: %d rows, DuckDB has %d; from row %d on\ngot  %s\nwant %s", what, len(got), len(want), i, sample(got, i), sample(want, i))
		}
	}
}

func sample(rows []string, from int) string {
	from = min(from, len(rows))
	return strings.Join(rows[from:min(len(rows), from+5)], "\n     ")
}

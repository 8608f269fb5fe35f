package filter

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/duckdb/duckdb-go/v2"
)

// oracle is an Evaluator that runs in a DuckDB of the test's own, and counts the rows that it is given.
type oracle struct {
	conn *sql.Conn
	rows int64
}

func newOracle(t testing.TB) *oracle {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(); db.Close() })
	// A view on Arrow always gives all its rows and columns: the optimizers that expect less must be off.
	for _, set := range []string{"SET threads=1", "SET disabled_optimizers='unused_columns,filter_pushdown'"} {
		if _, err := conn.ExecContext(context.Background(), set); err != nil {
			t.Fatal(err)
		}
	}
	return &oracle{conn: conn}
}

// Eval implements engine.Evaluator for batches of at most 2048 rows, which come back as one.
func (o *oracle) Eval(exprs []string, _ *arrow.Schema, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	o.rows += rows.NumRows()
	return o.query("SELECT "+strings.Join(exprs, ", ")+" FROM batch", rows)
}

// query runs a query over rows, which it calls batch.
func (o *oracle) query(query string, rows arrow.RecordBatch) (out arrow.RecordBatch, err error) {
	err = o.conn.Raw(func(raw any) error {
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
		result, err := a.QueryContext(context.Background(), query)
		if err != nil {
			return err
		}
		defer result.Release()
		if !result.Next() {
			out = empty(result.Schema())
			return result.Err()
		}
		out = result.RecordBatch()
		out.Retain()
		return nil
	})
	return out, err
}

func empty(schema *arrow.Schema) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	return b.NewRecordBatch()
}

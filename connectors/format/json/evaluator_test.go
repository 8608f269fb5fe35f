package json

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/duckdb/duckdb-go/v2"
)

// testEvaluator is an engine.Evaluator on a DuckDB of its own. It counts its calls.
type testEvaluator struct {
	conn  *sql.Conn
	calls int
}

func openDuckDB(t testing.TB) *sql.Conn {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(context.Background(), "SET TimeZone='UTC'"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		db.Close()
	})
	return conn
}

func newTestEvaluator(t testing.TB) *testEvaluator { return &testEvaluator{conn: openDuckDB(t)} }

// Eval computes the expressions over the rows, as a table of columns c0, c1, ….
func (e *testEvaluator) Eval(exprs []string, schema *arrow.Schema, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	e.calls++
	var out arrow.RecordBatch
	err := e.conn.Raw(func(c any) error {
		view, err := duckdb.NewArrowFromConn(c.(driver.Conn))
		if err != nil {
			return err
		}
		release, err := registerRows(view, schema, rows)
		if err != nil {
			return err
		}
		defer release()
		result, err := view.QueryContext(context.Background(), "SELECT "+strings.Join(exprs, ", ")+" FROM input_rows")
		if err != nil {
			return err
		}
		defer result.Release()
		out, err = oneBatch(result)
		return err
	})
	return out, err
}

func registerRows(a *duckdb.Arrow, schema *arrow.Schema, rows arrow.RecordBatch) (func(), error) {
	reader, err := array.NewRecordReader(schema, []arrow.RecordBatch{rows})
	if err != nil {
		return nil, err
	}
	release, err := a.RegisterView(reader, "input_rows")
	if err != nil {
		reader.Release()
		return nil, err
	}
	return func() { release(); reader.Release() }, nil
}

// oneBatch joins what a query returns into one batch.
func oneBatch(result array.RecordReader) (arrow.RecordBatch, error) {
	var parts []arrow.RecordBatch
	for result.Next() {
		part := result.RecordBatch()
		part.Retain()
		parts = append(parts, part)
	}
	if result.Err() != nil {
		return nil, result.Err()
	}
	if len(parts) == 0 {
		return nil, errors.New("no rows")
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	table := array.NewTableFromRecords(result.Schema(), parts)
	defer table.Release()
	columns := make([]arrow.Array, table.NumCols())
	for i := range columns {
		all, err := array.Concatenate(table.Column(i).Data().Chunks(), memory.DefaultAllocator)
		if err != nil {
			return nil, err
		}
		columns[i] = all
	}
	return array.NewRecordBatch(result.Schema(), columns, table.NumRows()), nil
}

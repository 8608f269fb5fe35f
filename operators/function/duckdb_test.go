package function

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/duckdb/duckdb-go/v2"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// oracle is an Evaluator that runs in a DuckDB of the test's own, and counts how often it is asked.
type oracle struct {
	conn  *sql.Conn
	calls int
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
	o := &oracle{conn: conn}
	o.exec(t, "SET TimeZone='UTC'")
	o.exec(t, "SET threads=1")
	o.exec(t, "SET disabled_optimizers='unused_columns'") // a view on Arrow always gives all its columns
	return o
}

func (o *oracle) exec(t testing.TB, query string) {
	t.Helper()
	if _, err := o.conn.ExecContext(context.Background(), query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func (o *oracle) Eval(exprs []string, _ *arrow.Schema, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	o.calls++
	var out arrow.RecordBatch
	err := o.conn.Raw(func(raw any) error {
		var err error
		out, err = evalArrow(raw.(driver.Conn), exprs, rows)
		return err
	})
	return out, err
}

func evalArrow(conn driver.Conn, exprs []string, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	a, err := duckdb.NewArrowFromConn(conn)
	if err != nil {
		return nil, err
	}
	in, err := array.NewRecordReader(rows.Schema(), []arrow.RecordBatch{rows})
	if err != nil {
		return nil, err
	}
	defer in.Release()
	release, err := a.RegisterView(in, "batch")
	if err != nil {
		return nil, err
	}
	defer release()
	out, err := a.QueryContext(context.Background(), "SELECT "+strings.Join(exprs, ", ")+" FROM batch")
	if err != nil {
		return nil, err
	}
	defer out.Release()
	return collect(out)
}

// collect puts the batches of a result together.
func collect(in array.RecordReader) (arrow.RecordBatch, error) {
	var parts []arrow.RecordBatch
	for in.Next() {
		b := in.RecordBatch()
		b.Retain()
		parts = append(parts, b)
	}
	if in.Err() != nil {
		return nil, in.Err()
	}
	columns := make([]arrow.Array, in.Schema().NumFields())
	rows := int64(0)
	for c := range columns {
		chunks := []arrow.Array{array.MakeArrayOfNull(memory.DefaultAllocator, in.Schema().Field(c).Type, 0)}
		for _, p := range parts {
			chunks = append(chunks, p.Column(c))
		}
		column, err := array.Concatenate(chunks, memory.DefaultAllocator)
		if err != nil {
			return nil, err
		}
		columns[c], rows = column, int64(column.Len())
	}
	releaseBatches(parts)
	return array.NewRecordBatch(in.Schema(), columns, rows), nil
}

func releaseBatches(batches []arrow.RecordBatch) {
	for _, b := range batches {
		b.Release()
	}
}

// typeOf asks DuckDB which type an expression over the test columns has.
func (o *oracle) typeOf(t testing.TB, e *plan.Expr) types.Type {
	t.Helper()
	columns := make([]int, len(testInput))
	for i := range columns {
		columns[i] = i
	}
	var name string
	query := "SELECT column_type FROM (DESCRIBE SELECT " + text(e, columns) + " FROM columns)"
	if err := o.conn.QueryRowContext(context.Background(), query).Scan(&name); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return parseType(t, name)
}

func parseType(t testing.TB, name string) types.Type {
	t.Helper()
	if element, ok := strings.CutSuffix(name, "[]"); ok {
		return types.ListOf(parseType(t, element))
	}
	var width, scale int
	if n, _ := fmt.Sscanf(name, "DECIMAL(%d,%d)", &width, &scale); n == 2 {
		return types.DecimalOf(width, scale)
	}
	id, ok := types.ByName(name)
	if !ok {
		t.Fatalf("no type %s", name)
	}
	return types.Of(id)
}

// createColumns makes the empty table that typeOf asks about.
func (o *oracle) createColumns(t testing.TB) {
	parts := make([]string, len(testInput))
	for i, f := range testInput {
		parts[i] = fmt.Sprintf("c%d %s", i, f.Type)
	}
	o.exec(t, "CREATE OR REPLACE TABLE columns ("+strings.Join(parts, ", ")+")")
}

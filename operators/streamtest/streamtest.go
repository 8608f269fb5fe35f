// Package streamtest runs an operator as a stream would have it, for tests against DuckDB: on several shards, in batches of any
// size, restored between any two calls into another number of shards.
//
//	DuckDB ── rows, in the order of arrival ──► Cluster: shard 0, 1, … ──► Table
//	   └───── the same SELECT over the same rows ─────────────────────────► must be equal
package streamtest

import (
	"context"
	"database/sql"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/duckdb/duckdb-go/v2"
)

// Oracle is a DuckDB to make rows in and to compare with.
type Oracle struct {
	t     testing.TB
	conn  *sql.Conn
	arrow *duckdb.Arrow
}

// NewOracle opens an oracle until the end of the test.
func NewOracle(t testing.TB) *Oracle {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	Must(t, err)
	conn, err := db.Conn(context.Background())
	Must(t, err)
	o := &Oracle{t: t, conn: conn}
	Must(t, conn.Raw(func(c any) error {
		o.arrow, err = duckdb.NewArrowFromConn(c.(*duckdb.Conn))
		return err
	}))
	t.Cleanup(func() { _ = conn.Close(); _ = db.Close() })
	o.Exec("SET TimeZone='UTC'; SET threads=1")
	return o
}

// Must ends the test on an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Exec runs statements.
func (o *Oracle) Exec(query string) {
	o.t.Helper()
	if _, err := o.conn.ExecContext(context.Background(), query); err != nil {
		o.t.Fatalf("%s: %v", query, err)
	}
}

// Query returns the result as one batch on the Go heap.
func (o *Oracle) Query(query string) arrow.RecordBatch {
	o.t.Helper()
	rows, err := o.query(query)
	if err != nil {
		o.t.Fatalf("%s: %v", query, err)
	}
	return rows
}

func (o *Oracle) query(query string) (arrow.RecordBatch, error) {
	reader, err := o.arrow.QueryContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	defer reader.Release()
	var parts []arrow.RecordBatch
	for reader.Next() {
		b := reader.RecordBatch()
		b.Retain()
		defer b.Release()
		parts = append(parts, b)
	}
	if err := reader.Err(); err != nil {
		return nil, err
	}
	return Join(reader.Schema(), parts)
}

// Join copies batches into one on the Go heap.
func Join(schema *arrow.Schema, parts []arrow.RecordBatch) (arrow.RecordBatch, error) {
	table := array.NewTableFromRecords(schema, parts)
	defer table.Release()
	columns := make([]arrow.Array, schema.NumFields())
	for i := range columns {
		chunks := table.Column(i).Data().Chunks()
		if len(chunks) == 0 {
			columns[i] = array.MakeArrayOfNull(memory.DefaultAllocator, schema.Field(i).Type, 0)
			continue
		}
		var err error
		if columns[i], err = array.Concatenate(chunks, memory.DefaultAllocator); err != nil {
			return nil, err
		}
	}
	return array.NewRecordBatch(schema, columns, table.NumRows()), nil
}

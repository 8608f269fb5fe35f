package aggregate

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/duckdb/duckdb-go/v2"
	"github.com/weirdb/weir/engine/types"
)

// oracle is a DuckDB to make data in and to compare with.
type oracle struct {
	t     *testing.T
	conn  *sql.Conn
	arrow *duckdb.Arrow
}

func newOracle(t *testing.T) *oracle {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	must(t, err)
	conn, err := db.Conn(context.Background())
	must(t, err)
	o := &oracle{t: t, conn: conn}
	must(t, conn.Raw(func(c any) error {
		o.arrow, err = duckdb.NewArrowFromConn(c.(*duckdb.Conn))
		return err
	}))
	t.Cleanup(func() { _ = conn.Close(); _ = db.Close() })
	o.exec("SET TimeZone='UTC'")
	o.exec("SET threads=1")
	return o
}

func must(t *testing.T, err error) {
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

// query returns the result as one batch. The test's end releases it.
func (o *oracle) query(query string) arrow.RecordBatch {
	o.t.Helper()
	reader, err := o.arrow.QueryContext(context.Background(), query)
	if err != nil {
		o.t.Fatalf("%s: %v", query, err)
	}
	defer reader.Release()
	var parts []arrow.RecordBatch
	for reader.Next() {
		b := reader.RecordBatch()
		b.Retain()
		parts = append(parts, b)
	}
	must(o.t, reader.Err())
	return joinBatches(o.t, reader.Schema(), parts)
}

func joinBatches(t *testing.T, schema *arrow.Schema, parts []arrow.RecordBatch) arrow.RecordBatch {
	t.Helper()
	var columns []arrow.Array
	n := int64(0)
	for i := range schema.Fields() {
		var arrays []arrow.Array
		for _, p := range parts {
			arrays = append(arrays, p.Column(i))
		}
		if len(arrays) == 0 {
			arrays = append(arrays, array.MakeArrayOfNull(memory.DefaultAllocator, schema.Field(i).Type, 0))
		}
		c, err := array.Concatenate(arrays, memory.DefaultAllocator)
		must(t, err)
		columns = append(columns, c)
	}
	for _, p := range parts {
		n += p.NumRows()
	}
	b := array.NewRecordBatch(schema, columns, n)
	return b
}

// pick is a SQL expression for a random choice among the texts, as a value of type t, for row i.
func pick(t types.Type, seed string, texts ...string) string {
	quoted := make([]string, len(texts))
	for i, x := range texts {
		quoted[i] = types.QuoteString(x)
		if x == "NULL" {
			quoted[i] = "NULL"
		}
	}
	return fmt.Sprintf("CAST(([%s])[1 + (hash(i, '%s') %% %d)::INTEGER] AS %s)", strings.Join(quoted, ", "), seed, len(texts), t)
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
	var parts []string
	for _, c := range b.Columns() {
		text := c.ValueStr(row)
		if d, ok := c.(*array.Decimal128); ok && d.IsValid(row) {
			text = d.Value(row).ToString(d.DataType().(*arrow.Decimal128Type).Scale)
		}
		if f, ok := c.(*array.Float64); ok && f.IsValid(row) {
			text = strconv.FormatFloat(f.Value(row), 'g', -1, 64)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " | ")
}

// sameRows compares sorted texts; numbers with a fraction may differ by the rounding of sums.
func sameRows(t *testing.T, what string, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d rows, DuckDB has %d\ngot  %s\nwant %s", what, len(got), len(want), sample(got), sample(want))
	}
	for i := range got {
		if at, ok := sameRow(got[i], want[i]); !ok {
			t.Fatalf("%s: row %d, column %d\ngot  %s\nwant %s", what, i, at, cell(got[i], at), cell(want[i], at))
		}
	}
}

// cell is a column of a row, or the whole row for column -1.
func cell(row string, column int) string {
	if column < 0 {
		return row
	}
	return strings.Split(row, " | ")[column]
}

func sample(rows []string) string { return strings.Join(rows[:min(len(rows), 5)], "\n     ") }

// sameRow reports whether two rows are the same, or the first column where they differ.
func sameRow(a, b string) (column int, same bool) {
	as, bs := strings.Split(a, " | "), strings.Split(b, " | ")
	if len(as) != len(bs) {
		return -1, false
	}
	for i := range as {
		if as[i] != bs[i] && !near(as[i], bs[i]) {
			return i, false
		}
	}
	return 0, true
}

func near(a, b string) bool {
	if !strings.ContainsAny(a+b, ".e") {
		return false
	}
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err == nil && err2 == nil && math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y), 1e-6)
}

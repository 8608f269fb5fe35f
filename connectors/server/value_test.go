package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"
	"github.com/weirdb/weir/engine/types"
)

// duck runs a statement in DuckDB and calls use with each batch.
func duck(t *testing.T, query string, use func(arrow.RecordBatch)) {
	t.Helper()
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer connector.Close()
	conn, err := connector.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	from, err := duckdb.NewArrowFromConn(conn)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := from.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Release()
	for rows.Next() {
		use(rows.RecordBatch())
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
}

// TestTextIsDuckDBs compares the text of values with what DuckDB's own cast to VARCHAR writes.
func TestTextIsDuckDBs(t *testing.T) {
	values := map[string][]string{
		"HUGEINT":      {"0", "-1", "170141183460469231731687303715884105727", "-170141183460469231731687303715884105727"},
		"DECIMAL(4,1)": {"1.5", "-0.1", "999.9"}, "DECIMAL(18,6)": {"123456789012.123456"}, "DECIMAL(38,10)": {"-1234567890123456789012345678.0000000001"},
		"BIGINT": {"9007199254740993", "-9223372036854775808"}, "UBIGINT": {"18446744073709551615"}, "UTINYINT": {"255"},
		"DATE": {"2026-01-01", "1969-12-31", "0001-01-01", "9999-12-31", "infinity", "-infinity"},
		"TIME": {"10:00:00", "23:59:59.999999", "00:00:00.5"},
		"TIMESTAMP": {"2026-01-01 10:00:00", "2026-01-01 10:00:00.123456", "1969-12-31 23:59:59.9", "infinity", "-infinity",
			"1500-02-28 00:00:00.000001"},
		"TIMESTAMP_S": {"2026-01-01 10:00:00"}, "TIMESTAMP_MS": {"2026-01-01 10:00:00.12"}, "TIMESTAMP_NS": {"2026-01-01 10:00:00.123456789"},
		"INTERVAL": {"0 days", "1 year", "-13 months", "2 days", "-1 day", "1 month 2 days 03:04:05.678", "-00:00:01.5", "100 hours", "1 microsecond"},
		"UUID":     {"00000000-0000-0000-0000-00000000002a"},
		"VARCHAR":  {"", "a\"b\\c\nd\te\u2028é😀", "<&>"}, "JSON": {`{"a": [1, "x"]}`},
		"BOOLEAN": {"true", "false"}, "ENUM('sad', 'happy')": {"happy"},
	}
	for kind, texts := range values {
		for _, text := range texts {
			checkText(t, kind, text)
		}
	}
}

func checkText(t *testing.T, kind, text string) {
	t.Helper()
	value := fmt.Sprintf("CAST('%s' AS %s)", text, kind)
	duck(t, "SELECT "+value+", CAST("+value+" AS VARCHAR)", func(b arrow.RecordBatch) {
		want := b.Column(1).(*array.String).Value(0)
		if strings.HasPrefix(kind, "TIMESTAMP") {
			want = strings.Replace(want, " ", "T", 1)
		}
		if got := string(plainCell(b.Column(0))(nil, 0)); got != want {
			t.Errorf("%s %q: got %q, DuckDB writes %q", kind, text, got, want)
		}
		var back any
		if err := json.Unmarshal(jsonCell(b.Column(0))(nil, 0), &back); err != nil {
			t.Errorf("%s %q: not JSON: %v", kind, text, err)
		} else if s, isText := back.(string); isText && s != want {
			t.Errorf("%s %q: JSON holds %q, DuckDB writes %q", kind, text, s, want)
		}
	})
}

func TestJSONForms(t *testing.T) {
	for query, want := range map[string]string{
		"CAST(9007199254740992 AS BIGINT)":     `9007199254740992`,
		"CAST(9007199254740993 AS BIGINT)":     `"9007199254740993"`,
		"CAST(-9007199254740993 AS BIGINT)":    `"-9007199254740993"`,
		"CAST(9007199254740993 AS UBIGINT)":    `"9007199254740993"`,
		"CAST(1 AS HUGEINT)":                   `"1"`,
		"CAST('1.50' AS DECIMAL(4,2))":         `"1.50"`,
		"CAST('nan' AS DOUBLE)":                `null`,
		"CAST('-inf' AS FLOAT)":                `null`,
		"CAST(0.1 AS FLOAT)":                   `0.1`,
		"CAST(1e300 AS DOUBLE)":                `1e+300`,
		"NULL":                                 `null`,
		"CAST(NULL AS INTEGER)":                `null`,
		"TRUE":                                 `true`,
		"TIMESTAMPTZ '2026-01-01 10:00:00+02'": `"2026-01-01T08:00:00Z"`,
		"CAST('infinity' AS TIMESTAMPTZ)":      `"infinity"`,
		"'\\xAA\\x00'::BLOB":                   `"qgA="`,
		"{'a': 1, 'b': [1, NULL, 3], 'c': {'d': DATE '2026-01-02'}}": `{"a":1,"b":[1,null,3],"c":{"d":"2026-01-02"}}`,
		"MAP {1: 'x', 2: NULL}":       `[{"key":1,"value":"x"},{"key":2,"value":null}]`,
		"CAST([1, 2] AS INTEGER[2])":  `[1,2]`,
		"CAST('b' AS ENUM('a', 'b'))": `"b"`,
		"CAST([] AS VARCHAR[])":       `[]`,
		"'\"\\'":                      `"\"\\"`,
	} {
		duck(t, "SELECT "+query, func(b arrow.RecordBatch) {
			if got := string(jsonCell(b.Column(0))(nil, 0)); got != want {
				t.Errorf("%s: got %s, want %s", query, got, want)
			}
		})
	}
}

// TestJSONOfSlices checks that a cut batch gives the same values as the whole, nested ones too.
func TestJSONOfSlices(t *testing.T) {
	query := `SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE [i, i + 1] END, {'x': i, 'y': {'z': [i::VARCHAR]}}, MAP {i: [i]}
		FROM range(50) r(i)`
	duck(t, query, func(b arrow.RecordBatch) {
		whole := jsonRow(b)
		for from := range int(b.NumRows()) {
			cut := b.NewSlice(int64(from), b.NumRows())
			part := jsonRow(cut)
			for i := range int(cut.NumRows()) {
				if got, want := string(part(nil, i)), string(whole(nil, from+i)); got != want {
					t.Fatalf("from %d, row %d: got %s, want %s", from, i, got, want)
				}
			}
			cut.Release()
		}
	})
}

// TestCSVReadsBack writes values as CSV, lets DuckDB read them, and compares there.
func TestCSVReadsBack(t *testing.T) {
	rows := `(VALUES (1, ''), (2, 'a,b'), (3, 'say "x"'), (4, E'two\nlines'), (5, NULL), (6, ' spaces '), (7, 'é')) v(i, "the, text")`
	var text bytes.Buffer
	duck(t, "FROM "+rows, func(b arrow.RecordBatch) {
		w := newCSVWriter(&text)
		columns := []types.Field{{Name: "i"}, {Name: "the, text"}}
		if err := errors.Join(w.begin(&Result{Columns: columns}), w.rows(b), w.end(false, nil)); err != nil {
			t.Fatal(err)
		}
	})
	file := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	read := fmt.Sprintf("read_csv('%s', header = true, columns = {i: 'INTEGER', \"the, text\": 'VARCHAR'}, allow_quoted_nulls = false)", file)
	duck(t, fmt.Sprintf("SELECT (SELECT count(*) FROM %s), count(*) FROM (FROM %s EXCEPT FROM %s)", read, rows, read), func(b arrow.RecordBatch) {
		if n, different := b.Column(0).(*array.Int64).Value(0), b.Column(1).(*array.Int64).Value(0); n != 7 || different != 0 {
			t.Errorf("%d rows, %d different, from\n%s", n, different, text.String())
		}
	})
}

package shop

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/weirdb/weir/engine/types"
)

func openDuckDB(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// readJSON is a scan of a file with the declared columns.
func readJSON(path string) string {
	var fields []string
	for _, f := range columns {
		fields = append(fields, types.QuoteString(f.Name)+": "+types.QuoteString(f.Type.String()))
	}
	return fmt.Sprintf("read_json(%s, format = 'newline_delimited', columns = {%s})", types.QuoteString(path), strings.Join(fields, ", "))
}

func write(t *testing.T, all []delivered) string {
	t.Helper()
	var text strings.Builder
	for _, d := range all {
		text.WriteString(d.value + "\n")
	}
	path := filepath.Join(t.TempDir(), "shop.ndjson")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestDuckDBReadsTheColumns reads whole records as the declared columns, and compares what it finds with Go's own reading.
func TestDuckDBReadsTheColumns(t *testing.T) {
	all := read(t, map[string]string{"broken": "0"})
	var want [3]int64 // cents of orders, items, µs of all times
	for _, e := range parse(t, all) {
		want[2] += e.Timestamp.UnixMicro() % 1_000_000_000
		if e.EventType == "order.placed" {
			want[0] += cents(t, e.Payload.Amount)
			want[1] += int64(len(e.Payload.Items))
		}
	}
	var rows int
	var got [3]int64
	query := `SELECT count(*), (sum(payload.amount) FILTER ("eventType" = 'order.placed') * 100)::BIGINT,
		sum(len(payload.items))::BIGINT, sum(epoch_us("timestamp") % 1000000000)::BIGINT FROM ` + readJSON(write(t, all))
	if err := openDuckDB(t).QueryRow(query).Scan(&rows, &got[0], &got[1], &got[2]); err != nil {
		t.Fatal(err)
	}
	if rows != len(all) || got != want {
		t.Errorf("%d rows with %v, want %d with %v", rows, got, len(all), want)
	}
}

// TestDuckDBRefusesBrokenRecords gives each broken record to DuckDB alone.
func TestDuckDBRefusesBrokenRecords(t *testing.T) {
	db, broken := openDuckDB(t), 0
	for _, d := range read(t, map[string]string{"broken": "0.02", "events": "3000"}) {
		var e event
		if json.Unmarshal([]byte(d.value), &e) == nil && utf8.ValidString(d.value) {
			continue
		}
		broken++
		var at any
		if err := db.QueryRow(`SELECT "timestamp" FROM ` + readJSON(write(t, []delivered{d}))).Scan(&at); err == nil {
			t.Errorf("DuckDB reads %q as %v", d.value, at)
		}
	}
	if broken < 30 {
		t.Errorf("only %d broken records", broken)
	}
}

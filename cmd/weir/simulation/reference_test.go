package simulation

import (
	"database/sql"
	"fmt"
	"maps"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/weirdb/weir/connectors/duckdb"
)

// TestReferenceIsTheBatch: what runs are held against is what DuckDB computes for the same texts over the same events.
func TestReferenceIsTheBatch(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(40) {
		w := newWorld(seed)
		want, err := w.reference(w.views, w.isEvent)
		if err != nil {
			t.Fatal(err)
		}
		db := batchOf(t, w)
		for _, v := range w.views {
			if v.name == "lately" { // the batch has no state_ttl
				continue
			}
			seen[v.name] = true
			if got := rowsIn(t, db, v); !maps.Equal(got, want[v.name]) {
				t.Errorf("seed %d, view %s: DuckDB has\n%v\nand the reference\n%v", seed, v.name, got, want[v.name])
			}
		}
		db.Close()
	}
	if len(seen) < len(viewDefs)-1 {
		t.Errorf("compared %d of %d views only: more seeds", len(seen), len(viewDefs))
	}
}

// batchOf is a database with the events that count in tables, and the views as views.
func batchOf(t *testing.T, w *world) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	run := func(text string) {
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s: %s", text, err)
		}
	}
	run("SET threads = 1; " + duckdb.WindowMacros())
	for _, s := range w.scripts {
		run(fmt.Sprintf("CREATE TABLE %s (id BIGINT, k VARCHAR, v INTEGER, ts TIMESTAMP)", s.name))
		once := ""
		if s.name == "payments" {
			once = " WHERE NOT EXISTS (FROM payments p WHERE p.id = e.id)"
		}
		for _, p := range s.partitions {
			for _, e := range p.events {
				if w.isEvent(e) {
					run(fmt.Sprintf("INSERT INTO %s SELECT e.* FROM (SELECT unnest(from_json('%s', '%s'))) e%s", s.name, e.value,
						`{"id": "BIGINT", "k": "VARCHAR", "v": "INTEGER", "ts": "TIMESTAMP"}`, once))
				}
			}
		}
	}
	for _, d := range viewDefs { // one whose sources have no events here fails, and is not asked for
		_, _ = db.Exec(fmt.Sprintf("CREATE VIEW %s AS %s", d.name, d.text))
	}
	return db
}

func rowsIn(t *testing.T, db *sql.DB, v *view) table {
	t.Helper()
	rows, err := db.Query("FROM " + v.name)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out, values := table{}, make([]any, len(v.Columns))
	for rows.Next() {
		places := make([]any, len(values))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			t.Fatal(err)
		}
		out[printValues(values)]++
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// printValues prints a row as printRow does.
func printValues(values []any) (text string) {
	for i, v := range values {
		if i > 0 {
			text += "|"
		}
		switch v := v.(type) {
		case nil:
			text += "(null)"
		case time.Time:
			text += v.Format("2006-01-02T15:04:05.999999")
		default:
			text += fmt.Sprint(v)
		}
	}
	return text
}

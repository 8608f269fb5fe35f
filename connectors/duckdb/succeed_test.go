package duckdb

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// A successor has its view's name with all that is kept under it, also after a restart; of the old view only late rows stay.
func TestSucceed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weir.duckdb")
	s, err := Open(path, StoreOptions{})
	check(t, err)
	const next, read = "v (backfill)", "bid (backfill of v)"
	column := []types.Field{{Name: "a", Type: types.Of(types.BigInt)}}
	for _, view := range []string{"v", next, "other"} {
		check(t, s.Change(ctx, func(c *Catalog) error {
			check(t, c.Put(Entry{Kind: "MATERIALIZED VIEW", Name: view, SQL: "…", Created: time.Unix(1, 0)}))
			return c.CreateView(view, column, "")
		}))
	}
	at := func(query, source string, next int64) engine.Position {
		return engine.Position{Query: query, Source: source, Partition: "0", Next: next, Watermark: engine.MinTime}
	}
	late := func(view, source, row string) engine.LateRow {
		return engine.LateRow{View: view, Source: source, Partition: "0", Row: row, At: time.Unix(2, 0)}
	}
	var changes []engine.Change
	for view, sql := range map[string]string{"v": "SELECT 1::BIGINT AS a", next: "SELECT 2::BIGINT AS a"} {
		changes = append(changes, engine.Change{View: view, Batches: []engine.Batch{{Rows: rowsOf(t, testSession(t), sql)}}})
	}
	check(t, s.Commit(ctx, &engine.Commit{
		Epoch: 1, Changes: changes, Starts: []engine.Position{at(next, read, 3)}, Late: []engine.LateRow{late("v", "bid", "old"), late(next, read, "new")},
		Positions: []engine.Position{at("", "bid", 8), at("", read, 8), at("v", "bid", 7), at(next, read, 8), at("other", "bid", 9)},
	}))
	check(t, s.Change(ctx, func(c *Catalog) error {
		check(t, c.Succeed(Succession{From: next, To: "v", Sources: map[string]string{read: "bid"}}))
		return c.Delete("MATERIALIZED VIEW", next)
	}))
	check(t, commit(s, "v", engine.Batch{Rows: rowsOf(t, testSession(t), "SELECT 3::BIGINT AS a")}))
	for _, when := range []string{"at once", "after a restart"} {
		for sql, want := range map[string]string{
			"SELECT a FROM v ORDER BY a": "2;3", "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY 1": "other;v",
			"SELECT concat_ws(' ', query, source, first) FROM weir.starts":                   "v bid 3",
			"SELECT concat_ws(' ', view, source, row) FROM weir.late_rows ORDER BY row DESC": "v (replaced) bid old;v bid new",
		} {
			if got := strings.Join(texts(t, s, sql), ";"); got != want {
				t.Errorf("%s: %s: %s, want %s", when, sql, got, want)
			}
		}
		last, err := s.Load(ctx)
		check(t, err)
		if want := []engine.Position{at("", "bid", 8), at("other", "bid", 9), at("v", "bid", 8)}; !reflect.DeepEqual(last.Positions, want) {
			t.Errorf("%s: positions %v", when, last.Positions)
		}
		check(t, s.Close())
		s, err = Open(path, StoreOptions{})
		check(t, err)
	}
	check(t, s.Close())
}

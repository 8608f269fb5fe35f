package duckdb

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine/types"
)

// killed leaves a database as a process does that was killed: with a log that is not in the file yet.
func killed(t *testing.T) (path string, entries []Entry) {
	t.Helper()
	dir := t.TempDir()
	s, err := Open(filepath.Join(dir, "live.duckdb"), StoreOptions{})
	check(t, err)
	defer s.Close()
	check(t, s.Change(ctx, func(c *Catalog) error {
		check(t, c.Put(Entry{Kind: "MATERIALIZED VIEW", Name: "v", SQL: "CREATE …"}))
		check(t, c.CreateView("v", []types.Field{{Name: "a", Type: types.Of(types.BigInt)}}, "it's a view"))
		check(t, c.DefineMacro("twice", "CREATE MACRO twice(x) AS 2 * x"))
		_, err := c.Execute("CREATE TABLE fees (channel VARCHAR UNIQUE, fee DOUBLE)")
		check(t, err)
		_, err = c.Execute("INSERT INTO fees VALUES ('web', 0.5)")
		return err
	}))
	check(t, s.session.exec(ctx, "INSERT INTO main.v FROM range(7); INSERT INTO weir.positions VALUES ('v', 'bid', '0', 7, NULL, NULL)"))
	for _, suffix := range []string{"", ".wal"} {
		text, err := os.ReadFile(filepath.Join(dir, "live.duckdb"+suffix))
		check(t, err)
		check(t, os.WriteFile(filepath.Join(dir, "x.duckdb"+suffix), text, 0o600))
	}
	entries, err = s.Entries(ctx)
	check(t, err)
	return filepath.Join(dir, "x.duckdb"), entries
}

// A copy has what a file has, its log included, and leaves both as they are, whatever is changed in the copy.
func TestCopyLeavesTheFile(t *testing.T) {
	path, want := killed(t)
	before, err := os.ReadFile(path + ".wal")
	check(t, err)
	for _, rows := range []bool{false, true} {
		s, err := OpenCopy(path, rows, StoreOptions{})
		check(t, err)
		if got, err := s.Entries(ctx); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("entries %+v, %v", got, err)
		}
		if c, err := s.Load(ctx); err != nil || len(c.Positions) != 1 || c.Positions[0].Next != 7 {
			t.Errorf("checkpoint %+v, %v", c, err)
		}
		if n, err := s.Count(ctx, "v"); err != nil || n != 7 {
			t.Errorf("v has %d rows, %v", n, err)
		}
		err = s.Change(ctx, func(c *Catalog) error {
			check(t, c.DropView("v"))
			_, err := c.Execute("INSERT INTO fees VALUES ('web', 1)")
			return err
		})
		if (err != nil) != rows || err != nil && !strings.Contains(err.Error(), "Duplicate key") {
			t.Errorf("rows %t: a row that is there already: %v", rows, err)
		}
		check(t, s.Close())
	}
	after, err := os.ReadFile(path + ".wal")
	check(t, err)
	made, err := filepath.Glob(path + "*")
	check(t, err)
	if !bytes.Equal(before, after) || len(made) != 2 {
		t.Errorf("the log was changed, or files were made: %v", made)
	}
}

func TestCopyOfOtherFiles(t *testing.T) {
	dir := t.TempDir()
	s, err := OpenCopy(filepath.Join(dir, "nosuch.duckdb"), true, StoreOptions{})
	check(t, err)
	if entries, err := s.Entries(ctx); err != nil || len(entries) > 0 {
		t.Errorf("of no file: %v, %v", entries, err)
	}
	check(t, s.Close())
	other := filepath.Join(dir, "other.duckdb")
	db, err := sql.Open("duckdb", other)
	check(t, err)
	_, err = db.Exec("CREATE TABLE t AS FROM range(3)")
	check(t, err)
	check(t, db.Close())
	s, err = OpenCopy(other, true, StoreOptions{})
	check(t, err)
	if tables, err := s.PlainTables(ctx); err != nil || len(tables) != 1 {
		t.Errorf("of a file that no Weir has had: %v, %v", tables, err)
	}
	check(t, s.Close())
	broken := filepath.Join(dir, "broken.duckdb")
	check(t, os.WriteFile(broken, []byte("this is not a database"), 0o600))
	if _, err := OpenCopy(broken, true, StoreOptions{}); err == nil || !strings.Contains(err.Error(), "broken.duckdb") {
		t.Errorf("of no database: %v", err)
	}
}

// What an attempt has done is seen in it, and is not there afterwards.
func TestAttemptIsTakenBack(t *testing.T) {
	s := testStore(t)
	column := []types.Field{{Name: "a", Type: types.Of(types.BigInt)}}
	check(t, s.CreateView(ctx, "v", column))
	check(t, s.session.exec(ctx, "INSERT INTO weir.positions VALUES ('v', 'bid', '0', 7, NULL, NULL)"))
	last, err := s.load(ctx)
	check(t, err)
	s.last = &last
	check(t, s.Attempt(ctx, func(c *Catalog) error {
		check(t, c.DropView("v"))
		if n := len(c.Checkpoint().Positions); n != 0 {
			t.Errorf("%d positions in the attempt", n)
		}
		return c.CreateView("w", column, "")
	}))
	if got := texts(t, s, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'"); len(got) != 1 || got[0] != "v" {
		t.Errorf("tables %v", got)
	}
	if c, err := s.Load(ctx); err != nil || len(c.Positions) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	failed := errors.New("failed")
	if err := s.Attempt(ctx, func(*Catalog) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("the function's error: %v", err)
	}
}

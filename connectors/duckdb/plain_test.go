package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

var rateColumns = []types.Field{{Name: "rate", Type: types.Of(types.Double)}, {Name: "currency", Type: types.Of(types.Varchar)}}

func execute(t *testing.T, s *Store, sql string) {
	t.Helper()
	check(t, s.Change(ctx, func(c *Catalog) error {
		_, err := c.Execute(sql)
		return errors.Join(err, c.KeepTables([]string{"rates"}))
	}))
}

// readTable reads what is there from a position on. It returns the changes, and the position behind them.
func readTable(t *testing.T, s *Store, o engine.ReadOptions) (string, int64) {
	t.Helper()
	o.Columns, o.Bounded = rateColumns, true
	r, err := s.PlainSource("rates").Open(ctx, o)
	check(t, err)
	var out []string
	next := int64(0)
	for {
		fetches, err := r.Poll(ctx)
		if errors.Is(err, io.EOF) {
			return strings.Join(out, " "), next
		}
		check(t, err)
		out, next = append(out, changesOf(fetches[0])...), fetches[0].Next
	}
}

func changesOf(f engine.Fetch) (out []string) {
	if f.Rows == nil {
		return nil
	}
	defer f.Rows.Release()
	for i := range int(f.Rows.NumRows()) {
		sign := "+"
		if f.Weights != nil && f.Weights[i] < 0 {
			sign = "-"
		}
		out = append(out, sign+f.Rows.Column(1).ValueStr(i)+f.Rows.Column(0).ValueStr(i))
	}
	return out
}

// TestHistoryOfATable: readers at any position get what changed behind it, also when what is before them was merged.
func TestHistoryOfATable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weir.duckdb")
	s, err := Open(path, StoreOptions{Threads: 1})
	check(t, err)
	from := func(at int64) engine.ReadOptions { return engine.ReadOptions{From: map[string]int64{"0": at}} }
	execute(t, s, "CREATE TABLE rates AS SELECT 'EUR' AS currency, 1::DOUBLE AS rate")
	for _, step := range []struct {
		sql     string
		options engine.ReadOptions
		want    string
		next    int64
	}{
		{"SELECT 1", engine.ReadOptions{}, "+EUR1", 1},
		{"SELECT 1", from(1), "", 1},
		{"UPDATE rates SET rate = 2", from(1), "-EUR1 +EUR2", 3},
		{"INSERT INTO rates VALUES ('EUR', 2), (NULL, NULL)", from(1), "-EUR1 +EUR2 +EUR2 +(null)(null)", 5},
		{"DELETE FROM rates", engine.ReadOptions{NotAfter: map[string]int64{"0": 3}}, "+EUR2 +EUR2 +(null)(null) -EUR2 -EUR2 -(null)(null)", 8},
		{"SELECT 1", from(8), "", 8}, // all is merged
		{"INSERT INTO rates VALUES ('USD', 3)", from(8), "+USD3", 9},
		{"INSERT INTO rates VALUES ('CHF', 4)", engine.ReadOptions{NotAfter: map[string]int64{"0": 9}}, "+USD3 +CHF4", 10},
	} {
		execute(t, s, step.sql)
		if got, next := readTable(t, s, step.options); sortedWords(got) != sortedWords(step.want) || next != step.next {
			t.Fatalf("%s, from %v: %s up to %d, want %s up to %d", step.sql, step.options, got, next, step.want, step.next)
		}
		check(t, s.Close())
		s, err = Open(path, StoreOptions{Threads: 1})
		check(t, err)
	}
	check(t, s.Close())
}

func sortedWords(text string) string {
	return strings.Join(slices.Sorted(slices.Values(strings.Fields(text))), " ")
}

// TestTableIsFollowed: a reader that has come to the end gets what is changed later, and large tables come in parts.
func TestTableIsFollowed(t *testing.T) {
	s := testStore(t)
	execute(t, s, fmt.Sprintf("CREATE TABLE rates AS SELECT i::VARCHAR AS currency, i::DOUBLE AS rate FROM range(%d) t(i)", plainFetch+10))
	r, err := s.PlainSource("rates").Open(ctx, engine.ReadOptions{Columns: rateColumns})
	check(t, err)
	for _, want := range []int{plainFetch, 10, 1} {
		if want == 1 {
			go execute(t, s, "DELETE FROM rates WHERE rate = 5")
		}
		bounded, stop := context.WithTimeout(ctx, time.Minute)
		fetches, err := r.Poll(bounded)
		stop()
		check(t, err)
		if got := changesOf(fetches[0]); len(got) != want || want == 1 && got[0] != "-55" {
			t.Fatalf("%d changes, want %d: %v", len(got), want, got[:1])
		}
	}
	execute(t, s, "SELECT 1")
	execute(t, s, "ALTER TABLE rates RENAME TO other")
	if _, err := r.Poll(ctx); err == nil || !strings.Contains(err.Error(), "table rates is gone") {
		t.Errorf("error %v", err)
	}
}

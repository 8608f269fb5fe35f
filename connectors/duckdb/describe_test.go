package duckdb

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine/types"
)

func TestDescribe(t *testing.T) {
	s := testStore(t)
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "a", Type: types.Of(types.Integer)}, {Name: "seen", Type: types.Of(types.Timestamp)}}))
	d, err := s.Describe(ctx, "SELECT a + 1::BIGINT AS b FROM v WHERE seen > $2 AND a < $1 LIMIT $3")
	check(t, err)
	want := &Description{Columns: []types.Field{{Name: "b", Type: types.Of(types.BigInt)}},
		Parameters: []types.Type{types.Of(types.Integer), types.Of(types.Timestamp), types.Of(types.BigInt)}}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
	d, err = s.Describe(ctx, "SELECT $1")
	check(t, err)
	if len(d.Parameters) != 1 || d.Parameters[0].ID != types.Null || d.Columns != nil {
		t.Errorf("a statement that leaves the type open: %+v", d)
	}
	for _, sql := range []string{"SELECT $2", "SELECT nothing FROM v", "DELETE FROM v WHERE a = $1", "FROM read_csv($1)", "FROM tumble($1, seen, INTERVAL 1 s)"} {
		if d, err := s.Describe(ctx, sql); err == nil {
			t.Errorf("%s: %+v", sql, d)
		}
	}
	if _, err := s.Describe(ctx, "DELETE FROM v"); !errors.Is(err, ErrReadOnly) {
		t.Errorf("DELETE: %v", err)
	}
}

func TestQueryWith(t *testing.T) {
	s := testStore(t)
	text := func(s string) *string { return &s }
	ask := func(sql string, parameters ...*string) (string, error) {
		rows, err := s.QueryWith(ctx, sql, parameters, Limits{})
		if err != nil {
			return "", err
		}
		defer rows.Release()
		out := []string{}
		for rows.Next() {
			for i := range int(rows.RecordBatch().NumRows()) {
				out = append(out, strings.Clone(rows.RecordBatch().Column(0).ValueStr(i)))
			}
		}
		return strings.Join(out, ","), rows.Err()
	}
	for _, c := range []struct {
		sql, want  string
		parameters []*string
	}{
		{"SELECT range FROM range(5) WHERE range >= CAST(CAST($1 AS VARCHAR) AS BIGINT)", "3,4", []*string{text("3")}},
		{"SELECT $2 || $1 || $2", "bab", []*string{text("a"), text("b")}},
		{"SELECT len(CAST(CAST($1 AS VARCHAR) AS VARCHAR[]))", "2", []*string{text("[a, b]")}}, // its type is known with the value only
		{"SELECT $1 IS NULL", "true", []*string{nil}},
		{"SELECT $10 || $2 || $1 || $3 || $4 || $5 || $6 || $7 || $8 || $9", "j", []*string{text(""), text(""), text(""), text(""), text(""), text(""), text(""), text(""), text(""), text("j")}},
		{"SELECT 1", "1", nil},
	} {
		if got, err := ask(c.sql, c.parameters...); got != c.want || err != nil {
			t.Errorf("%s: %q, %v", c.sql, got, err)
		}
	}
	for _, sql := range []string{"SELECT 1", "SELECT $1, $2", "SELECT current_setting($1)", "FROM query_table($1)"} {
		if got, err := ask(sql, text("threads")); err == nil {
			t.Errorf("%s: %s", sql, got)
		}
	}
}

func TestDefineBeside(t *testing.T) {
	s := testStore(t)
	if err := attempt(s, "FROM beside.main.x"); err == nil {
		t.Error("a database that is not there was read")
	}
	s = testStore(t)
	check(t, s.DefineBeside("beside", "CREATE VIEW x AS SELECT 7 AS a; CREATE MACRO twice(n) AS TABLE SELECT 2 * n AS a"))
	if got := texts(t, s, "SELECT sum(a) FROM (FROM beside.main.x UNION ALL FROM beside.main.twice(4))"); got[0] != "15" {
		t.Errorf("got %v", got)
	}
	for _, sql := range []string{"FROM system.main.pg_settings", "FROM memory.main.x", "DROP VIEW beside.main.x", "SELECT beside.main.current_setting('x')"} {
		if err := attempt(s, sql); err == nil {
			t.Errorf("%s was run", sql)
		}
	}
	if err := s.DefineBeside("again", ""); err == nil {
		t.Error("two of them")
	}
}

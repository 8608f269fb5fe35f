package duckdb

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestForeignTypes: a query of a user has columns of types that Weir does not carry as texts, or as lists, in the query's order.
func TestForeignTypes(t *testing.T) {
	s := testStore(t)
	const query = `-- moods
		SELECT 'happy'::ENUM('sad', 'happy') AS mood, n, n AS "n", '101'::BIT AS bits, TIMETZ '01:02:03+01' AS at, 2::UHUGEINT AS big,
			[n, 7]::BIGINT[2] AS pair, {'m': 'sad'::ENUM('sad')} AS in_struct, union_value(k := 1) AS one_of
		FROM range(3) AS r(n) ORDER BY n DESC; `
	rows, err := s.Query(ctx, query, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Release()
	d, err := s.Describe(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprint(rows.Columns()); fmt.Sprint(d.Columns) != want {
		t.Errorf("described as %v, want %s", d.Columns, want)
	}
	var got []string
	for rows.Next() {
		for i := range int(rows.RecordBatch().NumRows()) {
			line := ""
			for _, c := range rows.RecordBatch().Columns() {
				line += c.ValueStr(i) + " "
			}
			got = append(got, line)
		}
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	rest := ` 101 01:02:03+01 2 [%d,7] {'m': sad} 1 `
	var want []string
	for _, n := range []int{2, 1, 0} {
		want = append(want, fmt.Sprintf("happy %d %d"+rest, n, n, n))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestForeignTypeMistake: an error that shows only while the query runs has its place in what the user wrote.
func TestForeignTypeMistake(t *testing.T) {
	s := testStore(t)
	const query = "SELECT 1::UHUGEINT AS big, CASE WHEN n > 1 THEN ('x' || n)::INTEGER END AS x FROM range(3) AS r(n)"
	var e *Error
	if err := attempt(s, query); !errors.As(err, &e) {
		t.Fatalf("not an error of DuckDB's: %v", err)
	}
	if want := strings.Index(query, "::INTEGER"); e.Position != want {
		t.Errorf("%+v, want position %d", e, want)
	}
}

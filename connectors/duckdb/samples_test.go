package duckdb

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/types"
)

// sample is a type with SQL values of it: extremes, odd ones, and always a NULL.
type sample struct {
	t      types.Type
	values []string
}

func plain(id types.ID, values ...string) sample {
	return sample{types.Of(id), append(values, "NULL")}
}

// samples holds every type that Weir carries.
func samples() []sample {
	out := []sample{
		plain(types.Boolean, "true", "false"),
		plain(types.TinyInt, "-128", "127"), plain(types.UTinyInt, "0", "255"),
		plain(types.SmallInt, "-32768", "32767"), plain(types.USmallInt, "0", "65535"),
		plain(types.Integer, "-2147483648", "2147483647"), plain(types.UInteger, "0", "4294967295"),
		plain(types.BigInt, "-9223372036854775808", "9223372036854775807"),
		plain(types.UBigInt, "0", "18446744073709551615"),
		plain(types.HugeInt, "-170141183460469231731687303715884105728", "170141183460469231731687303715884105727", "12"),
		plain(types.Float, "'nan'", "'inf'", "'-inf'", "-0.0", "1.5e38"),
		plain(types.Double, "'nan'", "'inf'", "'-inf'", "-0.0", "1.7976931348623157e308", "5e-324"),
		{types.DecimalOf(4, 1), []string{"-999.9", "999.9", "NULL"}},
		{types.DecimalOf(18, 6), []string{"123456789012.123456", "NULL"}},
		{types.DecimalOf(38, 10), []string{"-9999999999999999999999999999.9999999999", "NULL"}},
		plain(types.Varchar, "''", "'short'", "'a string too long to be kept inline, ünïcödé 🦆'", "chr(0) || 'x'"),
		plain(types.Blob, "''", `'\x00\xFF\x80'`, "repeat('ab', 20)"),
		plain(types.Date, "'infinity'", "'-infinity'", "'0001-01-01'", "'5877642-06-25 (BC)'", "'2024-02-29'"),
		plain(types.Time, "'00:00:00'", "'23:59:59.999999'", "'24:00:00'"),
		plain(types.Timestamp, "'infinity'", "'-infinity'", "'294247-01-10 04:00:54.775806'", "'290309-12-22 (BC) 00:00:00'"),
		plain(types.TimestampS, "'2024-02-29 12:34:56'", "'infinity'"),
		plain(types.TimestampMS, "'2024-02-29 12:34:56.789'", "'infinity'"),
		plain(types.TimestampNS, "'2024-02-29 12:34:56.123456789'", "'1677-09-22'"),
		plain(types.TimestampTZ, "'2024-02-29 12:34:56.789+05:30'", "'infinity'", "'294247-01-10 04:00:54.775806+00'"),
		plain(types.Interval, "'1 year 2 months 3 days 4.000005 seconds'", "'-1 day'", "'9223372036854775 microseconds'"),
		plain(types.UUID, "'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'"),
		plain(types.JSON, `'{"a": [1, null, "x"],  "b":1.50}'`, "'null'", "'1'"),
	}
	return append(out, nestedSamples()...)
}

func nestedSamples() []sample {
	odd := types.StructOf(
		types.Field{Name: "h", Type: types.Of(types.HugeInt)}, types.Field{Name: `sp "q" ace`, Type: types.Of(types.UUID)},
		types.Field{Name: "i", Type: types.Of(types.Interval)}, types.Field{Name: "j", Type: types.Of(types.JSON)},
		types.Field{Name: "flag", Type: types.Of(types.Boolean)},
	)
	row := `row((-170141183460469231731687303715884105728)::HUGEINT, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID, INTERVAL 1 DAY, '[1]'::JSON, true)`
	return []sample{
		{odd, []string{row, "row(NULL, NULL, NULL, NULL, NULL)", "NULL"}},
		{types.ListOf(types.Of(types.Varchar)), []string{"['a', NULL, '']", "[]", "NULL"}},
		{types.ListOf(types.ListOf(types.Of(types.HugeInt))), []string{"[[1, NULL], [], NULL]", "NULL"}},
		{types.ListOf(odd), []string{"[" + row + ", NULL]", "[]", "NULL"}},
		{types.MapOf(types.Of(types.UUID), types.ListOf(types.Of(types.JSON))),
			[]string{"MAP {'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID: ['1'::JSON, NULL]}", "MAP {}", "NULL"}},
		{types.StructOf(types.Field{Name: "m", Type: types.MapOf(types.Of(types.Varchar), odd)}), []string{"row(MAP {'k': " + row + "})", "NULL"}},
	}
}

// sampleTable writes all samples as one table expression: as many rows as the longest sample has values, one column a sample.
func sampleTable() (sql string, columns []types.Field) {
	rows := 0
	for i, s := range samples() {
		columns = append(columns, types.Field{Name: fmt.Sprintf("c%d", i), Type: s.t})
		rows = max(rows, len(s.values))
	}
	var selects []string
	for r := range rows {
		var row []string
		for i, s := range samples() {
			row = append(row, fmt.Sprintf("CAST(%s AS %s) AS c%d", s.values[r%len(s.values)], s.t, i))
		}
		selects = append(selects, "SELECT "+strings.Join(row, ", "))
	}
	return "(" + strings.Join(selects, " UNION ALL ") + ")", columns
}

// testSession opens a session on an in-memory database.
func testSession(t testing.TB) *session {
	t.Helper()
	db, err := openDatabase("", nil)
	check(t, err)
	s, err := connect(db)
	check(t, err)
	check(t, s.exec(context.Background(), "SET TimeZone = 'UTC'"))
	t.Cleanup(s.close)
	return s
}

// rowsOf runs a query and returns its rows as one batch, released when the test ends.
func rowsOf(t testing.TB, s *session, sql string) arrow.RecordBatch {
	t.Helper()
	rows, err := readRows(s, sql)
	check(t, err)
	t.Cleanup(rows.Release)
	return rows
}

func readRows(s *session, sql string) (arrow.RecordBatch, error) {
	p, err := s.prepare(sql)
	if err != nil {
		return nil, err
	}
	defer p.close()
	columns, err := p.columns()
	if err != nil {
		return nil, err
	}
	res, err := p.query(context.Background(), columns, false)
	if err != nil {
		return nil, err
	}
	defer res.close()
	return gather(res, memory.DefaultAllocator)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

package pgwire

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// values asks for one row, whose values are as pgx reads them.
func values(t *testing.T, conn *pgx.Conn, sql string, args ...any) []any {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql, args...)
	check(t, err)
	defer rows.Close()
	if !rows.Next() {
		t.Fatalf("%s: no row: %v", sql, rows.Err())
	}
	out, err := rows.Values()
	check(t, err)
	return out
}

// samples are values of every type, with what pgx reads.
var samples = []struct {
	sql  string
	oid  uint32
	want any
}{
	{"true", pgtype.BoolOID, true},
	{"(-5)::TINYINT", pgtype.Int2OID, int16(-5)},
	{"255::UTINYINT", pgtype.Int2OID, int16(255)},
	{"(-32768)::SMALLINT", pgtype.Int2OID, int16(-32768)},
	{"65535::USMALLINT", pgtype.Int4OID, int32(65535)},
	{"(-2147483648)::INTEGER", pgtype.Int4OID, int32(-2147483648)},
	{"4294967295::UINTEGER", pgtype.Int8OID, int64(4294967295)},
	{"(-9223372036854775808)::BIGINT", pgtype.Int8OID, int64(math.MinInt64)},
	{"18446744073709551615::UBIGINT", pgtype.NumericOID, "18446744073709551615"},
	{"(-170141183460469231731687303715884105728)::HUGEINT", pgtype.NumericOID, "-170141183460469231731687303715884105728"},
	{"12345.678::DECIMAL(10,3)", pgtype.NumericOID, "12345.678"},
	{"(-0.05)::DECIMAL(4,2)", pgtype.NumericOID, "-0.05"},
	{"0::DECIMAL(4,2)", pgtype.NumericOID, "0"},
	{"10000::DECIMAL(10,0)", pgtype.NumericOID, "10000"},
	{"0.00001::DECIMAL(38,38)", pgtype.NumericOID, "0.00001000000000000000000000000000000000"},
	{"1.5::FLOAT", pgtype.Float4OID, float32(1.5)},
	{"1e300::DOUBLE", pgtype.Float8OID, 1e300},
	{"'-Infinity'::DOUBLE", pgtype.Float8OID, math.Inf(-1)},
	{"'é ''x'''", pgtype.TextOID, "é 'x'"},
	{"'\\xDE\\xAD'::BLOB", pgtype.ByteaOID, []byte{0xde, 0xad}},
	{"DATE '2026-03-01'", pgtype.DateOID, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)},
	{"DATE '0044-03-15 (BC)'", pgtype.DateOID, time.Date(-43, 3, 15, 0, 0, 0, 0, time.UTC)},
	{"'infinity'::DATE", pgtype.DateOID, pgtype.Infinity},
	{"TIME '10:00:00.000001'", pgtype.TimeOID, pgtype.Time{Microseconds: 36_000_000_001, Valid: true}},
	{"TIMESTAMP '2026-03-01 10:00:00.123456'", pgtype.TimestampOID, time.Date(2026, 3, 1, 10, 0, 0, 123_456_000, time.UTC)},
	{"TIMESTAMP '1969-12-31 23:59:59.999999'", pgtype.TimestampOID, time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC)},
	{"TIMESTAMP_S '2026-03-01 10:00:00'", pgtype.TimestampOID, time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)},
	{"TIMESTAMP_MS '2026-03-01 10:00:00.123'", pgtype.TimestampOID, time.Date(2026, 3, 1, 10, 0, 0, 123_000_000, time.UTC)},
	{"TIMESTAMP_NS '2026-03-01 10:00:00.123456789'", pgtype.TimestampOID, time.Date(2026, 3, 1, 10, 0, 0, 123_456_000, time.UTC)},
	{"'-infinity'::TIMESTAMP", pgtype.TimestampOID, pgtype.NegativeInfinity},
	{"TIMESTAMPTZ '2026-03-01 10:00:00+02'", pgtype.TimestamptzOID, time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)},
	{"'infinity'::TIMESTAMPTZ", pgtype.TimestamptzOID, pgtype.Infinity},
	{"INTERVAL '14 months -3 days 04:05:06.5'", pgtype.IntervalOID, pgtype.Interval{Months: 14, Days: -3, Microseconds: 14_706_500_000, Valid: true}},
	{"'5af7cd6c-1d5e-4d2f-8d2a-0123456789ab'::UUID", pgtype.UUIDOID, "5af7cd6c-1d5e-4d2f-8d2a-0123456789ab"},
	{"'{\"a\": 1}'::JSON", pgtype.JSONOID, map[string]any{"a": 1.0}},
	{"{'a': 1, 'b': [NULL, 2]}", pgtype.JSONOID, map[string]any{"a": 1.0, "b": []any{nil, 2.0}}},
	{"['x', NULL]", pgtype.JSONOID, []any{"x", nil}},
	{"MAP {'k': 1}", pgtype.JSONOID, []any{map[string]any{"key": "k", "value": 1.0}}},
	{"NULL", pgtype.Int4OID, nil},
	{"NULL::INTEGER", pgtype.Int4OID, nil},
}

// plain makes what pgx gives for numerics and UUIDs comparable.
func plain(t *testing.T, v any) any {
	switch v := v.(type) {
	case pgtype.Numeric:
		text, err := v.Value()
		check(t, err)
		if v.Int != nil && v.Int.Sign() == 0 { // pgx drops the scale of zero
			return "0"
		}
		return text
	case [16]byte:
		return pgtype.UUID{Bytes: v, Valid: true}.String()
	case time.Time:
		return v.UTC()
	}
	return v
}

func TestEveryTypeInBothFormats(t *testing.T) {
	address, _ := testServer(t, Options{})
	binary, text := dial(t, address, ""), dial(t, address, "&default_query_exec_mode=simple_protocol")
	for _, s := range samples {
		for format, conn := range map[string]*pgx.Conn{"binary": binary, "text": text} {
			rows, err := conn.Query(t.Context(), "SELECT "+s.sql+" AS v FROM range(3)")
			check(t, err)
			if oid := rows.FieldDescriptions()[0].DataTypeOID; oid != s.oid {
				t.Errorf("%s: type %d, want %d", s.sql, oid, s.oid)
			}
			n := 0
			for rows.Next() {
				n++
				got, err := rows.Values()
				if err != nil {
					t.Errorf("%s, %s: %v", s.sql, format, err)
				} else if diff := cmp.Diff(s.want, plain(t, got[0])); diff != "" {
					t.Errorf("%s, %s: %s", s.sql, format, diff)
				}
			}
			if rows.Err() != nil || n != 3 {
				t.Errorf("%s, %s: %d rows, %v", s.sql, format, n, rows.Err())
			}
		}
	}
	var nan float64
	check(t, binary.QueryRow(t.Context(), "SELECT 'NaN'::DOUBLE").Scan(&nan))
	if !math.IsNaN(nan) {
		t.Errorf("NaN is %v", nan)
	}
}

func TestParameters(t *testing.T) {
	address, _ := testServer(t, Options{})
	conn := dial(t, address, "")
	at := time.Date(2026, 1, 1, 10, 0, 10, 0, time.UTC)
	if got := values(t, conn, "SELECT channel, bids FROM hot WHERE window_start = $2 AND bids >= $1 LIMIT $3", 1, at, 5); got[0] != "app" || got[1] != int64(1) {
		t.Errorf("got %v", got)
	}
	got := values(t, conn, `SELECT $1::INTEGER + 1, $2::VARCHAR || '!', $3::DOUBLE, $4::BLOB, $5::TIMESTAMPTZ, $6::UUID, $7::INTERVAL, $8::DATE, $9::BOOLEAN,
		$10::JSON->>'a', $11::VARCHAR IS NULL, $12::DECIMAL(10,2)`,
		41, "it's", 1.5, []byte{0, '\'', 255}, at, "5af7cd6c-1d5e-4d2f-8d2a-0123456789ab", 90*time.Minute, at, true, map[string]int{"a": 7}, nil, "3.25")
	for i := range got {
		got[i] = plain(t, got[i])
	}
	want := []any{int32(42), "it's!", 1.5, []byte{0, '\'', 255}, at, "5af7cd6c-1d5e-4d2f-8d2a-0123456789ab",
		pgtype.Interval{Microseconds: 5_400_000_000, Valid: true}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), true, "7", true, "3.25"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := values(t, conn, "SELECT count(*) FROM hot WHERE bids = ANY($1) AND channel = ANY ($2) AND price <> ALL([5])", []int64{1, 7}, []string{"app", "x'y"}); got[0] != int64(1) {
		t.Errorf("lists: %v", got)
	}
	var e *pgconn.PgError
	_, err := conn.Exec(t.Context(), "SELECT $1::INTEGER", pgx.QueryExecModeExec, "x")
	if !errors.As(err, &e) || e.Code != stateParameter {
		t.Errorf("a parameter that is no number: %v", err)
	}
}

// TestParametersOfKnownTypes sends types with the statement, as JDBC and psycopg do, and arrays, which become lists.
func TestParametersOfKnownTypes(t *testing.T) {
	address, _ := testServer(t, Options{})
	conn := dial(t, address, "").PgConn()
	for _, c := range []struct {
		sql    string
		oid    uint32
		format int16
		value  string
		want   string
	}{
		{"SELECT bids FROM hot WHERE bids = $1", pgtype.Int2OID, 0, "1", "1"},
		{"SELECT bids FROM hot WHERE bids = $1", pgtype.Int4OID, 1, "\x00\x00\x00\x01", "1"},
		{"SELECT bids FROM hot WHERE channel = $1", pgtype.VarcharOID, 0, "app", "1"},
		{"SELECT bids FROM hot WHERE price = $1", pgtype.NumericOID, 0, "1.50", "1"},
		{"SELECT bids FROM hot WHERE window_start > $1", pgtype.UnknownOID, 0, "2026-01-01 10:00:05", "1"},
		{"SELECT bids FROM hot WHERE window_start > $1", pgtype.TimestampOID, 0, "2026-01-01 10:00:05", "1"},
		{"SELECT bids FROM hot WHERE channel = ANY($1)", pgtype.TextArrayOID, 0, `{web2,"a\"p","app"}`, "1"},
		{"SELECT list_sum($1)", pgtype.Int8ArrayOID, 0, "{1,2,NULL}", "3"},
		{"SELECT len($1)", pgtype.TextArrayOID, 0, `{}`, "0"},
		{"SELECT $1", 0, 0, "plain", "plain"},
		{"SELECT $1 || '$1' /* $1 */ || $1", 0, 0, "a", "a$1a"},
	} {
		r := conn.ExecParams(t.Context(), c.sql, [][]byte{[]byte(c.value)}, []uint32{c.oid}, []int16{c.format}, nil).Read()
		if r.Err != nil || len(r.Rows) != 1 || string(r.Rows[0][0]) != c.want {
			t.Errorf("%s with %q: %q, %v", c.sql, c.value, r.Rows, r.Err)
		}
	}
	for _, c := range []struct {
		sql, value, state string
		oid               uint32
		format            int16
	}{
		{"SELECT $1", "\xff", stateBinary, pgtype.TextOID, 0}, {"SELECT $1", "\x01", stateBinary, pgtype.Int4OID, 1},
		{"SELECT $1", "xyz", stateParameter, pgtype.ByteaOID, 0}, {"SELECT $1", "1", stateBinary, 999_999, 1},
		{"SELECT $2", "1", "42601", 0, 0}, {"SELECT $1", "1", stateParameter, pgtype.Int4OID, 2},
	} {
		r := conn.ExecParams(t.Context(), c.sql, [][]byte{[]byte(c.value)}, []uint32{c.oid}, []int16{c.format}, nil).Read()
		var e *pgconn.PgError
		if !errors.As(r.Err, &e) || c.state != stateSyntax && e.Code != c.state {
			t.Errorf("%s with %q: %v, want %s", c.sql, c.value, r.Err, c.state)
		}
	}
}

func TestErrorsHaveStatesAndPositions(t *testing.T) {
	address, _ := testServer(t, Options{MaxRows: 50_000})
	conn := dial(t, address, "")
	for _, c := range []struct {
		sql, state string
		position   int32
	}{
		{"SELEC 1", stateSyntax, 1},
		{"SELECT 'é', nothing FROM hot", "42703", 13},
		{"SELECT * FROM nowhere", "42P01", 15},
		{"SELECT nofunction(1)", "42883", 8},
		{"SELECT 'x'::INTEGER FROM hot", stateParameter, 11},
		{"SELECT pg_catalog.format_type(23, NULL), nothing FROM hot", "42703", 42},
		{"SELECT current_setting('search_path'), nothing", "42703", 40},
		{"INSERT INTO hot VALUES (1)", stateReadOnly, 0}, {"  /* x */ drop table hot", stateReadOnly, 0}, {"CREATE TABLE x (a INT)", stateReadOnly, 0},
		{"WITH x AS (DELETE FROM hot RETURNING *) SELECT * FROM x", stateSyntax, 0}, {"COPY hot FROM STDIN", stateReadOnly, 0},
		{"SELECT * FROM read_csv('/etc/passwd')", "42501", 0}, {"COPY hot TO '/tmp/x'", stateSyntax, 13},
		{"SELECT * FROM range(50001)", stateTooMuch, 0}, {"COPY (SELECT nothing) TO STDOUT", "42703", 14}, {"COPY nowhere TO STDOUT", "42P01", 6},
		{"COPY hot (nothing) TO STDOUT", "42703", 0}, {"DECLARE c CURSOR WITH HOLD FOR SELECT nothing", "42703", 39},
		{"BEGIN ISOLATION LEVEL SERIALIZABLE", stateNotSupported, 0}, {"SET client_encoding = 'LATIN1'", stateValue, 0}, {"LISTEN x", stateNotSupported, 0},
		{"FETCH 1 FROM nothing", stateCursor, 0}, {"DEALLOCATE nothing", stateStatement, 0}, {"SELECT \xff", stateText, 0},
	} {
		for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeSimpleProtocol, pgx.QueryExecModeDescribeExec} {
			_, err := conn.Exec(t.Context(), c.sql, mode)
			var e *pgconn.PgError
			if !errors.As(err, &e) || e.Code != c.state || e.Position != c.position {
				t.Errorf("%s: %v, position %d; want %s at %d", c.sql, err, e.Position, c.state, c.position)
			}
		}
	}
	if got := values(t, conn, "SELECT count(*) FROM hot"); got[0] != int64(2) {
		t.Errorf("after the errors: %v", got)
	}
}

// TestPlansThatHaveChanged replaces a view under a prepared statement. Drivers prepare it again.
func TestPlansThatHaveChanged(t *testing.T) {
	address, store := testServer(t, Options{})
	conn := dial(t, address, "")
	check(t, store.CreateView(t.Context(), "late", hot))
	_, err := conn.Prepare(t.Context(), "s", "FROM late")
	check(t, err)
	check(t, store.DropView(t.Context(), "late"))
	check(t, store.CreateView(t.Context(), "late", hot[:2]))
	_, err = conn.Exec(t.Context(), "s")
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != stateNotSupported || e.Message != "cached plan must not change result type" {
		t.Errorf("got %v", err)
	}
	for i := range 2 { // pgx prepares by itself: the first time it may fail, the second time not
		if _, err := conn.Exec(t.Context(), "FROM late"); err != nil && i == 1 {
			t.Error(err)
		}
	}
}

func TestTransactionBlocks(t *testing.T) {
	address, _ := testServer(t, Options{})
	conn := dial(t, address, "")
	state := func(want byte) {
		t.Helper()
		if got := conn.PgConn().TxStatus(); got != want {
			t.Errorf("status %c, want %c", got, want)
		}
	}
	tx, err := conn.Begin(t.Context())
	check(t, err)
	state('T')
	_, err = tx.Exec(t.Context(), "SELECT 1/(SELECT 'x'::INTEGER)")
	if err == nil {
		t.Error("no error")
	}
	state('E')
	var e *pgconn.PgError
	if _, err = tx.Exec(t.Context(), "SELECT 1"); !errors.As(err, &e) || e.Code != stateFailed {
		t.Errorf("in a transaction that has failed: %v", err)
	}
	if err := tx.Commit(t.Context()); !errors.Is(err, pgx.ErrTxCommitRollback) {
		t.Errorf("commit says %v", err)
	}
	state('I')

	tx, err = conn.Begin(t.Context())
	check(t, err)
	inner, err := tx.Begin(t.Context()) // a savepoint
	check(t, err)
	_, err = inner.Exec(t.Context(), "SELECT nothing")
	state('E')
	check(t, inner.Rollback(t.Context()))
	state('T')
	check(t, tx.Commit(t.Context()))
	if err == nil {
		t.Error("no error")
	}
}

func TestSettings(t *testing.T) {
	address, _ := testServer(t, Options{})
	conn := dial(t, address, "&application_name=tests&timezone=Europe/Berlin&options=-c%20my.first%3D1%20--lock-timeout%3D7s")
	for _, c := range []struct{ sql, want string }{
		{"SHOW application_name", "tests"}, {"SHOW my.first", "1"}, {"SHOW lock_timeout", "7s"}, {"SHOW TimeZone", "UTC"}, {"SHOW TIME ZONE", "UTC"}, {"SHOW TRANSACTION ISOLATION LEVEL", "read committed"},
		{"SET search_path TO main, weir; SHOW search_path", "main, weir"}, {"RESET search_path; SHOW search_path", "main"},
		{"SET LOCAL my.own = 'x y'; SHOW my.own", "x y"},
		{"BEGIN; SET LOCAL statement_timeout = '5s'; COMMIT; SHOW statement_timeout", "0"},
		{"SET SESSION statement_timeout = '5s'; DISCARD ALL; SHOW statement_timeout", "0"},
		{"SELECT current_setting('server_version_num')::INTEGER / 10000", "15"}, {"SELECT current_database(), current_schema()", "results"},
	} {
		results, err := conn.PgConn().Exec(t.Context(), c.sql).ReadAll()
		if err != nil {
			t.Errorf("%s: %v", c.sql, err)
			continue
		}
		if last := results[len(results)-1]; string(last.Rows[0][0]) != c.want {
			t.Errorf("%s: %s, want %s", c.sql, last.Rows[0][0], c.want)
		}
	}
	if v := conn.PgConn().ParameterStatus("server_version"); v != serverVersion {
		t.Errorf("the server's version is %q", v)
	}
}

func TestCancellingAndTimeouts(t *testing.T) {
	const endless = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b"
	address, _ := testServer(t, Options{})
	conn := dial(t, address, "")
	ended, asked := make(chan struct{}), make(chan struct{})
	go func(c *pgconn.PgConn) { // before the statement runs there is nothing to cancel: once is not enough
		defer close(asked)
		for {
			select {
			case <-ended:
				return
			case <-time.After(20 * time.Millisecond):
				_ = c.CancelRequest(context.Background())
			}
		}
	}(conn.PgConn())
	var e *pgconn.PgError
	if _, err := conn.Exec(t.Context(), endless); !errors.As(err, &e) || e.Code != stateCancelled || !strings.Contains(e.Message, "user's request") {
		t.Errorf("cancelled: %v", err)
	}
	close(ended)
	<-asked
	conn = dial(t, address, "&statement_timeout=50")
	if _, err := conn.Exec(t.Context(), endless); !errors.As(err, &e) || e.Code != stateCancelled || !strings.Contains(e.Message, "50ms") {
		t.Errorf("too slow: %v", err)
	}
	if got := values(t, conn, "SELECT 1"); got[0] != int32(1) {
		t.Errorf("afterwards: %v", got)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	address, _ := testServer(t, Options{MaxConnections: 2})
	first := dial(t, address, "")
	dial(t, address, "")
	_, err := pgx.Connect(t.Context(), "postgres://ann@"+address+"/results?sslmode=disable")
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != stateTooMany {
		t.Errorf("the third connection: %v", err)
	}
	check(t, first.Close(t.Context()))
	for range 500 { // until the server has seen it leave
		var conn *pgx.Conn
		if conn, err = pgx.Connect(t.Context(), "postgres://ann@"+address+"/results?sslmode=disable"); err == nil {
			check(t, conn.Close(t.Context()))
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error(err)
}

func TestCursors(t *testing.T) {
	address, _ := testServer(t, Options{})
	conn := dial(t, address, "").PgConn()
	results, err := conn.Exec(t.Context(), `BEGIN; DECLARE c NO SCROLL CURSOR FOR SELECT range AS n FROM range(5000); FETCH FORWARD 2 FROM c; FETCH c;
		FETCH 3000 IN c; FETCH ALL FROM c; FETCH 5 FROM c; CLOSE c; COMMIT`).ReadAll()
	check(t, err)
	var tags []string
	for _, r := range results {
		tags = append(tags, r.CommandTag.String())
	}
	want := "BEGIN, DECLARE CURSOR, FETCH 2, FETCH 1, FETCH 3000, FETCH 1997, FETCH 0, CLOSE CURSOR, COMMIT"
	if got := strings.Join(tags, ", "); got != want {
		t.Errorf("got %s", got)
	}
	if first := string(results[4].Rows[0][0]); first != "3" {
		t.Errorf("the third FETCH begins with %s", first)
	}
	if _, err := conn.Exec(t.Context(), "DECLARE c CURSOR FOR SELECT 1").ReadAll(); err == nil {
		t.Error("a cursor without a transaction")
	}
	if _, err := conn.Exec(t.Context(), "DECLARE c CURSOR WITH HOLD FOR SELECT 1; FETCH c; CLOSE ALL").ReadAll(); err != nil {
		t.Error(err)
	}
}

func TestCopyOut(t *testing.T) {
	address, _ := testServer(t, Options{})
	conn := dial(t, address, "").PgConn()
	for _, c := range []struct{ sql, want string }{
		{"COPY hot TO STDOUT", "2026-01-01 10:00:00\tweb\t0\t0.50\t{\"room\":\"kitchen\"}\n2026-01-01 10:00:10\tapp\t1\t1.50\t{\"room\":\"kitchen\"}\n"},
		{"COPY hot (channel, bids) TO STDOUT WITH (FORMAT csv, HEADER)", "channel,bids\nweb,0\napp,1\n"},
		{"COPY (SELECT 'a\tb\\c\n' AS x, NULL AS y, '' AS z) TO STDOUT", "a\\tb\\\\c\\n\t\\N\t\n"},
		{"COPY (SELECT 'a\"b,c' AS x, NULL AS y, '' AS z) TO STDOUT CSV", "\"a\"\"b,c\",,\"\"\n"},
		{"COPY (SELECT 1, 2) TO STDOUT (FORMAT csv, DELIMITER ';')", "1;2\n"},
	} {
		var out strings.Builder
		if _, err := conn.CopyTo(t.Context(), &out, c.sql); err != nil || out.String() != c.want {
			t.Errorf("%s: %q, %v", c.sql, out.String(), err)
		}
	}
}

// TestMillionRows reads more rows than would be held, and sees that those that are not read do not keep commits from going on.
func TestMillionRows(t *testing.T) {
	address, store := testServer(t, Options{})
	conn := dial(t, address, "")
	rows, err := conn.Query(t.Context(), "SELECT range, range::VARCHAR || repeat('x', 100) FROM range(1000000)")
	check(t, err)
	n, sum := int64(0), int64(0)
	for rows.Next() {
		if n == 1000 { // the server cannot send on: its buffers and the network's are full long before the end
			check(t, commit(t, store, "hot", 1))
		}
		n++
		var value int64
		check(t, rows.Scan(&value, nil))
		sum += value
	}
	check(t, rows.Err())
	if n != 1_000_000 || sum != 499_999_500_000 {
		t.Errorf("%d rows with the sum %d", n, sum)
	}
}

func TestWideRows(t *testing.T) {
	address, _ := testServer(t, Options{})
	items := make([]string, 1500)
	for i := range items {
		items[i] = fmt.Sprintf("%d AS c%d", i, i)
	}
	got := values(t, dial(t, address, ""), "SELECT "+strings.Join(items, ", "))
	if len(got) != 1500 || got[1499] != int32(1499) {
		t.Errorf("%d columns", len(got))
	}
}

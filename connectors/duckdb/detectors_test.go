package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
)

// counter is a detector whose score is how many points it has seen, and what it expects their sum: DuckDB can tell both.
type counter struct{ n, sum float64 }

func (c *counter) Score(_ int64, x []float64) engine.Score {
	c.n++
	c.sum += x[0]
	return engine.Score{Score: c.n, Expected: c.sum, Lower: c.sum - c.n, Upper: c.sum + c.n}
}

var counters = &engine.Detectors{Compile: func(spec string, columns int) (func() engine.Scorer, error) {
	if spec != "count" || columns != 1 {
		return nil, fmt.Errorf("%q of %d columns is none", spec, columns)
	}
	return func() engine.Scorer { return &counter{} }, nil
}}

func detectorsConn(t *testing.T, threads int) *sql.Conn {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	check(t, err)
	conn, err := db.Conn(context.Background())
	check(t, err)
	t.Cleanup(func() { conn.Close(); db.Close() })
	check(t, RegisterDetectors(conn, counters))
	_, err = conn.ExecContext(context.Background(), fmt.Sprintf(`SET threads = %d; CREATE TABLE e AS SELECT i, hash(i) %% 50 AS k,
		TIMESTAMP '2024-01-01' + to_seconds((hash(i, 'ts') %% 5000)::INTEGER) AS ts, (hash(i, 'x') %% 3)::DOUBLE AS x FROM range(200000) t(i)`, threads))
	check(t, err)
	return conn
}

const (
	scoredByKey = "weir_scored('count', max(weir_push('count', hash(k), ts, x)) OVER (PARTITION BY k), count(*) OVER (PARTITION BY k), hash(k), ts, x)"
	rightByKey  = "(a.score = n AND a.expected = s)"
	countsByKey = "count(*) OVER (PARTITION BY k ORDER BY ts, x) AS n, sum(x) OVER (PARTITION BY k ORDER BY ts, x) AS s"
)

func number(t *testing.T, conn *sql.Conn, query string) (n int64) {
	t.Helper()
	if err := conn.QueryRowContext(context.Background(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// TestDetectorsOverAllRows: every row has its score, whatever the plan: on several threads, filtered before and behind, read twice.
func TestDetectorsOverAllRows(t *testing.T) {
	if text := plan.DetectorSQL("count", []string{"k"}, "ts", []string{"x"}); text != scoredByKey {
		t.Fatalf("the text is %s", text)
	}
	for _, threads := range []int{1, 4} {
		conn := detectorsConn(t, threads)
		scored := "SELECT *, " + scoredByKey + " AS a, " + countsByKey + " FROM e"
		for query, want := range map[string]int64{
			"SELECT count(*) FROM (" + scored + ") WHERE " + rightByKey:                                                                                                                200000,
			"SELECT count(*) FROM (" + scored + ") WHERE " + rightByKey + " AND k = 7":                                                                                                 number(t, conn, "SELECT count(*) FROM e WHERE k = 7"),
			"SELECT count(*) FROM (" + scored + ") WHERE NOT " + rightByKey + " OR a IS NULL":                                                                                          0,
			"WITH s AS (" + scored + ") SELECT count(*) FROM s b JOIN s c USING (i) WHERE b.a = c.a":                                                                                   200000,
			"WITH s AS NOT MATERIALIZED (" + scored + ") SELECT count(*) FROM (SELECT a, n, s FROM s WHERE k = 3 UNION ALL SELECT a, n, s FROM s WHERE k = 4) WHERE NOT " + rightByKey: 0,
			"SELECT count(*) FROM (" + scored + ") WHERE a.score > 10 AND NOT " + rightByKey:                                                                                           0,
			"SELECT count(*) FROM (SELECT * FROM (" + scored + ") LIMIT 10) WHERE " + rightByKey:                                                                                       10,
			"SELECT count(*) FROM (SELECT * FROM (" + scored + ") ORDER BY ts DESC LIMIT 10) WHERE " + rightByKey:                                                                      10,
			"SELECT count(*) FROM (SELECT (SELECT max(a.score) FROM (" + scored + ") q WHERE q.k = r.k) AS m FROM (SELECT DISTINCT k FROM e) r) WHERE m > 0":                           50,
			"SELECT count(*) FROM (SELECT " + scoredByKey + " AS a FROM e WHERE false)":                                                                                                0,
		} {
			if got := number(t, conn, query); got != want {
				t.Errorf("%d threads: %s: %d, want %d", threads, query, got, want)
			}
		}
	}
}

// TestDetectorsRunAgain runs one plan several times, with other rows, and to an early end.
func TestDetectorsRunAgain(t *testing.T) {
	conn := detectorsConn(t, 2)
	ctx := context.Background()
	first, err := conn.PrepareContext(ctx, "SELECT a.score = n FROM (SELECT "+scoredByKey+" AS a, "+countsByKey+" FROM e WHERE i < $1) LIMIT 3")
	check(t, err)
	defer first.Close()
	p, err := conn.PrepareContext(ctx, "SELECT count(*) FILTER (NOT "+rightByKey+"), count(*) FROM (SELECT "+scoredByKey+" AS a, "+countsByKey+" FROM e WHERE i < $1)")
	check(t, err)
	defer p.Close()
	for _, rows := range []int64{200000, 10, 0, 5000} {
		var wrong, all int64
		check(t, p.QueryRowContext(ctx, rows).Scan(&wrong, &all))
		if wrong != 0 || all != rows {
			t.Errorf("of %d rows %d are wrong, want %d right", all, wrong, rows)
		}
		var right bool
		if err := first.QueryRowContext(ctx, rows).Scan(&right); err != nil && rows > 0 || right != (rows > 0) {
			t.Errorf("the first of %d rows: %v, %v", rows, right, err)
		}
		_, err := conn.ExecContext(ctx, "UPDATE e SET x = x + 1 WHERE i < 100")
		check(t, err)
	}
}

// TestDetectorsOddRows: what cannot be scored has no score, and is not learned.
func TestDetectorsOddRows(t *testing.T) {
	conn := detectorsConn(t, 1)
	const query = `SELECT string_agg(coalesce(a.score::INTEGER::VARCHAR, '-'), ' ' ORDER BY n) FROM (SELECT *, weir_scored('count', max(weir_push('count', 0::UBIGINT, ts, x))
		OVER (), count(*) OVER (), 0::UBIGINT, ts, x) AS a FROM (VALUES (1, TIMESTAMP '2024-01-01', 1.5::DOUBLE), (2, '2024-01-01', NULL), (3, '2024-01-02', 'nan'), (4, '2024-01-02', 'inf'),
		(5, NULL, 1), (6, '2024-01-03', 0), (7, '2024-01-03', -0.0), (8, 'infinity', 1), (9, '-infinity', 1)) t(n, ts, x))`
	var got string
	check(t, conn.QueryRowContext(context.Background(), query).Scan(&got))
	if want := "2 - - - - 4 4 5 1"; got != want {
		t.Errorf("scores %s, want %s", got, want)
	}
}

// TestDetectorsForget: the rows of a plan go with it.
func TestDetectorsForget(t *testing.T) {
	conn := detectorsConn(t, 2)
	for range 5 {
		number(t, conn, "SELECT count(*) FROM (SELECT "+scoredByKey+" AS a FROM e) WHERE a.score > 0")
	}
	kept := func() (n int) {
		collectors.Range(func(any, any) bool { n++; return true })
		return n
	}
	check(t, conn.Close())
	for deadline := time.Now().Add(10 * time.Second); kept() > 0 && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		runtime.GC()
	}
	if n := kept(); n > 0 {
		t.Errorf("%d plans' rows are kept", n)
	}
}

// TestDetectorsErrors: a call that is planned wrongly fails, and says why.
func TestDetectorsErrors(t *testing.T) {
	conn := detectorsConn(t, 1)
	for query, want := range map[string]string{
		"SELECT weir_scored('other', max(weir_push('other', hash(k), ts, x)) OVER (), count(*) OVER (), hash(k), ts, x) FROM e":               `"other" of 1 columns is none`,
		"SELECT weir_scored('count', max(weir_push('count', hash(k), ts, random())) OVER (), count(*) OVER (), hash(k), ts, random()) FROM e": "must be the same each time",
		"SELECT weir_scored('count', -1, 1, hash(k), ts, x) FROM e":                                                                           "are gone",
	} {
		_, err := conn.ExecContext(context.Background(), query)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", query, err, want)
		}
	}
}

func BenchmarkDetectorsOverAllRows(b *testing.B) {
	db, err := sql.Open("duckdb", "")
	check(b, err)
	defer db.Close()
	conn, err := db.Conn(context.Background())
	check(b, err)
	defer conn.Close()
	check(b, RegisterDetectors(conn, counters))
	for b.Loop() {
		_, err := conn.ExecContext(context.Background(), `SELECT max(a.score) FROM (SELECT weir_scored('count', max(weir_push('count', hash(k), ts, x)) OVER (PARTITION BY k), count(*) OVER (PARTITION BY k), hash(k), ts, x) AS a
			FROM (SELECT i % 100 AS k, make_timestamp(i) AS ts, i::DOUBLE AS x FROM range(100000) t(i)))`)
		check(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100000, "ns/row")
}

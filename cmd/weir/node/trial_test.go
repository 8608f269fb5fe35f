package node

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/connectors/server"
)

const triedSource = `CREATE SOURCE s (a BIGINT, b BIGINT, t TIMESTAMP, WATERMARK FOR t AS t) WITH (connector = 'events', format = 'json', max_future = 'none');
CREATE MATERIALIZED VIEW v AS SELECT count(*) AS n FROM s;
CREATE TABLE names (a BIGINT, name VARCHAR);
INSERT INTO names VALUES (3, 'three');`

// secondly are n lines, one each second.
func secondly(from, n int) (lines []string) {
	for i := from; i < from+n; i++ {
		lines = append(lines, fmt.Sprintf(`{"a": %d, "b": %d, "t": "%s"}`, i%10, i, time.Unix(int64(i), 0).UTC().Format(time.DateTime)))
	}
	return lines
}

func try(t *testing.T, n *Node, sql string, rows int, wait time.Duration) (*server.Tried, error) {
	t.Helper()
	tried, err := n.Trial(t.Context(), server.Trial{SQL: sql, Rows: rows, For: wait})
	if err == nil {
		t.Cleanup(func() {
			for _, b := range tried.Rows {
				b.Release()
			}
		})
	}
	return tried, err
}

// TestTrial: a view's rows over the newest events are those that it would have, and nothing of the running database changes.
func TestTrial(t *testing.T) {
	l := &replayed{lines: secondly(0, 25_000), atOnce: 1000}
	n := openLog(t, filepath.Join(t.TempDir(), "weir.duckdb"), l)
	apply(t, n, triedSource, "")
	stop := run(t, n)
	await(t, n, "SELECT n FROM v", "25000")

	tried, err := try(t, n, "CREATE OR REPLACE MATERIALIZED VIEW v WITH (emit = 'close') AS SELECT window_start, count(*) AS n FROM tumble(s, t, INTERVAL '10 seconds') GROUP BY ALL", 30, 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	first := tried.Rows[0].Column(1).(*array.Int64)
	if got := countRows(tried.Rows); got != 30 || !tried.More || tried.Emit != "close" || first.Value(0) != 10 || tried.Sources[0].Events > 20_000 {
		t.Errorf("%d rows, the first window has %d: %+v", got, first.Value(0), tried)
	}
	if start := tried.Rows[0].Column(0).(*array.Timestamp).Value(0); start < 5_000*1_000_000 {
		t.Errorf("it began at %d µs, want that of the newest 20 000 events", start)
	}
	tried, err = try(t, n, "SELECT name, count(*) AS n FROM s JOIN names USING (a) GROUP BY ALL", 10, 2*time.Second)
	if err != nil || countRows(tried.Rows) != 1 || tried.Rows[0].Column(1).(*array.Int64).Value(0) != 2000 {
		t.Errorf("joined with a table: %+v %v", tried, err)
	}
	tried, err = try(t, n, "SELECT window_start, count(*) AS n FROM tumble(s, t, INTERVAL '10 days') GROUP BY ALL", 10, time.Second)
	if err != nil || countRows(tried.Rows) != 0 || !strings.Contains(tried.Note, "No row has come of them: ") {
		t.Errorf("a window that stays open: %+v %v", tried, err)
	}
	ended, opens := make(chan error, 1), l.opens()
	go func() {
		_, err := n.Trial(context.WithoutCancel(t.Context()), server.Trial{SQL: "SELECT max(b) AS b FROM s", Rows: 10, For: time.Minute})
		ended <- err
	}()
	for l.opens() == opens {
		time.Sleep(time.Millisecond)
	}
	alter(t, n, "ALTER MATERIALIZED VIEW v PAUSE")
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "try again") {
		t.Errorf("a trial in which another engine takes over: %v", err)
	}
	await(t, n, "SELECT n FROM v", "25000")
	await(t, n, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'main'", "2")
	stop()
	shut(t, n)
}

// TestTrialRefuses: what cannot be tried is refused in plain words, with its place.
func TestTrialRefuses(t *testing.T) {
	n := openLog(t, filepath.Join(t.TempDir(), "weir.duckdb"), &replayed{lines: secondly(0, 10)})
	apply(t, n, triedSource, "")
	if _, err := try(t, n, "SELECT a FROM s", 1, time.Second); !errors.Is(err, server.ErrStarting) {
		t.Errorf("before the start: %v", err)
	}
	stop := run(t, n)
	await(t, n, "SELECT n FROM v", "10")
	for _, c := range []struct {
		sql, want string
		at        int
	}{
		{"SELECT nosuch FROM s", "nosuch", 7},
		{"CREATE MATERIALIZED VIEW x AS SELECT nosuch FROM s", "nosuch", 37},
		{"CREATE SOURCE x (a BIGINT) WITH (connector = 'events')", "one SELECT, or of one CREATE MATERIALIZED VIEW", -1},
		{"CREATE MATERIALIZED VIEW x AS SELECT a FROM s; DROP MATERIALIZED VIEW v", "one SELECT", -1},
	} {
		_, err := try(t, n, c.sql, 1, time.Second)
		var mistake *server.UserError
		if !errors.As(err, &mistake) || !strings.Contains(mistake.Message, c.want) || mistake.Position != c.at {
			t.Errorf("%s: %+v, want %q at %d", c.sql, err, c.want, c.at)
		}
	}
	stop()
	shut(t, n)
}

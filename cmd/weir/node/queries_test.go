package node

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/connectors/server"
)

// TestShowQueriesTellsWhatHasFailed: a view that has stopped is seen, with its reason, beside those that go on.
func TestShowQueriesTellsWhatHasFailed(t *testing.T) {
	e := &events{lines: []string{`{"a": 1, "b": 2}`, `{"a": 0, "b": 3}`}, live: true}
	n := open(t, filepath.Join(t.TempDir(), "weir.duckdb"), e, Options{CommitInterval: time.Millisecond})
	defer shut(t, n)
	apply(t, n, source+"CREATE MATERIALIZED VIEW bad AS SELECT CAST(repeat('x', a::INTEGER + 1) AS BIGINT) AS x FROM s;"+
		"CREATE MATERIALIZED VIEW fine AS SELECT count(*) AS n FROM s", "")
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- n.Run(ctx) }()
	deadline := time.Now().Add(20 * time.Second)
	var rows []string
	for time.Now().Before(deadline) {
		rows = showQueries(t, n)
		if len(rows) == 2 && strings.Contains(rows[0], "failed") && strings.Contains(rows[1], "running 2 ") {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || !strings.HasPrefix(rows[0], "bad s changes failed") || !strings.Contains(rows[0], "xx") ||
		!strings.HasPrefix(rows[1], "fine s changes running 2 ") { // how many rows were written depends on the commits between
		t.Errorf("SHOW QUERIES: %q", rows)
	}
}

func showQueries(t *testing.T, n *Node) []string { return showRows(t, n, "SHOW QUERIES") }

// showRows are the rows of an answer, each as its values with spaces between.
func showRows(t *testing.T, n *Node, statement string) []string {
	t.Helper()
	result, err := n.Query(t.Context(), statement, server.Limits{MaxRows: 10})
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	var out []string
	for result.Reader.Next() {
		rows := result.Reader.RecordBatch()
		for i := range int(rows.NumRows()) {
			var values []string
			for _, column := range rows.Columns() {
				values = append(values, strings.Clone(column.(*array.String).Value(i)))
			}
			out = append(out, strings.Join(values, " "))
		}
	}
	return out
}

// TestShowSourcesAndSinksTellHowTheyGetOn: records that cannot be used and a sink whose system is down are seen beside the definitions.
func TestShowSourcesAndSinksTellHowTheyGetOn(t *testing.T) {
	e := &events{lines: []string{`{"a": 1, "b": 2}`, `broken`}, live: true, down: true}
	n := open(t, "", e, Options{CommitInterval: time.Millisecond})
	defer shut(t, n)
	apply(t, n, source+"CREATE MATERIALIZED VIEW v AS SELECT a FROM s; CREATE SINK out WITH (connector = 'events', format = 'json') AS FROM v", "")
	if got := showRows(t, n, "SHOW SINKS"); !slices.Equal(got, []string{"out v events json stopped"}) {
		t.Errorf("SHOW SINKS before the engine runs: %q", got)
	}
	defer run(t, n)()
	eventually := func(show, prefix, part string) {
		t.Helper()
		var got []string
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			if got = showRows(t, n, show); len(got) == 1 && strings.HasPrefix(got[0], prefix) && strings.Contains(got[0], part) {
				return
			}
		}
		t.Errorf("%s: %q, want one row that begins with %q, with %q in it", show, got, prefix, part)
	}
	eventually("SHOW SOURCES", "s events json 2  running 2 0 1", "")
	eventually("SHOW SINKS", "out v events json retrying 0 1", "nobody answers")
}

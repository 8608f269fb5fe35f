package node

import (
	"context"
	"path/filepath"
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
		if len(rows) == 2 && strings.Contains(rows[0], "failed") && strings.Contains(rows[1], "running 2 1") {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || !strings.HasPrefix(rows[0], "bad s changes failed") || !strings.Contains(rows[0], "xx") ||
		!strings.HasPrefix(rows[1], "fine s changes running 2 1") {
		t.Errorf("SHOW QUERIES: %q", rows)
	}
}

func showQueries(t *testing.T, n *Node) []string {
	t.Helper()
	result, err := n.Query(t.Context(), "SHOW QUERIES", server.Limits{MaxRows: 10})
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

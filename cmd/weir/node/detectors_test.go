package node

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/weirdb/weir/connectors/duckdb"
)

func openMemory(t *testing.T) *Node {
	t.Helper()
	n, err := Open(t.Context(), Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

const points = "(SELECT make_timestamp(i * 1000000) AS ts, i % 2 AS k, (i % 3)::DOUBLE AS x FROM range(20) t(i))"

// TestQueriesScore: ad-hoc queries may call detectors, also with parameters, explained, and described.
func TestQueriesScore(t *testing.T) {
	n := openMemory(t)
	const query = "SELECT k, anomaly_ewma(x, warmup := 2) OVER (PARTITION BY k ORDER BY ts), (anomaly(x) OVER w).reason FROM " + points + " WINDOW w AS (ORDER BY ts)"
	d, err := n.store.Describe(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range d.Columns {
		names = append(names, c.Name)
	}
	if got := strings.Join(names, " "); got != "k anomaly_ewma reason" {
		t.Errorf("columns %s", got)
	}
	ten := "10"
	for text, parameters := range map[string][]*string{
		"SELECT count(*)::VARCHAR FROM (" + query + ") WHERE anomaly_ewma.expected IS NOT NULL": nil,
		"SELECT count(*)::VARCHAR FROM (SELECT ts, (anomaly_ewma(x, warmup := 2) OVER (ORDER BY ts)).expected AS e FROM " + points +
			") WHERE e IS NOT NULL AND ts < make_timestamp($1::BIGINT * 1000000 + 8000000)": {&ten},
	} {
		rows, err := n.store.QueryWith(context.Background(), text, parameters, duckdb.Limits{})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !rows.Next() || rows.RecordBatch().Column(0).ValueStr(0) != "16" {
			t.Errorf("%s: not 16 rows (%v)", text, rows.Err())
		}
		rows.Release()
	}
	rows, err := n.store.Query(context.Background(), "EXPLAIN "+query, duckdb.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	rows.Release()
}

// TestQueriesThatScoreWrongly: mistakes have their place in the user's text.
func TestQueriesThatScoreWrongly(t *testing.T) {
	n := openMemory(t)
	for marked, want := range map[string]string{
		"SELECT anomaly(x, ^spam := 1) OVER (ORDER BY ts) FROM " + points:         "unknown option spam",
		"EXPLAIN SELECT anomaly(x, ^spam := 1) OVER (ORDER BY ts) FROM " + points: "unknown option spam",
		"SELECT anomaly(^y) OVER (ORDER BY ts) FROM " + points:                    `"y" not found`,
		"SELECT anomaly(x) OVER (PARTITION BY ^y ORDER BY ts), k FROM " + points:  `"y" not found`,
		"SELECT anomaly(x) OVER (ORDER BY ts) AS a, ^y FROM " + points:            `"y" not found`,
		"SELECT ^anomaly(x::VARCHAR) OVER (ORDER BY ts) FROM " + points:           "is given",
		"SELECT ^anomaly(x) OVER (ORDER BY k) FROM " + points:                     "in the order of one TIMESTAMP",
		"SELECT ^weir_push('', 0, ts, x) FROM " + points:                          "weir_push is not allowed",
	} {
		at := strings.Index(marked, "^")
		_, err := n.store.Query(context.Background(), strings.Replace(marked, "^", "", 1), duckdb.Limits{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", marked, err, want)
			continue
		}
		var e *duckdb.Error
		if errors.As(err, &e) && e.Position != at {
			t.Errorf("%s: the mistake is at %d, want %d", marked, e.Position, at)
		}
	}
}

// TestSchemaHasDetectors: who completes a query is told of the calls, and not of what they are rewritten to.
func TestSchemaHasDetectors(t *testing.T) {
	n := openMemory(t)
	schema, err := n.Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, f := range schema.Functions {
		found[f.Name] = true
		if f.Name == "anomaly_ewma" && (!slices.Contains(f.Parameters, "warmup") || f.Description == "" || !strings.HasPrefix(f.Example, "anomaly_ewma(")) {
			t.Errorf("anomaly_ewma is shown as %+v", f)
		}
	}
	if !found["anomaly"] || !found["anomaly_ewma"] || !found["absent"] || found["weir_push"] || found["weir_scored"] {
		t.Errorf("anomaly %v, anomaly_ewma %v, absent %v, weir_push %v, weir_scored %v", found["anomaly"], found["anomaly_ewma"], found["absent"], found["weir_push"], found["weir_scored"])
	}
}

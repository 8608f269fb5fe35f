package node

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
)

const source = `CREATE SOURCE s (a BIGINT, b BIGINT) WITH (connector = 'events', format = 'json');`

func open(t *testing.T, path string, e *events, o Options) *Node {
	t.Helper()
	o.DB, o.Workers, o.Threads, o.Connectors = path, 1, 1, []engine.Connector{e.connector()}
	n, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func shut(t *testing.T, n *Node) {
	t.Helper()
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
}

func apply(t *testing.T, n *Node, text, want string) {
	t.Helper()
	_, err := n.Apply(t.Context(), text)
	if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Fatalf("%s: error %v, want %q", text, err, want)
	}
}

// one is the only value of a query, as text.
func one(t *testing.T, n *Node, sql string) string {
	t.Helper()
	rows, err := n.store.Query(t.Context(), "SELECT ("+sql+")::VARCHAR", duckdb.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Release()
	text := ""
	for rows.Next() {
		text = strings.Clone(rows.RecordBatch().Column(0).(*array.String).Value(0)) // its memory goes with the rows
	}
	return text
}

// TestDefinitionsSurvive: the database always has what the catalog has, whatever statements came before, and opens again.
func TestDefinitionsSurvive(t *testing.T) {
	const first, second = "CREATE MATERIALIZED VIEW first AS SELECT a FROM s;", "CREATE MATERIALIZED VIEW second AS SELECT b FROM s;"
	for _, c := range []struct{ name, text, err, want string }{
		{"create and drop", first + second + "DROP MATERIALIZED VIEW first", "", "second"},
		{"drop and create", first + "DROP MATERIALIZED VIEW first;" + first, "", "first"},
		{"replace at once", first + "CREATE OR REPLACE MATERIALIZED VIEW first AS SELECT b FROM s", "", "first"},
		{"drop in another spelling", first + second + "DROP MATERIALIZED VIEW SECOND", "", "first"},
		{"another type", first + strings.Replace(strings.Replace(source, "CREATE", "CREATE OR REPLACE", 1), "a BIGINT", "a INTEGER", 1), "", "first"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "weir.duckdb")
			e := &events{lines: []string{`{"a": 1, "b": 2}`}}
			n := open(t, path, e, Options{Bounded: true})
			apply(t, n, source, "")
			apply(t, n, c.text, c.err)
			shut(t, n)
			n = open(t, path, e, Options{Bounded: true})
			defer shut(t, n)
			var names []string
			for _, v := range n.catalog.Views {
				names = append(names, v.Name)
			}
			if got := strings.Join(names, ", "); got != c.want {
				t.Errorf("views %s, want %s", got, c.want)
			}
			if err := n.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := one(t, n, "SELECT count(*) FROM "+c.want); got != "1" {
				t.Errorf("%s rows, want 1", got)
			}
		})
	}
}

// TestTextsAreAppliedWhole: a mistake undoes the statements before it, in memory as in the database.
func TestTextsAreAppliedWhole(t *testing.T) {
	n := open(t, "", &events{}, Options{Bounded: true})
	defer shut(t, n)
	const view = "CREATE MATERIALIZED VIEW v AS SELECT a FROM s;"
	apply(t, n, source+view+"CREATE MATERIALIZED VIEW w AS SELECT nosuch FROM s", "nosuch")
	if len(n.catalog.Sources)+len(n.catalog.Views) > 0 {
		t.Errorf("%d sources and %d views stayed", len(n.catalog.Sources), len(n.catalog.Views))
	}
	apply(t, n, source+view, "")
	apply(t, n, "DROP MATERIALIZED VIEW v; SHOW NOTHING", "SOURCES, VIEWS")
	if n.catalog.View("v") == nil {
		t.Error("the view was dropped by a text with a mistake")
	}
}

// TestTypeOfAColumnChangesLater: the view's table and positions are made anew, and its results with the new type.
func TestTypeOfAColumnChangesLater(t *testing.T) {
	n := open(t, "", &events{lines: []string{`{"a": 1, "b": 2}`}}, Options{Bounded: true})
	defer shut(t, n)
	apply(t, n, source+"CREATE MATERIALIZED VIEW v AS SELECT a FROM s", "")
	for _, step := range []string{"", strings.Replace(strings.Replace(source, "CREATE", "CREATE OR REPLACE", 1), "a BIGINT", "a INTEGER", 1)} {
		apply(t, n, step, "")
		if err := n.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := one(t, n, "SELECT string_agg(a::VARCHAR || typeof(a)) FROM v"); got != "1INTEGER" {
		t.Errorf("got %s", got)
	}
}

// TestLettersOfALaterView: a new view reads a column that no other needed. What it cannot read must be named, once.
func TestLettersOfALaterView(t *testing.T) {
	n := open(t, "", &events{lines: []string{`{"a": 1, "b": "odd"}`, `{"a": "odd", "b": 1}`}}, Options{Bounded: true})
	defer shut(t, n)
	for _, step := range []struct{ text, want string }{
		{source + "CREATE MATERIALIZED VIEW v AS SELECT a FROM s", "[1]"},
		{"CREATE MATERIALIZED VIEW w AS SELECT b FROM s", "[0, 1]"},
		{"DROP MATERIALIZED VIEW w; CREATE MATERIALIZED VIEW w AS SELECT b FROM s", "[0, 1]"},
	} {
		apply(t, n, step.text, "")
		if err := n.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := one(t, n, `SELECT list("offset" ORDER BY "offset") FROM weir.dead_letters`); got != step.want {
			t.Errorf("%s: dead letters at %s, want %s", step.text, got, step.want)
		}
	}
}

// TestSinkThatIsDownStopsNothing: at the start, its system may be down. What waits is delivered when it is back.
func TestSinkThatIsDownStopsNothing(t *testing.T) {
	e := &events{lines: []string{`{"a": 1}`}, live: true, down: true, delivered: make(chan engine.Delivery, 1)}
	n := open(t, "", e, Options{CommitInterval: time.Millisecond})
	defer shut(t, n)
	apply(t, n, source+"CREATE MATERIALIZED VIEW v AS SELECT a FROM s; CREATE SINK k WITH (connector = 'events') AS FROM v", "")
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- n.Run(ctx) }()
	for n.Status().Sinks == nil || n.Status().Sinks[0].Error == "" {
		select {
		case err := <-done:
			t.Fatalf("the engine has stopped: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	e.mu.Lock()
	e.down = false
	e.mu.Unlock()
	if d := <-e.delivered; d.Changes[0].Rows.NumRows() != 1 {
		t.Errorf("delivered %v", d)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
	"github.com/weirdb/weir/sql/planner"
)

const (
	bid = `CREATE SOURCE bid (price INTEGER, channel VARCHAR, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '4 seconds')
		WITH (connector = 'events', topic = 'a');`
	prices = `CREATE MATERIALIZED VIEW prices AS SELECT price FROM bid WHERE price > 1;`
	totals = `CREATE MATERIALIZED VIEW totals AS SELECT channel, count(*) AS n FROM bid GROUP BY channel;`
	out    = `CREATE SINK out WITH (connector = 'out') AS FROM prices;`
)

func newCatalog(t *testing.T, environment map[string]string) *Catalog {
	t.Helper()
	p, err := planner.New(planner.Config{CheckAggregate: func(*plan.AggregateCall) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	topic := []engine.Option{{Name: "topic", Doc: "The topic."}, {Name: "password", Doc: "The password.", Secret: true}}
	return New(Config{
		Planner: p,
		Connectors: []engine.Connector{
			{Name: "events", SourceOptions: topic, Source: func(engine.SourceConfig) (engine.Source, error) { return nil, nil }},
			{Name: "others", Source: func(engine.SourceConfig) (engine.Source, error) { return nil, nil }},
			{Name: "out", SinkOptions: []engine.Option{{Name: "key", Doc: "The key."}}, Sink: func(engine.SinkConfig) (engine.Sink, error) { return nil, nil },
				CheckSink: func(c engine.SinkConfig) error {
					if key := c.Options["key"]; key != "" && !slices.ContainsFunc(c.Columns, func(f types.Field) bool { return f.Name == key }) {
						return fmt.Errorf("option key names column %s", key)
					}
					if c.Options["key"] == "price" && c.Updating {
						return errors.New("option key is not for a view that takes rows back")
					}
					return nil
				}},
		},
		InDuckDB: func(*plan.Expr) []*plan.Expr { return nil },
		Getenv:   func(name string) (string, bool) { v, ok := environment[name]; return v, ok },
	})
}

// changed lists what Apply has changed: the kind, the name, and what must happen to it.
func changed(c *Catalog) []string {
	var out []string
	for _, x := range c.Changes() {
		line := fmt.Sprintf("%s %s", x.Kind, x.Name)
		if x.Text == "" {
			line += " dropped"
		}
		if x.Rebuild && x.Text != "" {
			line += " rebuilt"
		}
		if x.Kept {
			line += " kept"
		}
		if x.View != nil && x.View.Name != x.Name {
			line += " as " + x.View.Name
		}
		out = append(out, line)
	}
	return out
}

const keyed = "CREATE SINK two WITH (connector = 'out', key = 'n') AS FROM totals;"

// TestApply gives a text to a catalog that has bid, prices, totals and out already.
func TestApply(t *testing.T) {
	for _, c := range []struct{ name, text, want, err string }{
		{name: "the same again", text: bid + prices + totals + out},
		{name: "the same in other words", text: "create  source BID" + strings.TrimPrefix(bid, "CREATE SOURCE bid"), want: ""},
		{name: "if not exists", text: "CREATE MATERIALIZED VIEW IF NOT EXISTS prices AS SELECT channel FROM bid"},
		{name: "another definition", text: "CREATE MATERIALIZED VIEW prices AS SELECT channel FROM bid", err: "exists with another definition"},
		{name: "replace a view", text: "CREATE OR REPLACE MATERIALIZED VIEW prices AS SELECT channel FROM bid", want: "MATERIALIZED VIEW prices rebuilt"},
		{name: "replace a view by the same in other words", text: "CREATE OR REPLACE MATERIALIZED VIEW prices AS SELECT b.price FROM bid b WHERE 1 < price", want: "MATERIALIZED VIEW prices kept"},
		{name: "say what is so without", text: "CREATE OR REPLACE MATERIALIZED VIEW prices WITH (emit = 'changes') AS SELECT price FROM bid WHERE price > 1", want: "MATERIALIZED VIEW prices kept"},
		{name: "replace with another spelling", text: "CREATE OR REPLACE MATERIALIZED VIEW Prices AS SELECT channel FROM bid", err: "is written prices"},
		{name: "replace a sink", text: "CREATE OR REPLACE SINK out WITH (connector = 'out', key = 'price') AS FROM prices", want: "SINK out"},
		{name: "another view's sink", text: "CREATE OR REPLACE SINK out WITH (connector = 'out') AS FROM totals", want: "SINK out rebuilt"},
		{name: "a sink of a source", text: "CREATE SINK two WITH (connector = 'out') AS FROM bid", err: "bid is a SOURCE, and a sink writes what a view has: CREATE MATERIALIZED VIEW … AS FROM bid before"},
		{name: "a sink that does not go with its view", text: "CREATE SINK two WITH (connector = 'out', key = 'nosuch') AS FROM prices", err: "column 48: option key names"},
		{
			name: "a view that takes rows back",
			text: "CREATE MATERIALIZED VIEW m AS SELECT max(price) AS price FROM bid; CREATE SINK two WITH (connector = 'out', key = 'price') AS FROM m",
			want: "MATERIALIZED VIEW m", err: "not for a view that takes rows back",
		},
		{
			name: "a view that its sink does not go with any more",
			text: keyed + "CREATE OR REPLACE MATERIALIZED VIEW totals AS SELECT channel FROM bid; SHOW VIEWS",
			want: "SINK two, MATERIALIZED VIEW totals rebuilt", err: "sink two does not go with the new totals: option key names column n; replace the sink too",
		},
		{
			name: "a view and its sink",
			text: keyed + "CREATE OR REPLACE MATERIALIZED VIEW totals AS SELECT channel FROM bid; CREATE OR REPLACE SINK two WITH (connector = 'out', key = 'channel') AS FROM totals",
			want: "SINK two, MATERIALIZED VIEW totals rebuilt, SINK two",
		},
		{name: "a sink of dead letters", text: "CREATE SINK two WITH (connector = 'out') AS FROM WEIR.dead_letters WHERE reason LIKE '%x' AND length(views) > 0", want: "SINK two"},
		{name: "a sink of late rows with a key", text: "CREATE SINK two WITH (connector = 'out', key = 'event_time') AS FROM weir.late_rows", want: "SINK two"},
		{name: "another condition", text: "CREATE OR REPLACE SINK out WITH (connector = 'out') AS FROM weir.late_rows WHERE view = 'x'", want: "SINK out rebuilt"},
		{name: "a condition with a mistake", text: "CREATE SINK two WITH (connector = 'out') AS FROM weir.late_rows WHERE nosuch", err: "column 71: condition on weir.late_rows"},
		{name: "a condition of the moment", text: "CREATE SINK two WITH (connector = 'out') AS FROM weir.late_rows WHERE event_time < now()", err: "now"},
		{name: "a condition with a subquery", text: "CREATE SINK two WITH (connector = 'out') AS FROM weir.late_rows WHERE (SELECT true)", err: "subquery"},
		{name: "a sink of another table", text: "CREATE SINK two WITH (connector = 'out') AS FROM weir.positions", err: "weir.dead_letters or weir.late_rows, not weir.positions"},
		{name: "another kind", text: "CREATE SINK bid WITH (connector = 'out') AS FROM prices", err: "bid is the name of a SOURCE"},
		{name: "drop in another spelling", text: "DROP MATERIALIZED VIEW TOTALS", want: "MATERIALIZED VIEW totals dropped"},
		{name: "drop what is used", text: "DROP MATERIALIZED VIEW prices", err: "used by sink out"},
		{name: "drop what is not there", text: "DROP MATERIALIZED VIEW nosuch", err: "there are prices, totals"},
		{name: "drop if exists", text: "DROP MATERIALIZED VIEW IF EXISTS nosuch"},
		{
			name: "create and drop",
			text: "CREATE MATERIALIZED VIEW x AS SELECT price FROM bid; DROP MATERIALIZED VIEW x",
			want: "MATERIALIZED VIEW x, MATERIALIZED VIEW x dropped",
		},
		{
			name: "what comes before a mistake stays",
			text: "CREATE MATERIALIZED VIEW x AS SELECT price FROM bid; CREATE MATERIALIZED VIEW y AS SELECT nosuch FROM bid",
			want: "MATERIALIZED VIEW x", err: "nosuch",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog := newCatalog(t, nil)
			apply(t, catalog, bid+prices+totals+out, "")
			catalog.Changes()
			apply(t, catalog, c.text, c.err)
			if diff := cmp.Diff(c.want, strings.Join(changed(catalog), ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func apply(t *testing.T, c *Catalog, text, want string) {
	t.Helper()
	_, err := c.Apply(text)
	if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Fatalf("error %v, want %q", err, want)
	}
}

// TestReplaceSource: a view is rebuilt if the new definition changes what it computes, to the last type.
func TestReplaceSource(t *testing.T) {
	replacement := strings.Replace(bid, "CREATE", "CREATE OR REPLACE", 1)
	for _, c := range []struct{ name, old, new, want string }{
		{"an option", "topic = 'a'", "topic = 'b'", "SOURCE bid"},
		{"a column more", "channel VARCHAR", "channel VARCHAR, extra VARCHAR", "SOURCE bid"},
		{"the connector", "'events', topic = 'a'", "'others'", "SOURCE bid rebuilt, MATERIALIZED VIEW prices rebuilt, MATERIALIZED VIEW totals rebuilt"},
		{"the type of a column", "price INTEGER", "price BIGINT", "SOURCE bid, MATERIALIZED VIEW prices rebuilt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog := newCatalog(t, nil)
			apply(t, catalog, bid+prices+totals, "")
			catalog.Changes()
			apply(t, catalog, strings.Replace(replacement, c.old, c.new, 1), "")
			if diff := cmp.Diff(c.want, strings.Join(changed(catalog), ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDefinitionThatFailsLeavesNothing: neither in the catalog nor in the planner.
func TestDefinitionThatFailsLeavesNothing(t *testing.T) {
	c := newCatalog(t, nil)
	apply(t, c, bid+prices, "")
	c.Changes()
	apply(t, c, strings.Replace(bid, "CREATE SOURCE bid (price INTEGER", "CREATE OR REPLACE SOURCE bid (cost INTEGER", 1), "view prices does not work")
	apply(t, c, strings.Replace(bid, "CREATE SOURCE bid (price INTEGER", "CREATE OR REPLACE SOURCE bid (cost INTEGER, price BIT", 1), "BIT")
	if got := changed(c); len(got) != 0 {
		t.Errorf("changed %v", got)
	}
	apply(t, c, "CREATE MATERIALIZED VIEW more AS SELECT price FROM bid", "")
	apply(t, c, "CREATE MATERIALIZED VIEW wrong AS SELECT cost FROM bid", "cost")

	apply(t, c, "CREATE SOURCE other (n BIGINT, WATERMARK FOR n AS n) WITH (connector = 'events')", "must be TIMESTAMP")
	apply(t, c, "CREATE MATERIALIZED VIEW x AS SELECT n FROM other", "other")
}

func TestEnvironment(t *testing.T) {
	c := newCatalog(t, map[string]string{"SECRET": "hunter2"})
	apply(t, c, "CREATE SOURCE s (n BIGINT) WITH (connector = 'events', password = 'x${SECRET}')", "")
	if got := c.Source("s").Options["password"]; got != "xhunter2" {
		t.Errorf("password %q", got)
	}
	apply(t, c, "CREATE SOURCE r (n BIGINT) WITH (connector = 'events', password = '${MISSING}')", "${MISSING} is not set")
	// EXPLAIN is open to everyone who may read: its mistakes must not show the environment.
	_, err := c.Apply("EXPLAIN CREATE MATERIALIZED VIEW v WITH (emit = '${SECRET}') AS SELECT n FROM s")
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
	}
}

func TestAnswers(t *testing.T) {
	c := newCatalog(t, nil)
	apply(t, c, bid+prices+out, "")
	answers, err := c.Apply("SHOW SOURCES; SHOW VIEWS; SHOW SINKS; DESCRIBE bid; DESCRIBE out; EXPLAIN prices")
	if err != nil {
		t.Fatal(err)
	}
	want := [][][]string{
		{{"bid", "events", "", "3", "ts - 4s"}},
		{{"prices", "bid", "", "changes", "SELECT price FROM bid WHERE price > 1"}},
		{{"out", "prices", "out", ""}},
		{{"price", "INTEGER"}, {"channel", "VARCHAR"}, {"ts", "TIMESTAMP"}},
		{{"price", "INTEGER"}},
	}
	for i, rows := range want {
		if diff := cmp.Diff(rows, answers[i].Rows); diff != "" {
			t.Errorf("answer %d: %s", i, diff)
		}
	}
	apply(t, c, "CREATE SINK dead WITH (connector = 'out') AS FROM weir.dead_letters", "")
	if dead, err := c.Apply("SHOW SINKS; DESCRIBE dead"); err != nil || dead[0].Rows[1][1] != "weir.dead_letters" || len(dead[1].Rows) != 8 {
		t.Errorf("%v, a sink of dead letters: %v", err, dead)
	}
	if text := fmt.Sprint(answers[5].Rows); !strings.Contains(text, "1 of 3 columns: price") {
		t.Errorf("EXPLAIN: %s", text)
	}
}

// TestPause: a pause is a change of its own, which goes with RESUME and with what is paused, and stays when that is replaced.
func TestPause(t *testing.T) {
	c := newCatalog(t, nil)
	apply(t, c, bid+prices, "")
	c.Changes()
	for _, step := range []struct {
		text   string
		paused bool
		want   []string
	}{
		{"ALTER MATERIALIZED VIEW PRICES PAUSE", true, []string{"PAUSE MATERIALIZED VIEW prices"}},
		{"ALTER MATERIALIZED VIEW prices PAUSE", true, nil},
		{prices, true, nil},
		{"CREATE OR REPLACE MATERIALIZED VIEW prices AS SELECT price FROM bid", true, []string{"MATERIALIZED VIEW prices rebuilt"}},
		{"ALTER MATERIALIZED VIEW prices RESUME", false, []string{"PAUSE MATERIALIZED VIEW prices dropped"}},
		{"ALTER MATERIALIZED VIEW prices RESUME", false, nil},
		{"ALTER MATERIALIZED VIEW prices PAUSE; DROP MATERIALIZED VIEW prices", false,
			[]string{"PAUSE MATERIALIZED VIEW prices", "MATERIALIZED VIEW prices dropped", "PAUSE MATERIALIZED VIEW prices dropped"}},
	} {
		apply(t, c, step.text, "")
		if got := c.Paused(parse.View, "prices"); got != step.paused {
			t.Errorf("%s: paused %t", step.text, got)
		}
		if diff := cmp.Diff(step.want, changed(c)); diff != "" {
			t.Errorf("%s: %s", step.text, diff)
		}
	}
	apply(t, c, "ALTER SOURCE prices PAUSE", "there is no SOURCE prices; there are bid")
}

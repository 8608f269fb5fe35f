package catalog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/sql/planner"
)

// TestSourceColumns: a source gains and loses columns. Views that do not read them go on; those that cannot are all named.
func TestSourceColumns(t *testing.T) {
	const (
		base    = bid + prices + totals
		whole   = "CREATE MATERIALIZED VIEW whole AS SELECT * FROM bid;"
		counted = "CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM bid;"
		onTotal = "CREATE MATERIALIZED VIEW biggest AS SELECT max(n) AS n FROM totals;"
	)
	const nested = "CREATE SOURCE nested (place STRUCT(room VARCHAR, floor INTEGER)) WITH (connector = 'events');" +
		"CREATE MATERIALIZED VIEW rooms AS SELECT place.room AS room, count(*) AS n FROM nested GROUP BY ALL;" +
		"CREATE MATERIALIZED VIEW places AS SELECT place FROM nested;"
	nestedWith := func(floor string) string {
		return "CREATE OR REPLACE SOURCE nested (place STRUCT(room VARCHAR, floor " + floor + ")) WITH (connector = 'events');"
	}
	source := func(columns string) string {
		return strings.Replace(strings.Replace(bid, "CREATE", "CREATE OR REPLACE", 1), "price INTEGER, channel VARCHAR, ts", columns+", ts", 1)
	}
	for _, c := range []struct{ name, before, text, want, err string }{
		{name: "one more, in front", before: counted, text: source("extra VARCHAR, price INTEGER, channel VARCHAR"), want: "SOURCE bid"},
		{name: "another order", before: counted, text: source("channel VARCHAR, price INTEGER"), want: "SOURCE bid"},
		{
			name: "another order of what is read", text: source("channel VARCHAR, price INTEGER"), want: "SOURCE bid, MATERIALIZED VIEW both rebuilt",
			before: "CREATE MATERIALIZED VIEW both AS SELECT channel, sum(price) AS s FROM bid GROUP BY channel;",
		},
		{name: "one more, all are read", before: whole, text: source("price INTEGER, channel VARCHAR, extra VARCHAR"), want: "SOURCE bid, MATERIALIZED VIEW whole rebuilt"},
		{name: "a field more", before: nested, text: nestedWith("INTEGER, more VARCHAR"), want: "SOURCE nested, MATERIALIZED VIEW places rebuilt"},
		{name: "a field less, and it is read", before: nested, text: "CREATE OR REPLACE SOURCE nested (place STRUCT(floor INTEGER)) WITH (connector = 'events')", err: "view rooms does not work"},
		{name: "another type of a field", before: nested, text: nestedWith("BIGINT"), want: "SOURCE nested, MATERIALIZED VIEW places rebuilt"},
		{name: "another delay", before: counted, text: strings.Replace(source("price INTEGER, channel VARCHAR"), "4 seconds", "9 seconds", 1), want: "SOURCE bid"},
		{name: "one that nobody reads goes", text: "DROP MATERIALIZED VIEW totals;" + source("price INTEGER"), want: "MATERIALIZED VIEW totals dropped, SOURCE bid"},
		{name: "one that views read goes", before: onTotal, text: source("price INTEGER"), err: "views totals, biggest do not work with the new definition: totals: "},
		{name: "all go", text: source("other INTEGER"), err: "views prices, totals do not work with the new definition"},
		{name: "below, the view is dropped", text: source("price INTEGER") + "DROP MATERIALIZED VIEW totals;", want: "SOURCE bid, MATERIALIZED VIEW totals dropped"},
		{
			name: "below, the view is replaced", before: onTotal,
			text: source("price INTEGER") + "CREATE OR REPLACE MATERIALIZED VIEW totals AS SELECT price, count(*) AS n FROM bid GROUP BY price;",
			want: "SOURCE bid, MATERIALIZED VIEW totals rebuilt, MATERIALIZED VIEW biggest rebuilt",
		},
		{
			name:   "below, the view is replaced by one with the same plan, and the connector by another",
			before: "CREATE MATERIALIZED VIEW sums AS SELECT sum(price) AS s FROM (SELECT price, channel FROM bid); DROP MATERIALIZED VIEW totals; DROP MATERIALIZED VIEW prices;",
			text: strings.Replace(source("price INTEGER"), "'events', topic = 'a'", "'others'", 1) +
				"CREATE OR REPLACE MATERIALIZED VIEW sums AS SELECT sum(price) AS s FROM bid;",
			want: "SOURCE bid rebuilt, MATERIALIZED VIEW sums rebuilt, MATERIALIZED VIEW sums kept",
		},
		{
			name: "below, the view is replaced with backfill",
			text: source("price INTEGER") + "CREATE OR REPLACE MATERIALIZED VIEW totals WITH (backfill = 'earliest') AS SELECT price FROM bid;",
			err:  "view totals does not work with the new definition",
		},
		{name: "below, the view is the same", text: source("price INTEGER") + totals, err: "view totals does not work with the new definition"},
		{name: "added", before: counted, text: "ALTER SOURCE bid ADD COLUMN extra STRUCT(a INTEGER, b VARCHAR)[];", want: "SOURCE bid"},
		{name: "added and read", text: "ALTER SOURCE bid ADD extra VARCHAR; CREATE MATERIALIZED VIEW x AS SELECT extra FROM bid", want: "SOURCE bid, MATERIALIZED VIEW x"},
		{
			name: "added to one that was created if it was not there", want: "SOURCE other, SOURCE other",
			text: strings.Replace(bid, "SOURCE bid", "SOURCE IF NOT EXISTS other", 1) + "ALTER SOURCE other ADD extra VARCHAR",
		},
		{name: "added twice", text: "ALTER SOURCE bid ADD COLUMN Price VARCHAR;", err: "line 1, column 29: source bid has a column Price already"},
		{name: "added if it is not there", text: "ALTER SOURCE bid ADD COLUMN IF NOT EXISTS Price VARCHAR;"},
		{name: "added, all are read", before: whole, text: "ALTER SOURCE bid ADD extra VARCHAR", err: "it changes what is computed by view whole"},
		{name: "added, all are read, cascade", before: whole, text: "ALTER SOURCE bid ADD extra VARCHAR CASCADE", want: "SOURCE bid, MATERIALIZED VIEW whole rebuilt"},
		{name: "added with a type that is none", text: "ALTER SOURCE bid ADD extra NOSUCH", err: "NOSUCH"},
		{name: "dropped, nobody reads it", text: "DROP MATERIALIZED VIEW totals; ALTER SOURCE bid DROP COLUMN CHANNEL", want: "MATERIALIZED VIEW totals dropped, SOURCE bid"},
		{name: "the first dropped", text: "DROP MATERIALIZED VIEW prices; ALTER SOURCE bid DROP price", want: "MATERIALIZED VIEW prices dropped, SOURCE bid"},
		{name: "dropped, views read it", before: onTotal, text: "ALTER SOURCE bid DROP COLUMN channel CASCADE", err: "views totals, biggest do not work with the new definition"},
		{name: "the event time dropped", text: "ALTER SOURCE bid DROP COLUMN ts", err: "WATERMARK FOR ts: the source has no such column"},
		{name: "dropped and not there", text: "ALTER SOURCE bid DROP COLUMN extra", err: "source bid has no column extra"},
		{name: "dropped if it is there", text: "ALTER SOURCE bid DROP COLUMN IF EXISTS extra"},
		{name: "another type", text: source("price BIGINT, channel VARCHAR"), want: "SOURCE bid, MATERIALIZED VIEW prices rebuilt"},
		{name: "another type that does not work", text: source("price BOOLEAN[], channel VARCHAR"), err: "view prices does not work"},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog := newCatalog(t, nil)
			apply(t, catalog, base+c.before, "")
			catalog.Changes()
			apply(t, catalog, c.text, c.err)
			if diff := cmp.Diff(c.want, strings.Join(changed(catalog), ", ")); diff != "" {
				t.Error(diff)
			}
			if c.err != "" {
				apply(t, catalog, base+c.before, "") // all is as it was
				if got := changed(catalog); got != nil {
					t.Errorf("after the mistake: %q", got)
				}
			}
		})
	}
}

// TestMovedFrom: positions are the connector's, and the format's where the connector reads it by itself.
func TestMovedFrom(t *testing.T) {
	decoded := &engine.FormatSpec{}
	is := func(connector, format string, spec *engine.FormatSpec) *Source {
		return &Source{Source: &planner.Source{Name: "s"}, Connector: engine.Connector{Name: connector}, Format: format, FormatSpec: spec}
	}
	for _, c := range []struct {
		old, made *Source
		want      string
	}{
		{is("file", "json", decoded), is("file", "json", decoded), ""},
		{is("kafka", "json", decoded), is("kafka", "debezium", decoded), ""},
		{is("file", "json", decoded), is("file", "csv", nil), "source s has format 'csv' now: positions in 'json' mean nothing there"},
		{is("file", "parquet", nil), is("file", "arrow", nil), "source s has format 'arrow' now: positions in 'parquet' mean nothing there"},
		{is("file", "json", decoded), is("kafka", "json", decoded), "source s has connector 'kafka' now: positions in 'file' mean nothing there"},
	} {
		if got := movedFrom(c.old, c.made); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestAlteredStatement: the statement that is kept is the one that a CREATE SOURCE with these columns would have.
func TestAlteredStatement(t *testing.T) {
	const watermark = "WATERMARK FOR ts AS ts - INTERVAL '4 seconds'"
	for _, c := range []struct{ alter, old, new string }{
		{"ADD COLUMN Extra VARCHAR", "a INTEGER, ts TIMESTAMP, " + watermark, "a INTEGER, ts TIMESTAMP, Extra VARCHAR, " + watermark},
		{"ADD COLUMN b VARCHAR[]", "ts TIMESTAMP, " + watermark + ", a INTEGER", "ts TIMESTAMP, " + watermark + ", a INTEGER, b VARCHAR[]"},
		{"DROP COLUMN a", "a DECIMAL(10, 2), ts TIMESTAMP, " + watermark, "ts TIMESTAMP, " + watermark},
		{"DROP COLUMN A", "ts TIMESTAMP, a INTEGER, " + watermark, "ts TIMESTAMP, " + watermark},
		{"DROP COLUMN a", "ts TIMESTAMP, a STRUCT(x INTEGER, y INTEGER), " + watermark + ", b INTEGER", "ts TIMESTAMP, " + watermark + ", b INTEGER"},
		{"DROP COLUMN b", "ts TIMESTAMP, " + watermark + ", /* , */ b INTEGER /* , */", "ts TIMESTAMP, " + watermark},
	} {
		source := func(columns string) string {
			return "CREATE SOURCE bid (" + columns + ") WITH (connector = 'events');"
		}
		catalog := newCatalog(t, nil)
		apply(t, catalog, source(c.old), "")
		apply(t, catalog, "ALTER SOURCE bid "+c.alter, "")
		catalog.Changes()
		apply(t, catalog, source(c.new), "")
		if got := changed(catalog); got != nil {
			t.Errorf("%s: then %q", c.alter, got)
		}
	}
}

// TestWhy: a change says in what a definition differs.
func TestWhy(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{strings.Replace(strings.Replace(bid, "CREATE", "CREATE OR REPLACE", 1), "price INTEGER", "price BIGINT, extra VARCHAR", 1),
			"bid: column price INTEGER is BIGINT now; column extra VARCHAR is new | prices: column price INTEGER is BIGINT now; bid.price INTEGER is BIGINT now"},
		{strings.Replace(strings.Replace(bid, "CREATE", "CREATE OR REPLACE", 1), "topic = 'a'", "topic = 'b', password = 'secret'", 1),
			"bid: option password; option topic"},
		{"CREATE OR REPLACE MATERIALIZED VIEW totals AS SELECT channel, count(*) AS n, sum(price) AS s FROM bid GROUP BY channel",
			"totals: column s HUGEINT is new; - aggregate count(*) by channel, emits changes; - scan bid: channel; + aggregate count(*), sum(price) by channel, emits changes; + project channel, price; + scan bid: price, channel"},
		{"CREATE OR REPLACE MATERIALIZED VIEW prices AS SELECT price FROM bid WHERE 1 < price", "prices: the plan is the same"},
	} {
		catalog := newCatalog(t, nil)
		apply(t, catalog, bid+prices+totals, "")
		catalog.Changes()
		apply(t, catalog, c.text, "")
		var got []string
		for _, x := range catalog.Changes() {
			got = append(got, x.Name+": "+strings.Join(x.Why, "; "))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " | ")); diff != "" {
			t.Error(diff)
		}
	}
}

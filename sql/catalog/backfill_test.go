package catalog

import (
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

const filled = "CREATE OR REPLACE MATERIALIZED VIEW totals WITH (backfill = 'earliest') AS SELECT channel, max(price) AS top FROM bid GROUP BY channel;"

// What statements do while the successor of totals is being computed.
func TestBackfill(t *testing.T) {
	for _, c := range []struct{ name, text, want, err string }{
		{name: "the same again", text: filled},
		{name: "the old one again", text: totals, want: "MATERIALIZED VIEW totals (backfill) dropped"},
		{name: "if not exists", text: "CREATE MATERIALIZED VIEW IF NOT EXISTS totals AS SELECT 1 AS a FROM bid"},
		{name: "another successor", text: strings.Replace(filled, "max", "min", 1), want: "MATERIALIZED VIEW totals (backfill) dropped, MATERIALIZED VIEW totals (backfill)"},
		{name: "without backfill", text: strings.Replace(filled, "WITH (backfill = 'earliest') ", "", 1), want: "MATERIALIZED VIEW totals (backfill) dropped, MATERIALIZED VIEW totals rebuilt"},
		{name: "drop", text: "DROP MATERIALIZED VIEW totals", want: "MATERIALIZED VIEW totals (backfill) dropped, MATERIALIZED VIEW totals dropped"},
		{name: "a sink on it", text: "CREATE SINK two WITH (connector = 'out') AS FROM totals", want: "SINK two", err: "view totals is used by sink two, and cannot be replaced with backfill"},
		{name: "a view on it", text: "CREATE MATERIALIZED VIEW w AS FROM totals", want: "MATERIALIZED VIEW w", err: "view totals is used by view w"},
		{name: "another view", text: "CREATE MATERIALIZED VIEW w AS FROM bid", want: "MATERIALIZED VIEW w"},
		{name: "its source", text: strings.Replace(bid, "CREATE", "CREATE OR REPLACE", 1) + " ", want: ""},
		{name: "its source, another", text: "CREATE OR REPLACE SOURCE bid (price BIGINT, channel VARCHAR) WITH (connector = 'others')", err: "the successor of view totals is being computed (backfill)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newCatalog(t, nil)
			for _, text := range []string{bid + prices + totals + out, filled} {
				if _, err := x.Apply(text); err != nil {
					t.Fatal(err)
				}
			}
			if got := strings.Join(changed(x), ", "); !strings.HasSuffix(got, ", MATERIALIZED VIEW totals (backfill)") || len(x.Views) != 2 {
				t.Fatalf("changes %s", got)
			}
			_, err := x.Apply(c.text)
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Fatalf("error %v, want %q", err, c.err)
			}
			if got := strings.Join(changed(x), ", "); got != c.want {
				t.Errorf("changes %q, want %q", got, c.want)
			}
		})
	}
}

// A database that was computing a successor goes on with it, and puts it in its view's place.
func TestBackfillIsLoaded(t *testing.T) {
	x := newCatalog(t, nil)
	err := x.Load([]Definition{
		{"MATERIALIZED VIEW", "totals (backfill)", filled}, {"SOURCE", "bid", bid}, {"MATERIALIZED VIEW", "totals", totals},
	})
	if err != nil || len(x.Changes()) > 0 || len(x.Backfills) != 1 || x.View("totals").Columns[1].Name != "n" {
		t.Fatalf("%v, %d successors", err, len(x.Backfills))
	}
	if err := x.Succeed(x.Backfills[0]); err != nil {
		t.Fatal(err)
	}
	if v := x.View("totals"); len(x.Backfills) != 0 || len(x.Views) != 1 || v.Columns[1].Name != "top" || v.Replaces != "" {
		t.Errorf("the view is %+v", v)
	}
	if _, err := x.Apply(filled + "CREATE MATERIALIZED VIEW w AS SELECT top FROM totals"); err != nil {
		t.Error(err)
	}
}

// Where a view begins: its option says, or else what the whole run says.
func TestBegins(t *testing.T) {
	otherwise := time.Unix(1_800_000_000, 0)
	for option, want := range map[string]time.Time{
		"": otherwise, "WITH (backfill = 'earliest')": {}, "WITH (backfill = 'latest')": engine.Latest,
		"WITH (backfill = '2026-01-01 06:00')":          time.Date(2026, 1, 1, 6, 0, 0, 0, time.UTC),
		"WITH (backfill = '2026-01-01T06:00:00+02:00')": time.Date(2026, 1, 1, 4, 0, 0, 0, time.UTC),
	} {
		x := newCatalog(t, nil)
		if _, err := x.Apply(bid + "CREATE MATERIALIZED VIEW v " + option + " AS SELECT price FROM bid"); err != nil {
			t.Fatal(err)
		}
		if got := x.View("v").Begins(otherwise); !got.Equal(want) {
			t.Errorf("%s: %s, want %s", option, got, want)
		}
	}
	_, err := newCatalog(t, nil).Apply(bid + "CREATE MATERIALIZED VIEW v WITH (backfill = 'soon') AS SELECT price FROM bid")
	if err == nil || !strings.Contains(err.Error(), "allowed are 'earliest', 'latest' and a time such as '2026-01-01 06:00'") {
		t.Error(err)
	}
}

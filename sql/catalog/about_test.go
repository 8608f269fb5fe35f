package catalog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
)

const byChannel = ` MATERIALIZED VIEW by_channel WITH (title = 'Prices', description = 'By channel', unit = 'currencyEUR', units = 'n: short') AS
SELECT window_start, channel, count(*) AS n, max(price) AS top FROM tumble(bid, ts, INTERVAL '10 seconds') GROUP BY ALL;`

// TestAbout: what a definition says of a view for people, with comments, also of those who loaded it; changing it rebuilds nothing.
func TestAbout(t *testing.T) {
	c := newCatalog(t, nil)
	apply(t, c, bid+"CREATE"+byChannel+"COMMENT ON COLUMN by_channel.TOP IS 'the highest'; COMMENT ON VIEW BY_CHANNEL IS 'Prices of each channel';", "")
	want := engine.About{
		Title: "Prices", Description: "Prices of each channel", Time: "window_start", Keys: []string{"channel"},
		Units: map[string]string{"n": "short", "top": "currencyEUR"}, Comments: map[string]string{"top": "the highest"},
	}
	if diff := cmp.Diff(want, c.About(c.View("by_channel"))); diff != "" {
		t.Error(diff)
	}
	var kept []Definition
	for _, x := range c.Changes() {
		kept = append([]Definition{{string(x.Kind), x.Name, x.Text}}, kept...) // comments first: a view that is replaced may stand behind them
	}
	again := newCatalog(t, nil)
	if err := again.Load(kept); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, again.About(again.View("by_channel"))); diff != "" {
		t.Error("loaded: ", diff)
	}
	apply(t, again, strings.Replace("CREATE OR REPLACE"+byChannel, "'Prices'", "'Tops'", 1)+"COMMENT ON VIEW by_channel IS NULL", "")
	changes := again.Changes()
	if len(changes) != 2 || !changes[0].Kept || changes[0].Why[0] != "its title is another" || changes[1].Text != "" {
		t.Errorf("changes %+v", changes)
	}
	if about := again.About(again.View("by_channel")); about.Title != "Tops" || about.Description != "By channel" {
		t.Errorf("about %+v", about)
	}
	answers, err := again.Apply("DESCRIBE by_channel")
	if err != nil || cmp.Diff([]string{"top", "INTEGER", "currencyEUR", "the highest"}, answers[0].Rows[3]) != "" {
		t.Errorf("%v, DESCRIBE: %v", err, answers)
	}
	apply(t, again, "DROP MATERIALIZED VIEW by_channel", "")
	if got := strings.Join(changed(again), ", "); got != "MATERIALIZED VIEW by_channel dropped, COMMENT by_channel.top dropped" {
		t.Errorf("dropped: %s", got)
	}
}

func TestAboutMistakes(t *testing.T) {
	c := newCatalog(t, nil)
	apply(t, c, bid+prices, "")
	for text, want := range map[string]string{
		"COMMENT ON COLUMN prices.cost IS 'x'": "view prices has no column cost; there are price",
		"COMMENT ON VIEW nosuch IS 'x'":        "there is no MATERIALIZED VIEW nosuch; there are prices",
		"COMMENT ON VIEW bid IS 'x'":           "there is no MATERIALIZED VIEW bid",
		"CREATE MATERIALIZED VIEW x WITH (units = 'cost: short') AS SELECT price FROM bid":            "option units = 'cost: short': the view has no column cost; there are price",
		"CREATE MATERIALIZED VIEW x WITH (units = 'short') AS SELECT price FROM bid":                  "want a unit for each column",
		"CREATE MATERIALIZED VIEW prices WITH (title = 'x') AS SELECT price FROM bid WHERE price > 1": "exists with another definition",
	} {
		apply(t, c, text, want)
	}
}

// TestKeys: which columns tell rows apart, and which says when they are from.
func TestKeys(t *testing.T) {
	c := newCatalog(t, nil)
	apply(t, c, bid, "")
	for query, want := range map[string]engine.About{
		"SELECT count(*) AS n FROM bid":                           {Keys: []string{}},
		"SELECT channel, count(*) AS n FROM bid GROUP BY channel": {Keys: []string{"channel"}},
		"SELECT count(*) AS n FROM bid GROUP BY channel":          {},
		"SELECT price, ts FROM bid":                               {Time: "ts"},
		"SELECT window_end, window_start, sum(price) AS n FROM tumble(bid, ts, INTERVAL '1 minute') GROUP BY ALL":        {Time: "window_start", Keys: []string{}},
		"SELECT time_bucket(INTERVAL '1 minute', ts) AS minute, channel AS c, sum(price) / 2 AS n FROM bid GROUP BY ALL": {Time: "minute", Keys: []string{"c"}},
	} {
		apply(t, c, "CREATE MATERIALIZED VIEW x AS "+query, "")
		want.Units, want.Comments = map[string]string{}, map[string]string{}
		if diff := cmp.Diff(want, c.About(c.View("x"))); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
		apply(t, c, "DROP MATERIALIZED VIEW x", "")
	}
}

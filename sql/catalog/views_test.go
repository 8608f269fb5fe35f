package catalog

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	perChannel = `CREATE MATERIALIZED VIEW "Per channel" AS SELECT channel, count(*) AS n, max(price) AS top FROM bid GROUP BY channel;`
	busy       = `CREATE MATERIALIZED VIEW busy AS SELECT channel FROM "per CHANNEL" WHERE n > 1;`
	howMany    = `CREATE MATERIALIZED VIEW how_many AS SELECT count(*) AS n FROM busy;`
)

// TestViewsOnViews gives a text to a catalog that has bid and three views, each on the one before.
func TestViewsOnViews(t *testing.T) {
	replace := func(view, old, new string) string {
		return strings.Replace(strings.Replace(view, "CREATE", "CREATE OR REPLACE", 1), old, new, 1)
	}
	for _, c := range []struct{ name, text, want, err string }{
		{name: "the same again", text: perChannel + busy + howMany},
		{
			name: "replace what all read", text: replace(perChannel, "count(*) AS n", "sum(price) AS n"),
			want: "MATERIALIZED VIEW Per channel rebuilt, MATERIALIZED VIEW busy rebuilt, MATERIALIZED VIEW how_many rebuilt",
		},
		{
			name: "replace what none of the others reads", text: replace(perChannel, "max(price)", "min(price)"),
			want: "MATERIALIZED VIEW Per channel rebuilt",
		},
		{
			name: "replace the middle", text: replace(busy, "n > 1", "n > 2"),
			want: "MATERIALIZED VIEW busy rebuilt, MATERIALIZED VIEW how_many rebuilt",
		},
		{name: "a column less", text: replace(perChannel, "count(*) AS n", "count(*) AS m"), err: `views busy, how_many do not work with the new definition: busy: `},
		{name: "itself", text: replace(busy, `"per CHANNEL" WHERE n > 1`, "busy"), err: "view busy would read itself"},
		{name: "a circle", text: replace(perChannel, "bid", "(SELECT channel, 1 AS price FROM bid, how_many)"), err: "it reads how_many, which reads Per channel"},
		{name: "drop the middle", text: "DROP MATERIALIZED VIEW busy", err: "used by view how_many: drop that first"},
		{name: "drop the source", text: "DROP SOURCE bid", err: "used by view Per channel, view busy, view how_many"},
		{
			name: "drop all", text: `DROP MATERIALIZED VIEW how_many; DROP MATERIALIZED VIEW busy; DROP MATERIALIZED VIEW "per channel"; DROP SOURCE bid`,
			want: "MATERIALIZED VIEW how_many dropped, MATERIALIZED VIEW busy dropped, MATERIALIZED VIEW Per channel dropped, SOURCE bid dropped",
		},
		{
			name: "a source's column of another type", text: replace(bid, "price INTEGER", "price BIGINT"),
			want: "SOURCE bid, MATERIALIZED VIEW Per channel rebuilt",
		},
		{name: "a source without a column", text: replace(bid, "channel VARCHAR, ", ""), err: "views Per channel, busy, how_many do not work"},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog := newCatalog(t, nil)
			apply(t, catalog, bid+perChannel+busy+howMany, "")
			catalog.Changes()
			apply(t, catalog, c.text, c.err)
			if diff := cmp.Diff(c.want, strings.Join(changed(catalog), ", ")); diff != "" {
				t.Error(diff)
			}
			if c.err != "" { // the planner knows what it knew
				apply(t, catalog, `CREATE MATERIALIZED VIEW after AS SELECT p.n, h.n AS h FROM "Per channel" p, how_many h`, "")
			}
		})
	}
}

// TestLoad: a view that was replaced keeps its place in the database, before what it reads now.
func TestLoad(t *testing.T) {
	c := newCatalog(t, nil)
	definitions := []Definition{{Name: "how_many", Text: howMany}, {Name: "busy", Text: busy}, {Name: "bid", Text: bid}, {Name: "Per channel", Text: perChannel}}
	if err := c.Load(definitions); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range c.Views {
		names = append(names, v.Name)
	}
	if diff := cmp.Diff([]string{"Per channel", "busy", "how_many"}, names); diff != "" {
		t.Error(diff)
	}
	if got := changed(c); len(got) != 0 {
		t.Errorf("changed %v", got)
	}
	err := newCatalog(t, nil).Load(definitions[:3])
	if err == nil || !strings.Contains(err.Error(), "definition of  how_many in the database") {
		t.Errorf("error %v", err)
	}
}

func TestAnswersOfViewsOnViews(t *testing.T) {
	c := newCatalog(t, nil)
	apply(t, c, bid+perChannel+busy+howMany, "")
	answers, err := c.Apply("SHOW VIEWS; EXPLAIN how_many; EXPLAIN SELECT n FROM busy, how_many")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", "Per channel", "busy"} {
		if got := answers[0].Rows[i][2]; got != want {
			t.Errorf("view %d reads %q, want %q", i, got, want)
		}
	}
	for i, want := range []string{"in place of the views busy\n", "in place of the views busy, how_many\n"} {
		if text := fmt.Sprintln(answers[i+1].Rows); !strings.Contains(strings.ReplaceAll(text, "] [", "\n"), want) {
			t.Errorf("EXPLAIN: %s", text)
		}
	}
	if names := c.Below(c.View("how_many")); len(names) != 2 || names[0].Name != "Per channel" || names[1].Name != "busy" {
		t.Errorf("below how_many: %v", names)
	}
}

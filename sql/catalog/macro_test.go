package catalog

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	twice  = `CREATE MACRO twice(x) AS x * 2;`
	dear   = `CREATE MACRO dear(t) AS TABLE SELECT * FROM query_table(t) WHERE twice(price) > 10;`
	double = `CREATE MATERIALIZED VIEW double AS SELECT twice(price) AS d FROM bid;`
	most   = `CREATE MATERIALIZED VIEW most AS SELECT channel FROM dear(bid);`
	others = `CREATE MATERIALIZED VIEW others AS SELECT channel AS twice FROM bid;`
)

// TestMacros gives a text to a catalog with two macros, one in the other, and three views, of which the last does not use them.
func TestMacros(t *testing.T) {
	for _, c := range []struct{ name, text, want, err string }{
		{name: "the same again", text: twice + dear + strings.Replace(twice, "MACRO", "OR REPLACE MACRO", 1)},
		{name: "another definition", text: "CREATE MACRO TWICE(x) AS x", err: "MACRO TWICE exists with another definition"},
		{
			name: "replaced", text: "CREATE OR REPLACE MACRO twice(x) AS x * 3",
			want: "MACRO twice, MATERIALIZED VIEW double rebuilt, MATERIALIZED VIEW most rebuilt",
		},
		{name: "replaced by what plans the same", text: "CREATE OR REPLACE MACRO twice(y) AS y * 2", want: "MACRO twice"},
		{name: "other arguments", text: "CREATE OR REPLACE MACRO twice(x, y) AS x * y", err: "views double, most do not work with the new definition: double: "},
		{name: "of the name of a function", text: "CREATE MACRO upper(x) AS x", want: "MACRO upper"},
		{name: "used by a view", text: "DROP MACRO dear", err: "MACRO dear is used by view most: drop that first"},
		{name: "used through another macro", text: "DROP MACRO twice", err: "MACRO twice is used by view double, view most"},
		{
			name: "used by a macro", text: "DROP MATERIALIZED VIEW double; DROP MATERIALIZED VIEW most; DROP MACRO twice",
			want: "MATERIALIZED VIEW double dropped, MATERIALIZED VIEW most dropped", err: "MACRO twice is used by macro dear: drop that first",
		},
		{
			name: "dropped", text: "DROP MATERIALIZED VIEW most; DROP MACRO TABLE dear",
			want: "MATERIALIZED VIEW most dropped, MACRO dear dropped",
		},
		{name: "the name of a view", text: "CREATE MACRO double(x) AS x", want: "MACRO double"},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog := newCatalog(t, nil)
			apply(t, catalog, bid+twice+dear+double+most+others, "")
			catalog.Changes()
			apply(t, catalog, c.text, c.err)
			if diff := cmp.Diff(c.want, strings.Join(changed(catalog), ", ")); diff != "" {
				t.Error(diff)
			}
			if c.err != "" { // the planner knows what it knew
				apply(t, catalog, "CREATE MATERIALIZED VIEW after AS SELECT twice(price) AS p FROM dear(bid)", "")
			}
		})
	}
}

func TestShowMacros(t *testing.T) {
	c := newCatalog(t, nil)
	if err := c.Load([]Definition{{Text: dear}, {Text: bid}, {Text: twice}}); err != nil {
		t.Fatal(err)
	}
	answers, err := c.Apply("SHOW MACROS")
	if err != nil {
		t.Fatal(err)
	}
	want := "[[dear table dear(t) AS TABLE SELECT * FROM query_table(t) WHERE twice(price) > 10] [twice scalar twice(x) AS x * 2]]"
	if got := fmt.Sprint(answers[0].Rows); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

package catalog

import (
	"slices"
	"strings"
	"testing"
)

const payment = `CREATE OR REPLACE SOURCE payment (id INTEGER, region VARCHAR, amount INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '4 seconds')
	WITH (connector = 'events', unique_key = 'region, ID', unique_within = '2 minutes');`

// TestUniqueKey: EXPLAIN says by what events are known and what is kept for it, and another key makes another view.
func TestUniqueKey(t *testing.T) {
	c := newCatalog(t, nil)
	if _, err := c.Apply(payment + "CREATE MATERIALIZED VIEW paid AS SELECT amount FROM payment WHERE amount > 1;"); err != nil {
		t.Fatal(err)
	}
	got := c.Explain(c.View("paid"))
	for _, want := range []string{
		"scan payment: amount; each region, id once within 120 seconds",
		"decoded from payment: 4 of 4 columns: amount, region, id, ts",
		"state: the unique keys of the last 240 seconds before the watermark",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("EXPLAIN does not say %q:\n%s", want, got)
		}
	}
	if c.View("paid").Growth() != "" {
		t.Error("what is kept is bounded, and is said not to be")
	}
	c.Changes()
	if _, err := c.Apply(strings.Replace(payment, "2 minutes", "3 minutes", 1)); err != nil {
		t.Fatal(err)
	}
	if got := changed(c); !slices.Contains(got, "MATERIALIZED VIEW paid rebuilt") {
		t.Errorf("another bound changes %q", got)
	}
}

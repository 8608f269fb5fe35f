package plugin

import (
	"encoding/json"
	"slices"
	"testing"
)

// TestConditions reads a query as the front end stores it: the builder's condition is one text.
func TestConditions(t *testing.T) {
	const stored = `{"rawSql": "…", "live": true, "builder": {"view": "revenue", "where": " country = 'CH' OR orders > 3 "},
		"adhocFilters": [{"key": "country", "operator": "!=", "value": "it's"}]}`
	var a asked
	if err := json.Unmarshal([]byte(stored), &a.model); err != nil {
		t.Fatal(err)
	}
	got, err := a.conditions("revenue")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`(country = 'CH' OR orders > 3)`, `("country" <> 'it''s')`}
	if !slices.Equal(got, want) {
		t.Errorf("conditions are %q, want %q", got, want)
	}
	a.Builder.Where = "$__conditionalAll(country IN ('CH'), $__all) AND $__conditionalAll(shop IN ('1'), '1')"
	if got, err = a.conditions("revenue"); err != nil || got[0] != "(true AND (shop IN ('1')))" {
		t.Errorf("conditions are %q: %v", got, err)
	}
	a.Builder.Where = "$__timeFilter(window_start)"
	if _, err := a.conditions("revenue"); err == nil {
		t.Error("a macro in a live query's condition is taken")
	}
}

package runtime

import (
	"maps"
	"testing"
)

// pausedConfig is over two queries, of which b is paused.
func pausedConfig(store *fakeStore, source *fakeSource, queries ...string) Config {
	c := config(store, source, 2, countQuery("a"), countQuery("b"))
	c.Views = map[string]ViewInfo{}
	for _, q := range queries {
		c.Views[q] = ViewInfo{Paused: true}
	}
	return c
}

// TestPausedQuery: it keeps positions and state over any number of runs, is shown as paused, and catches up once it is not; what it has still
// to read is not acknowledged meanwhile.
func TestPausedQuery(t *testing.T) {
	store, source := newFakeStore(), &fakeSource{partitions: map[string][]event{"0": {{1, 1}, {2, 2}, {1, 3}}}, step: 1}
	if _, err := run(t, pausedConfig(store, source)); err != nil {
		t.Fatal(err)
	}
	before := maps.Clone(store.tables["b"])
	source.add("0", event{1, 4}, event{2, 5})
	for range 2 {
		e, err := run(t, pausedConfig(store, source, "b"))
		if err != nil {
			t.Fatal(err)
		}
		if s := e.Status().Queries; s[0].State != "ended" || s[1].State != "paused" {
			t.Errorf("states %s and %s", s[0].State, s[1].State)
		}
		if got := e.sources[0].reader.(*fakeReader).committed["0"]; got > 3 {
			t.Errorf("position %d is acknowledged, and the paused query stands at 3", got)
		}
	}
	if !maps.Equal(store.tables["b"], before) || maps.Equal(store.tables["a"], before) {
		t.Errorf("tables %v: a has to go on, b to stay %v", store.tables, before)
	}
	if _, err := run(t, pausedConfig(store, source)); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(store.tables["a"], store.tables["b"]) {
		t.Errorf("tables %v differ, but both have read all", store.tables)
	}
}

// TestPausedSource: it is not opened, and a bounded run ends without it and closes no window on it.
func TestPausedSource(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": {{1, 1}}}, step: 1}
	c := pausedConfig(newFakeStore(), source)
	c.Sources[0].Paused = true
	e, err := run(t, c)
	if err != nil {
		t.Fatal(err)
	}
	if s := e.Status(); s.Sources[0].State != "paused" || s.Queries[0].State != "running" || s.Queries[0].RowsIn != 0 || e.sources[0].reader != nil {
		t.Errorf("status %+v", s)
	}
}

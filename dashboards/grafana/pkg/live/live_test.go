package live

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

var testView = &weir.View{Name: "Umsatz je Land", Columns: []weir.Column{
	{Name: "window_start", Type: "TIMESTAMP"}, {Name: "country", Type: "VARCHAR"}, {Name: "n", Type: "BIGINT"}, {Name: "mean", Type: "DOUBLE"}}}

// A path says all that a stream needs, in the characters that Grafana lets through.
func TestPath(t *testing.T) {
	for _, want := range []Path{
		{Format: Series, After: 12},
		{Format: Table, Where: `("country" = 'Österreich')`, After: 0},
		{State: true, Format: Logs},
		{Labels: []string{"n"}},
	} {
		p, err := Of(testView, []string{"n", "window_start"}, want)
		if err != nil {
			t.Fatal(err)
		}
		text := p.String()
		if !regexp.MustCompile(`^[A-Za-z0-9_\-/=.]+$`).MatchString(text) || strings.HasPrefix(text, "state/") != want.State {
			t.Errorf("%s", text)
		}
		back, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if back, err = back.Resolve(testView); err != nil {
			t.Fatal(err)
		}
		if back.View != testView.Name || back.Where != want.Where || back.After != want.After || back.State != want.State || back.Format != want.Format ||
			strings.Join(back.Columns, " ") != "window_start n" || !slices.Equal(back.Labels, want.Labels) {
			t.Errorf("%s is %+v", text, back)
		}
		other := *testView
		other.Columns = other.Columns[1:]
		if _, err := p.Resolve(&other); err == nil || !strings.Contains(err.Error(), "reload the dashboard") {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "view", "view/x/0.f.aaaa/-", "state/eA/0.f.aaaa/-/1", "view/%%/0.f.a/-/1", "view/eA/9.f.a/-/1", "view/eA/0.x.a/-/1", "view/eA/0.f.a/-/x", "view/-/0.f.a/-/1"} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%q is a path", bad)
		}
	}
	if _, err := Of(testView, []string{"nix"}, Path{}); err == nil {
		t.Error("a column that does not exist")
	}
	p, _ := Of(testView, nil, Path{Where: strings.Repeat("x", 200)})
	if _, err := Channel("uid", p); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Error(err)
	}
}

func TestFilter(t *testing.T) {
	r := row{json.RawMessage(`"2026-03-01T10:00:00"`), json.RawMessage(`"O'Hara"`), json.RawMessage(`"9007199254740993"`), json.RawMessage(`null`)}
	for _, c := range []struct {
		where string
		keeps bool
	}{
		{"", true}, {"true", true},
		{`country = 'O''Hara'`, true}, {`country = 'CH'`, false}, {`(country <> 'CH')`, true}, {`"country" IN ('CH', 'O''Hara')`, true},
		{`country NOT IN ('CH', 'O''Hara')`, false}, {`(country != 'CH') AND (n = 9007199254740993)`, true}, {`"n" = '9007199254740993'`, true},
		{`(true AND "country" IN ('O''Hara')) AND (true)`, true}, {`true AND country = 'CH'`, false}, {`country <> 'a) AND (b'`, true},
		{`country = 'O''Hara' and n = 1`, false}, {`mean = 1`, false}, {`mean <> 1`, false},
	} {
		f, err := parseFilter(c.where, testView)
		if err != nil {
			t.Errorf("%s: %v", c.where, err)
		} else if f.keeps(r) != c.keeps {
			t.Errorf("%s: keeps %t", c.where, !c.keeps)
		}
	}
	for _, bad := range []string{"n > 1", "country = 'a' OR n = 1", "lower(country) = 'a'", "nix = 1", "window_start = '2026-01-01'", "country = 'a') OR (true", "(country = 'a'", "country = 'a')", "country = 'a' AND", "true country = 'a'", "country = country", "country IS NULL"} {
		if Follows(bad, testView) {
			t.Errorf("%s: a stream cannot compute it", bad)
		}
	}
}

func TestKnown(t *testing.T) {
	k := newKnown()
	a, b := row{json.RawMessage("1"), json.RawMessage("23")}, row{json.RawMessage("12"), json.RawMessage("3")}
	k.add(a)
	k.add(a)
	if got := k.unknown([]row{b, a, a, a}); len(got) != 2 || string(got[0][0]) != "12" || string(got[1][0]) != "1" {
		t.Errorf("%s", got)
	}
	for i := range mostKnown {
		k.add(row{json.RawMessage(`"` + string(rune('a'+i%26)) + `"`), json.RawMessage(strings.Repeat("1", i%7+1))})
	}
	if got := k.unknown([]row{a}); len(got) != 1 {
		t.Error("a row is known that came long before")
	}
	sum := 0
	for _, n := range k.count {
		sum += n
	}
	if sum != mostKnown || len(k.order) != mostKnown {
		t.Errorf("it knows %d and %d rows", sum, len(k.order))
	}
}

// A watcher that takes nothing holds nobody up: it hears of a gap.
func TestSlowWatcher(t *testing.T) {
	w := &watcher{wake: make(chan struct{}, 1)}
	rows := make([]weir.Row, mostQueued/2)
	w.push(weir.Commit{Epoch: 1, Rows: rows})
	w.push(weir.Commit{Epoch: 2, Rows: rows})
	w.push(weir.Commit{Epoch: 3, Rows: rows})
	w.push(weir.Commit{Epoch: 4, Rows: rows[:1]})
	queue, gap, err := w.take()
	if len(queue) != 1 || queue[0].Epoch != 4 || !gap || err != nil {
		t.Error(len(queue), gap, err)
	}
	if queue, gap, _ = w.take(); len(queue) != 0 || gap {
		t.Error("what was taken comes again")
	}
}

package alert

import (
	"fmt"
	"strings"
	"testing"
)

// told are transitions as "pending 10, firing 20 (2)": the state, the time, the reminder.
func told(made []transition) string {
	var out []string
	for _, t := range made {
		text := fmt.Sprintf("%s %d", t.state, t.at)
		if t.reminder > 0 {
			text += fmt.Sprintf(" (%d)", t.reminder)
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// TestArrivals: rows that only come, at times, with resolve_after 5 and a watermark that ends at 100.
func TestArrivals(t *testing.T) {
	for _, c := range []struct {
		name               string
		wait, keep, repeat int64
		rows               []int64
		want               string
	}{
		{name: "no row", want: ""},
		{name: "fires at once", rows: []int64{10}, want: "firing 10, resolved 15"},
		{name: "a row at the last moment prolongs", rows: []int64{10, 15}, want: "firing 10, resolved 20"},
		{name: "a row too late begins anew", rows: []int64{10, 16}, want: "firing 10, resolved 15, firing 16, resolved 21"},
		{name: "pending, then nothing", wait: 3, rows: []int64{10}, want: "pending 10, inactive 15"},
		{name: "fires with the row that comes after the wait", wait: 3, rows: []int64{10, 12, 14}, want: "pending 10, firing 14, resolved 19"},
		{name: "fires with the row that comes just then", wait: 3, rows: []int64{10, 13}, want: "pending 10, firing 13, resolved 18"},
		{name: "a wait longer than rows last", wait: 30, rows: []int64{10, 14, 18}, want: "pending 10, inactive 23"},
		{name: "fires on", keep: 10, rows: []int64{10}, want: "firing 10, resolved 25"},
		{name: "fires on, and comes back", keep: 10, rows: []int64{10, 25}, want: "firing 10, resolved 40"},
		{name: "pending does not go on", wait: 3, keep: 10, rows: []int64{10}, want: "pending 10, inactive 15"},
		{name: "reminds", repeat: 4, rows: []int64{10, 14, 18}, want: "firing 10, firing 14 (1), firing 18 (2), firing 22 (3), resolved 23"},
		{name: "goes before it reminds", repeat: 5, rows: []int64{10}, want: "firing 10, resolved 15"},
		{name: "reminds from when it fires", wait: 4, repeat: 4, rows: []int64{10, 14, 18}, want: "pending 10, firing 14, firing 18 (1), firing 22 (2), resolved 23"},
	} {
		m, i, made := machine{wait: c.wait, keep: c.keep, repeat: c.repeat}, &instance{until: never}, []transition(nil)
		for _, at := range c.rows {
			m.pass(i, at, &made)
			m.arrive(i, at, 5, &made)
		}
		m.pass(i, 100, &made)
		if got := told(made); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestChanges: a row that is there and goes, seen at the watermarks of commits. A time that is negative says that it is gone then.
func TestChanges(t *testing.T) {
	for _, c := range []struct {
		name               string
		wait, keep, repeat int64
		seen               []int64
		want               string
	}{
		{name: "there at once, and on", seen: []int64{10, 20}, want: "firing 10"},
		{name: "goes", seen: []int64{10, -20}, want: "firing 10, resolved 20"},
		{name: "fires between two commits", wait: 5, seen: []int64{10, 20}, want: "pending 10, firing 15"},
		{name: "fires at the commit", wait: 10, seen: []int64{10, 20}, want: "pending 10, firing 20"},
		{name: "has gone by the commit that would fire it", wait: 5, seen: []int64{10, -20}, want: "pending 10, inactive 20"},
		{name: "goes on firing", keep: 5, seen: []int64{10, -20, -30}, want: "firing 10, resolved 25"},
		{name: "is back in time", keep: 15, seen: []int64{10, -20, 30, 40}, want: "firing 10"},
		{name: "is back too late", keep: 5, seen: []int64{10, -20, 30}, want: "firing 10, resolved 25, firing 30"},
		{name: "reminds, each time", repeat: 10, seen: []int64{10, 35, -45, 50}, want: "firing 10, firing 20 (1), firing 30 (2), firing 40 (3), resolved 45, firing 50"},
	} {
		m, i, made := machine{wait: c.wait, keep: c.keep, repeat: c.repeat, deadline: true}, &instance{until: never}, []transition(nil)
		for _, at := range c.seen {
			m.observe(i, at > 0, max(at, -at), 0, &made)
		}
		if got := told(made); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

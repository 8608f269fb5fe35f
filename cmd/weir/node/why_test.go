package node

import (
	"fmt"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/why"
)

const timedSource = `CREATE SOURCE s (sensor VARCHAR, ts TIMESTAMP, value BIGINT, WATERMARK FOR ts AS ts - INTERVAL '4 seconds')
	WITH (connector = 'events', format = 'json', max_future = 'none');`

// reading is a line of source s.
func reading(at engine.Time) string {
	return fmt.Sprintf(`{"sensor": "attic", "ts": "%s", "value": 1}`, time.UnixMicro(int64(at)).UTC().Format("2006-01-02T15:04:05.000000"))
}

// TestWhyKeepsItsWord: for each kind of operator, what is said to be open stays so with an event one microsecond before the one that is said
// to close it, and is let go with that one.
func TestWhyKeepsItsWord(t *testing.T) {
	for _, c := range []struct{ name, query, kind, unit string }{
		{"tumble", "SELECT window_start, sensor, count(*) AS n FROM tumble(s, ts, INTERVAL '10 seconds') GROUP BY ALL", "window", "groups"},
		{"hop", "SELECT window_start, count(*) AS n FROM hop(s, ts, INTERVAL '5 seconds', INTERVAL '20 seconds') GROUP BY ALL", "window", "groups"},
		{"cumulate", "SELECT window_end, count(*) AS n FROM cumulate(s, ts, INTERVAL '5 seconds', INTERVAL '20 seconds') GROUP BY ALL", "window", "groups"},
		{"date_trunc", "SELECT date_trunc('minute', ts) AS m, count(*) AS n FROM s GROUP BY ALL", "window", "groups"},
		{"a number", "SELECT year(ts) AS y, count(*) AS n FROM s GROUP BY ALL", "window", "groups"},
		{"in DuckDB", "SELECT window_start, row_number() OVER (PARTITION BY window_start ORDER BY value) AS n FROM tumble(s, ts, INTERVAL '10 seconds')", "window", "rows"},
		{"session", "SELECT window_start, window_end, count(*) AS n FROM session(s, ts, INTERVAL '3 seconds', sensor) GROUP BY ALL", "session", "rows"},
		{"over", "SELECT ts, lag(value) OVER (PARTITION BY sensor ORDER BY ts) AS was FROM s", "row", "rows"},
		{"asof", "SELECT a.ts, b.value FROM s a ASOF JOIN s b ON a.sensor = b.sensor AND a.ts >= b.ts", "row", "rows"},
		{"join", "SELECT a.ts, b.value FROM s a JOIN s b ON a.sensor = b.sensor AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '10 seconds'", "row", "rows"},
		{"behind a join", "SELECT time_bucket(INTERVAL '10 seconds', a.ts) AS w, count(*) AS n FROM s a JOIN s b ON a.sensor = b.sensor " +
			"AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '5 seconds' GROUP BY ALL", "window", "groups"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // they mostly wait
			start := engine.Time(time.Date(2026, 3, 1, 10, 0, 1, 0, time.UTC).UnixMicro())
			e := &events{lines: []string{reading(start)}, live: true, more: make(chan string)}
			n := open(t, "", e, Options{CommitInterval: time.Millisecond})
			defer shut(t, n)
			apply(t, n, timedSource+"CREATE MATERIALIZED VIEW v AS "+c.query, "")
			defer run(t, n)()
			reached := func(at engine.Time) func(*why.Why) bool {
				return func(w *why.Why) bool { return settled(w, why.Moment(at-4_000_000)) }
			}
			w := asked(t, n, reached(start))
			if w.Next == nil || w.Next.Kind != c.kind || w.Next.Unit != c.unit || w.Next.Window.Count == 0 || len(w.Next.Needs) != 1 {
				t.Fatalf("next to close: %+v of %+v", w.Next, w)
			}
			first, needed := w.Next.Window.Closes, engine.Time(w.Next.Needs[0].Event)
			e.more <- reading(needed - 1)
			if w = asked(t, n, reached(needed-1)); w.Next == nil || w.Next.Window.Closes != first {
				t.Errorf("an event before the one that was asked for has closed it: %s", w.Summary)
			}
			e.more <- reading(needed)
			asked(t, n, func(w *why.Why) bool { return w.Next == nil || w.Next.Window.Closes > first })
		})
	}
}

// asked asks why view v is as it is until the answer is as expected.
func asked(t *testing.T, n *Node, expected func(*why.Why) bool) *why.Why {
	t.Helper()
	var last *why.Why
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		status := n.Status()
		w, ok := why.Of(&status, "v", time.Now())
		if ok && w.State == "failed" {
			t.Fatal(w.Summary)
		}
		if last = w; ok && len(w.Sources) > 0 && expected(w) {
			return w
		}
	}
	t.Fatalf("not within 20 s: %+v", last)
	return nil
}

// settled reports whether the stages have been told of the sources' watermark, and nothing waits before them.
func settled(w *why.Why, watermark why.Moment) bool {
	if len(w.Stages) == 0 {
		return false
	}
	for _, s := range w.Stages {
		if s.Waiting > 0 {
			return false
		}
	}
	return w.Sources[0].Watermark == watermark && w.Stages[0].Watermark == watermark
}

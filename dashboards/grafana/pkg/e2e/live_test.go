package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
)

const liveSQL = `
CREATE SOURCE ev (id BIGINT, k VARCHAR, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1 second') WITH (connector = 'http', format = 'json');
CREATE MATERIALIZED VIEW closed AS
SELECT window_start, k, count(*) AS n, sum(id) AS ids FROM tumble(ev, ts, INTERVAL '1 second') GROUP BY ALL;
CREATE MATERIALIZED VIEW late WITH (allowed_lateness = '1 hour') AS
SELECT window_start, k, count(*) AS n FROM tumble(ev, ts, INTERVAL '10 seconds') GROUP BY ALL;
CREATE MATERIALIZED VIEW updated AS SELECT k, count(*) AS n, sum(id) AS ids FROM ev GROUP BY k;
CREATE MATERIALIZED VIEW rare AS SELECT id, ts FROM ev WHERE v < 0;
CREATE MATERIALIZED VIEW each AS SELECT k, id, ts FROM ev;
`

// event is number i: ten of them a second of event time.
func event(i int) map[string]any {
	return map[string]any{"id": i, "k": string(rune('a' + i%4)), "v": float64(i), "ts": base.Add(time.Duration(i) * 100 * time.Millisecond).Format("2006-01-02T15:04:05.000Z")}
}

// stream sends events until it is told to stop, while Weir is there.
type stream struct {
	w    *weir
	up   sync.RWMutex // held for writing while Weir is away
	next int
	stop context.CancelFunc
	done chan struct{}
}

func (w *weir) stream() *stream {
	ctx, stop := context.WithCancel(context.Background())
	s := &stream{w: w, stop: stop, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		for ctx.Err() == nil {
			s.up.RLock()
			s.batch(1 + rand.IntN(40))
			s.up.RUnlock()
			time.Sleep(10 * time.Millisecond)
		}
	}()
	w.t.Cleanup(func() {
		stop()
		<-s.done
	})
	return s
}

func (s *stream) batch(n int) {
	events := make([]any, n)
	for i := range events {
		events[i] = event(s.next + i)
	}
	s.next += n
	s.w.send("ev", events...)
}

// end stops sending, and waits until Weir has committed everything.
func (s *stream) end() {
	s.stop()
	<-s.done
	eventually(s.w.t, "all events count", func() bool {
		return s.w.rows("SELECT coalesce(sum(n), 0)::BIGINT FROM updated")[0] == fmt.Sprint(s.next)
	})
}

// restart kills Weir while events are under way, and starts it again.
func (s *stream) restart() {
	s.up.Lock()
	defer s.up.Unlock()
	s.w.kill()
	time.Sleep(200 * time.Millisecond)
	s.w.run()
}

func live(view string, format int, more map[string]any) map[string]any {
	b := map[string]any{"view": view}
	for k, v := range more {
		b[k] = v
	}
	return map[string]any{"rawSql": "SELECT * FROM " + view, "format": format, "builder": b}
}

// What panels show is what the view has, each row once: whenever a panel is loaded, with however many others, and however often Weir is
// killed and started again.
func TestLiveTail(t *testing.T) {
	w := start(t, liveSQL)
	g := w.grafana()
	s := w.stream()
	var all, some, series, keyed []*panel
	for i := range 5 {
		all = append(all, g.open(live("closed", 1, nil)))
		some = append(some, g.open(live("closed", 1, map[string]any{"where": "k = 'a' AND n <> 1", "measures": []any{map[string]any{"column": "n"}}})))
		series = append(series, g.open(live("closed", 0, nil)))
		keyed = append(keyed, g.open(live("closed", 0, map[string]any{"groups": []string{"k", "ids"}, "measures": []any{map[string]any{"column": "n"}}, "whole": true,
			"where": "$__conditionalAll(k IN ('a', 'c'), 'a','c') AND $__conditionalAll(ids IN ('1'), $__all)"})))
		time.Sleep(300 * time.Millisecond)
		if i < 4 {
			s.restart()
		}
	}
	again := &panel{channel: all[0].channel} // one more browser with the first panel's rows
	g.subscribe(all[0].channel, again)
	s.end()
	table := w.rows("SELECT epoch_ms(window_start)::BIGINT::VARCHAR || ' \"' || k || '\" ' || n || ' ' || ids FROM closed")
	if len(table) < 20 {
		t.Fatalf("the view has %d rows only", len(table))
	}
	filtered := w.rows("SELECT epoch_ms(window_start)::BIGINT::VARCHAR || ' ' || n FROM closed WHERE k = 'a' AND n <> 1")
	labelled := w.rows("SELECT '\"k=' || k || '\" ' || epoch_ms(window_start)::BIGINT::VARCHAR || ' ' || n || ' ' || ids FROM closed")
	byKeys := w.rows("SELECT '\"k=' || k || ',ids=' || ids || '\" ' || epoch_ms(window_start)::BIGINT::VARCHAR || ' ' || n FROM closed WHERE k IN ('a', 'c')")
	for i := range all {
		all[i].same(t, fmt.Sprintf("panel %d", i), table)
		some[i].same(t, fmt.Sprintf("filtered panel %d", i), filtered)
		series[i].same(t, fmt.Sprintf("series %d", i), labelled)
		keyed[i].same(t, fmt.Sprintf("series by keys %d", i), byKeys)
		if !strings.HasPrefix(all[i].channel, "view/") {
			t.Error(all[i].channel)
		}
	}
	late := minus(again.sorted(), table)
	if len(late) > 0 || len(again.rows) == 0 {
		t.Errorf("who subscribes to the first channel later has %d rows, and these twice or for nothing: %v", len(again.rows), late)
	}
}

// Commits that a stream has missed, and Weir does not keep for it, are found in the table: each row once. So are those of a connection that
// was only cut for a while.
func TestLiveGap(t *testing.T) {
	for name, restarts := range map[string]bool{"kept": false, "not kept": true} {
		t.Run(name, func(t *testing.T) {
			w := start(t, liveSQL)
			line := newWire(t, w.address)
			g := w.grafanaAt(line.listener.Addr().String())
			s := w.stream()
			panels := []*panel{g.open(live("closed", 1, nil)), g.open(live("updated", 1, nil))}
			for range 2 {
				time.Sleep(200 * time.Millisecond)
				line.cut()
				time.Sleep(400 * time.Millisecond)
				if restarts {
					s.restart()
				}
				line.mend()
				panels = append(panels, g.open(live("closed", 1, nil)), g.open(live("updated", 1, nil)))
			}
			s.end()
			closed := w.rows("SELECT epoch_ms(window_start)::BIGINT::VARCHAR || ' \"' || k || '\" ' || n || ' ' || ids FROM closed")
			updated := w.rows("SELECT '\"' || k || '\" ' || n || ' ' || ids FROM updated")
			for i, p := range panels {
				p.same(t, fmt.Sprintf("panel %d", i), [][]string{closed, updated}[i%2])
			}
		})
	}
}

// A state is what the view has, after each restart, too.
func TestLiveState(t *testing.T) {
	w := start(t, liveSQL)
	g := w.grafana()
	s := w.stream()
	panels := []*panel{g.open(live("updated", 1, nil)), g.open(live("updated", 1, nil))}
	corrected := g.open(live("late", 1, nil))
	for range 4 {
		time.Sleep(300 * time.Millisecond)
		s.restart()
		panels = append(panels, g.open(live("updated", 1, nil)))
	}
	s.end()
	table := w.rows("SELECT '\"' || k || '\" ' || n || ' ' || ids FROM updated")
	for i, p := range panels {
		p.same(t, fmt.Sprintf("panel %d", i), table)
		if p.packets < 1 || !p.replaces || p.channel != panels[0].channel {
			t.Errorf("panel %d: %d packets, %s", i, p.packets, p.channel)
		}
	}
	s.batch(1) // and a row for a window long written: what was shown of it is taken back
	corrected.same(t, "a view that corrects windows", w.rows("SELECT epoch_ms(window_start)::BIGINT::VARCHAR || ' \"' || k || '\" ' || n FROM late"))
	if !corrected.replaces {
		t.Error(corrected.channel)
	}
}

// A state without rows is shown as one.
func TestLiveEmpty(t *testing.T) {
	w := start(t, liveSQL)
	g := w.grafana()
	p := g.open(live("rare", 1, nil))
	e := event(1)
	e["v"] = -1
	w.send("ev", e)
	p.same(t, "one row", []string{fmt.Sprintf("1 %d", base.Add(100*time.Millisecond).UnixMilli())})
}

// A panel shows what is in its range, and what is newer than its "now".
func TestLiveRange(t *testing.T) {
	w := start(t, liveSQL)
	g := w.grafana()
	early, newer := event(1), event(2)
	early["ts"], newer["ts"] = "2026-02-01T10:00:00Z", base.AddDate(0, 0, 2).Format("2006-01-02T15:04:05Z")
	last := event(3)
	last["ts"] = base.AddDate(0, 0, 3).Format("2006-01-02T15:04:05Z")
	w.send("ev", early, newer, last)
	eventually(t, "two windows have closed", func() bool { return w.rows("SELECT count(*) FROM closed")[0] == "2" })
	p := g.open(live("closed", 1, nil))
	p.same(t, "a range", []string{fmt.Sprintf("%d \"c\" 1 2", base.AddDate(0, 0, 2).UnixMilli())})
}

// Lines that are to show a whole range are live as long as a stream begins with so many rows; then they are what the statement answers.
func TestLiveWhole(t *testing.T) {
	w := start(t, liveSQL)
	g := w.grafana()
	whole := map[string]any{"groups": []string{"k"}, "measures": []any{map[string]any{"column": "id"}}, "whole": true}
	w.send("ev", event(0))
	eventually(t, "a row", func() bool { return w.rows("SELECT count(*) FROM each")[0] == "1" })
	g.open(live("each", 0, whole))
	const more = 10_500
	for i := 1; i < more; i += 500 {
		events := make([]any, 500)
		for n := range events {
			events[n] = event(i + n)
		}
		w.send("ev", events...)
	}
	eventually(t, "all rows", func() bool { return w.rows("SELECT count(*) FROM each")[0] == fmt.Sprint(more+1) })
	model := live("each", 0, whole)
	model["live"], model["rawSql"] = true, "SELECT ts AS time, k, id FROM each ORDER BY ts"
	r := g.query(model)
	if r.Error != nil || r.Frames[0].Meta.Channel != "" || r.Frames[0].Rows() != more+1 || !strings.Contains(fmt.Sprint(r.Frames[0].Meta.Notices), "more rows than a stream") {
		t.Errorf("%v: %d rows, %+v", r.Error, r.Frames[0].Rows(), r.Frames[0].Meta)
	}
	delete(whole, "whole")
	g.open(live("each", 0, whole)) // shows the newest rows
}

// A stream that cannot be is answered as a query, and says why.
func TestNotLive(t *testing.T) {
	w := start(t, liveSQL)
	g := w.grafana()
	w.send("ev", event(1))
	for _, c := range []struct {
		model map[string]any
		why   string
	}{
		{live("updated", 1, map[string]any{"view": "nix"}), "there is no view"},
		{live("updated", 1, map[string]any{"view": ""}), "choose one in the builder"},
		{live("updated", 1, map[string]any{"measures": []any{map[string]any{"column": "n", "aggregate": "sum"}}}), "take the aggregate sum off"},
		{live("updated", 1, map[string]any{"where": "k <> '" + strings.Repeat("x", 200) + "'"}), "too long for a stream"},
	} {
		c.model["live"] = true
		r := g.query(c.model)
		if r.Error != nil || r.Frames[0].Meta.Channel != "" || !strings.Contains(fmt.Sprint(r.Frames[0].Meta.Notices), c.why) {
			t.Errorf("%v: %v %+v", c.model, r.Error, r.Frames)
		}
	}
}

package verify

import (
	"strings"
	"testing"
)

const detecting = `
CREATE MATERIALIZED VIEW scored AS SELECT id, k, ts, anomaly_ewma(v, warmup := 3) OVER (PARTITION BY k ORDER BY ts) AS a FROM s;
CREATE MATERIALIZED VIEW positive AS SELECT id, ts, anomaly_ewma(v, warmup := 3) OVER (PARTITION BY k ORDER BY ts) AS a FROM s WHERE v > 0;
CREATE MATERIALIZED VIEW means AS
SELECT k, window_start, anomaly_ewma(avg(v), warmup := 3) OVER (PARTITION BY k ORDER BY window_start) AS a FROM tumble(s, ts, INTERVAL '10 seconds') GROUP BY ALL;
CREATE MATERIALIZED VIEW sums AS
SELECT k, window_start, anomaly_ewma(sum(v), warmup := 3) OVER (PARTITION BY k ORDER BY window_start) AS a FROM hop(s, ts, INTERVAL '5 seconds', INTERVAL '20 seconds') GROUP BY ALL;
CREATE MATERIALIZED VIEW changing WITH (emit = 'changes') AS
SELECT k, window_start, anomaly_ewma(sum(v), warmup := 3) OVER (PARTITION BY k ORDER BY window_start) AS a FROM hop(s, ts, INTERVAL '5 seconds', INTERVAL '20 seconds') GROUP BY ALL;
CREATE MATERIALIZED VIEW within AS
SELECT id, window_start, anomaly_ewma(v, warmup := 3) OVER (PARTITION BY k, window_start ORDER BY ts) AS a FROM tumble(s, ts, INTERVAL '30 seconds');
CREATE MATERIALIZED VIEW unnested AS
SELECT k, ts, anomaly_ewma(x, warmup := 3) OVER (PARTITION BY k ORDER BY ts) AS a FROM (SELECT k, ts, unnest([v, id]) AS x FROM s);
CREATE MATERIALIZED VIEW forked AS SELECT id, ts, anomaly_ewma(v, warmup := 3) OVER (ORDER BY ts) AS a FROM s
UNION ALL SELECT id, ts, anomaly_ewma(v, warmup := 3) OVER (PARTITION BY k ORDER BY ts) FROM s WHERE v > 0;
CREATE MATERIALIZED VIEW untimed AS SELECT id, anomaly_ewma(v, warmup := 3) OVER (PARTITION BY k ORDER BY ts) AS a FROM s;
CREATE MATERIALIZED VIEW again AS SELECT k, ts, anomaly_ewma(a.score, warmup := 3) OVER (PARTITION BY k ORDER BY ts) AS b FROM scored;
`

// Rows that the watermark has not passed are not there yet, and are not wanted: of detectors over events, over windows, and over one another.
func TestDetectorsAfterAnInterruptedRun(t *testing.T) {
	p := newPipeline(t, detecting)
	p.events(0, 500)
	p.append("0.ndjson", `{"id":1000,"k":"timeless","v":1}`)
	p.run(501)
	out := p.verify(Options{})
	if x := out["untimed"]; !strings.Contains(x.Refused, "add ts to the view's columns") {
		t.Errorf("untimed: %s", x.Summary())
	}
	for _, view := range []string{"scored", "means", "sums", "within", "again"} {
		if x := out[view]; !x.Equal() || x.Open == 0 || x.Rows == 0 {
			t.Errorf("%s: %s", view, x.Summary())
		}
	}
	if x := out["changing"]; !x.Equal() {
		t.Errorf("changing: %s", x.Summary())
	}
	if x := p.verify(Options{Ended: true})["scored"]; x.Equal() {
		t.Errorf("--ended: %s", x.Summary())
	}
	p.events(500, 900)
	p.run(0)
	p.equal(Options{Ended: true})
	p.tamper("DELETE FROM scored WHERE id = 78; UPDATE means SET a = struct_update(a, score := a.score + 1e-3) WHERE k = 'b' AND a.score > 0.1")
	out = p.verify(Options{})
	if x := out["scored"]; x.MissingN != 1 || x.ExtraN != 0 || len(x.Behind.Rows) != 1 || x.Behind.Rows[0][2] != "78" {
		t.Errorf("scored: %+v", x)
	}
	if x := out["means"]; x.Equal() || x.ExtraN != x.MissingN {
		t.Errorf("means: %s", x.Summary())
	}
}

// Events that were late for windows below a detector are known by their window; those that were late for the detector itself by their time, of
// the events that come to it.
func TestLateForDetectors(t *testing.T) {
	p := newPipeline(t, detecting)
	p.events(0, 300) // to second 99: windows that end at 97 or before are closed
	p.append("0.ndjson", event(1000, 100, "a", 2))
	p.run(301)
	p.append("0.ndjson", event(1001, 91, "b", 5), event(1002, 96, "a", 7), event(1003, 91, "b", -5), event(1004, 5, "a", 3))
	p.run(4)
	out := p.verify(Options{})
	for view, late := range map[string]int64{"scored": 4, "positive": 3, "means": 1, "sums": 4 + 1 + 1, "changing": 4 + 1 + 1, "within": 1, "unnested": 2 * 4} {
		if x := out[view]; !x.Equal() || x.Late != late {
			t.Errorf("%s: %d late: %s %q", view, x.Late, x.Summary(), x.Notes)
		}
		if x := out[view]; strings.Contains("means sums changing", view) && len(x.Notes) > 0 {
			t.Errorf("%s: %q", view, x.Notes)
		}
	}
	if x := out["forked"]; !strings.Contains(x.Refused, "it is not known in which of them its 7 late rows were late") {
		t.Errorf("forked: %s", x.Summary())
	}
	p.run(0)
	for view, x := range p.verify(Options{Ended: true}) {
		if !x.Equal() && view != "forked" {
			t.Errorf("%s: %s", view, x.Summary())
		}
	}
}

// The sum of floats depends on their order, and so do the scores of a sum.
func TestRoundingOfScores(t *testing.T) {
	p := newPipeline(t, detecting)
	p.events(0, 300)
	p.run(0)
	p.tamper("UPDATE means SET a = struct_update(a, score := a.score * (1 + 1e-13), upper := a.upper * (1 - 1e-15)) WHERE a.score > 0.01")
	if x := p.verify(Options{})["means"]; !x.Equal() || x.Rounded == 0 {
		t.Errorf("means: %s", x.Summary())
	}
	p.tamper("UPDATE means SET a = struct_update(a, reason := 'none') WHERE a.score > 0.01")
	if x := p.verify(Options{})["means"]; x.Equal() {
		t.Errorf("means: %s", x.Summary())
	}
}

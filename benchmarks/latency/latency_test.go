package latency

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/benchmarks/bench/benchtest"
	"github.com/weirdb/weir/benchmarks/kafka/bids"
	_ "github.com/weirdb/weir/cmd/weir/node" // the parts of the program that is built: go test must not take an old result for theirs
	"github.com/weirdb/weir/connectors/kafka/broker"
)

// The whole benchmark, small: every rate has the latencies of its probes and its windows, and each came as it should.
func TestBenchmark(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a real Kafka: leave out -short to run it")
	}
	path := benchtest.Build(t)
	o := benchtest.Options(t, Benchmark, map[string]string{"rates": "1000,3000", "commit_interval": "20ms", "seconds": "1", "probes": "100", "program": path})
	r, err := Benchmark.Run(t.Context(), o, t.Output())
	var lacking *broker.UnavailableError
	if errors.As(err, &lacking) {
		t.Skipf("needs a real Kafka: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != 4 {
		t.Fatalf("%d rows, want 4: probes and windows at two rates", len(r.Rows))
	}
	for i, row := range r.Rows {
		want := []int64{100, 10}[i%2] // in a second; a window less where the warm-up ends within one
		if n := row[4].(int64); n < want-1 || n > want+1 {
			t.Errorf("%d samples, want about %d: %v", n, want, row)
		}
		if p50, most := row[5].(float64), row[8].(float64); p50 <= 0 || most < p50 {
			t.Errorf("p50 %v, max %v", p50, most)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, wrong := range map[string]string{
		"rates": "fast", "commit_interval": "0s", "seconds": "0", "probes": "0", "runs": "0", "workers": "0",
	} {
		if _, err := read(benchtest.Options(t, Benchmark, map[string]string{name: wrong})); err == nil {
			t.Errorf("%s = %s is taken", name, wrong)
		}
	}
	if _, err := read(benchtest.Options(t, Benchmark, map[string]string{"rates": "100", "probes": "101"})); err == nil {
		t.Error("more probes than events are taken")
	}
	s, err := read(benchtest.Options(t, Benchmark, map[string]string{"commit_interval": "20ms, 1 second"}))
	if err != nil || len(s.intervals) != 2 || s.intervals[1] != time.Second {
		t.Errorf("intervals are %v, %v", s.intervals, err)
	}
}
func TestFollow(t *testing.T) {
	stream := "event: schema\ndata: {\"columns\":[]}\n\n: heartbeat\n\nevent: changes\nid: 1\ndata: {\"epoch\":1,\"gap\":false,\"rows\":[[1,5],[-1,\"x\"]]}\n\n"
	begun, rows := 0, []seen{}
	err := follow(strings.NewReader(stream), func() { begun++ }, func(s seen) error { rows = append(rows, s); return nil })
	if begun != 1 || len(rows) != 2 || rows[1].weight != -1 || string(rows[1].values[0]) != `"x"` {
		t.Errorf("begun %d, rows %v, %v", begun, rows, err)
	}
	for name, wrong := range map[string]string{
		"a gap":      "event: changes\ndata: {\"epoch\":1,\"gap\":true,\"rows\":[]}\n\n",
		"the end":    "event: end\ndata: {}\n\n",
		"no JSON":    "event: changes\ndata: {\n\n",
		"cut off":    "event: changes\nda",
		"no weights": "event: changes\ndata: {\"rows\":[[\"x\"]]}\n\n",
	} {
		if err := follow(strings.NewReader(wrong), func() {}, func(seen) error { return nil }); err == nil {
			t.Errorf("%s is no error", name)
		}
	}
}

// Every event is counted for the window of its own text.
func TestLoad(t *testing.T) {
	lines, err := templates(context.Background(), 1)
	if err != nil || len(lines) != templateCount {
		t.Fatalf("%d templates, %v", len(lines), err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.UTC)
	probe := appendProbe(nil, 42, at)
	bid := append(at.AppendFormat(append([]byte{}, lines[7].before...), bids.TimeLayout), lines[7].after...)
	for _, text := range [][]byte{probe, bid} {
		var got struct {
			Auction int64
			At      time.Time `json:"date_time"`
		}
		if err := json.Unmarshal(text, &got); err != nil || !got.At.Equal(at.Truncate(time.Millisecond)) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	l := &load{windows: map[int64]int64{}}
	for partition := range partitions {
		l.count(partition, at.Add(time.Duration(partition)*time.Second))
	}
	if got := l.watermark(); !got.Equal(at.Truncate(time.Millisecond)) {
		t.Errorf("the watermark comes to %s, want the first partition's", got)
	}
	if l.windows[at.Truncate(windowSize).UnixMicro()] != 1 {
		t.Errorf("windows are %v", l.windows)
	}
}

func row(weight int64, values ...string) seen {
	s := seen{at: time.Now(), weight: weight}
	for _, v := range values {
		s.values = append(s.values, json.RawMessage(v))
	}
	return s
}

func TestWrongAnswers(t *testing.T) {
	sent := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	l := &load{windows: map[int64]int64{sent.UnixMicro(): 3}, probes: []time.Time{sent}}
	l.latest = [partitions]time.Time{sent.Add(windowSize), sent.Add(windowSize), sent.Add(windowSize), sent.Add(windowSize)}
	const start = `"2026-01-02T03:04:05"`

	right := newSightings()
	if missing, err := right.missing(l); missing == "" || err != nil {
		t.Errorf("nothing is missing at first: %v", err)
	}
	if err := errors.Join(right.probe(row(1, "0")), right.window(row(1, start, "3")), right.complete(t.Context(), l)); err != nil {
		t.Error(err)
	}
	if right.probe(row(1, "0")) == nil || right.probe(row(-1, "1")) == nil || right.window(row(1, start, "3")) == nil {
		t.Error("a row that comes twice, or is taken back, is no error")
	}
	wrong := newSightings()
	if err := errors.Join(wrong.probe(row(1, "0")), wrong.window(row(1, start, "2"))); err != nil {
		t.Error(err)
	}
	if _, err := wrong.missing(l); err == nil {
		t.Error("a window with too few bids is no error")
	}
	surplus := newSightings()
	if err := errors.Join(surplus.probe(row(1, "0")), surplus.probe(row(1, "1")), surplus.window(row(1, start, "3"))); err != nil {
		t.Error(err)
	}
	if _, err := surplus.missing(l); err == nil {
		t.Error("a probe that was never sent is no error")
	}
}

package runtime

import (
	"reflect"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

// holding is a counter that tells what it holds: a window for each of its keys, up to ten times the key.
type holding struct{ *counter }

func (h holding) Held(first int) engine.Held {
	out := engine.Held{Kind: engine.HeldWindows, Unit: "rows", Newest: engine.MinTime, Keys: []int64{}}
	for _, key := range sortedInts(h.counts) {
		out.Count += h.counts[key]
		out.Keys = append(out.Keys, key/2)
		if len(out.First) < first {
			end := engine.Time(10 * (key / 2))
			out.First = append(out.First, engine.OpenWindow{Start: end - 10, End: end, Closes: end, Count: h.counts[key]})
		}
	}
	out.Windows = len(out.Keys)
	return out
}

// holdingQuery is countQuery with two stages: the second one reads what the first gives from 5 µs behind its watermark.
func holdingQuery() engine.Query {
	q := countQuery("a")
	made := q.Stages[0].New
	q.Stages[0].Name, q.Stages[0].Behind = "count", 5
	q.Stages[0].New = func(s engine.Shard) ([]engine.Operator, error) {
		ops, err := made(s)
		return []engine.Operator{holding{ops[0].(*counter)}}, err
	}
	second := engine.Stage{Name: "pass", New: func(engine.Shard) ([]engine.Operator, error) { return nil, nil }, Edges: []engine.Edge{{From: 1, Split: splitFirst, EventTime: -1}}}
	q.Stages, q.Results = append(q.Stages, second), []int{2}
	return q
}

func splitFirst(b engine.Batch, shards int) ([]engine.Batch, error) {
	parts := make([]engine.Batch, shards)
	parts[0] = b.Retain()
	return parts, nil
}

// TestDescribe: the status has how far each partition has come and since when, and what the shards of each stage hold together.
func TestDescribe(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": {{2, 1000}, {3, 1000}, {4, 1000}}, "1": {{2, 1500}}}, step: 10, live: true}
	now := time.Unix(100, 0)
	c := config(newFakeStore(), source, 2, holdingQuery())
	c.Bounded, c.Now = false, func() time.Time { return now }
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := openAll(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	defer e.close()
	step := func(rows int64) engine.QueryStatus {
		for e.queries[0].rowsIn < rows {
			fetches, _ := e.gather(t.Context())
			e.round(fetches)
		}
		e.flush()
		now = now.Add(time.Second)
		e.publishStatus()
		return e.Status().Queries[0]
	}
	got := step(4)
	first := time.Unix(100, 0)
	want := []engine.ReadingPosition{
		{Partition: "0", Next: 3, Watermark: 990, Moved: first, Heard: first, Quiet: true, State: "active"},
		{Partition: "1", Next: 1, Watermark: 1490, Moved: first, Heard: first, Quiet: true, State: "active"},
	}
	if r := got.Readings[0]; r.Watermark != 990 || r.Moved != first || !reflect.DeepEqual(r.Partitions, want) {
		t.Errorf("reading %+v", r)
	}
	held := got.Stages[0].Held
	if held == nil || held.Count != 4 || held.Windows != 2 {
		t.Fatalf("held %+v, want 4 rows of 2 windows: two shards hold parts of the first", held)
	}
	wantFirst := []engine.OpenWindow{{Start: 0, End: 10, Closes: 10, Count: 3}, {Start: 10, End: 20, Closes: 20, Count: 1}}
	if !reflect.DeepEqual(held.First, wantFirst) {
		t.Errorf("first windows %+v, want %+v", held.First, wantFirst)
	}
	if s := got.Stages[1]; s.Held != nil || s.Ahead != 5 || s.Sources[0] != "s" {
		t.Errorf("second stage %+v", s)
	}
	if from, want := got.Stages[0].From, []engine.Origin{{Source: "s", Stage: -1, Rows: 4}}; !reflect.DeepEqual(from, want) {
		t.Errorf("the first stage's rows come from %+v, want %+v", from, want)
	}
	if from := got.Stages[1].From; len(from) != 1 || from[0].Source != "" || from[0].Stage != 0 || from[0].Rows == 0 {
		t.Errorf("the second stage's rows come from %+v, want the first stage", from)
	}
	if len(got.Results) != 1 || got.Results[0].Stage != 1 || got.Results[0].Rows != got.RowsOut || got.RowsOut == 0 {
		t.Errorf("the view's rows come from %+v, want %d of the second stage", got.Results, got.RowsOut)
	}
	source.add("0", event{2, 1200})
	later := now
	got = step(5)
	if p := got.Readings[0].Partitions; p[0].Moved != later || p[1].Moved != first {
		t.Errorf("moved at %v and %v, want %v and %v", p[0].Moved, p[1].Moved, later, first)
	}
}

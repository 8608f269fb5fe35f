package why

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

var (
	now  = time.Date(2026, 1, 1, 10, 1, 0, 0, time.UTC)
	base = engine.Time(time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC).UnixMicro())
)

// at is a time so many seconds behind 10:00:00.
func at(seconds int) engine.Time { return base + engine.Time(seconds)*1_000_000 }

// ago is the wall clock so many seconds ago.
func ago(seconds int) time.Time { return now.Add(-time.Duration(seconds) * time.Second) }

// partition is an active one that was heard and moved so many seconds ago, of which the broker says that nothing waits.
func partition(name string, watermark engine.Time, heard int) engine.ReadingPosition {
	return engine.ReadingPosition{Partition: name, Watermark: watermark, Moved: ago(heard), Heard: ago(heard), Quiet: true, State: "active"}
}

// bids is the status of a view of tumbling windows over source bid, whose partitions are given; the view's watermark is their lowest.
func bids(watermark engine.Time, partitions ...engine.ReadingPosition) *engine.Status {
	held := &engine.Held{
		Kind: engine.HeldWindows, Unit: "groups", Count: 1300, Windows: 2, Newest: engine.MinTime,
		First: []engine.OpenWindow{{Start: at(0), End: at(10), Closes: at(10), Count: 1203}, {Start: at(10), End: at(20), Closes: at(20), Count: 97}},
	}
	return &engine.Status{
		Started: ago(100), Epoch: 7, CommittedAt: ago(2), CommitTime: 10 * time.Second,
		Sources: []engine.SourceStatus{{Name: "bid", Connector: "kafka", State: "running", Delay: 4 * time.Second, DeadLetters: 3, LastReason: "no JSON"}},
		Queries: []engine.QueryStatus{{
			View: "hot", Emit: engine.EmitClose, State: "running", Watermark: watermark, RowsIn: 2000, Sources: []string{"bid"},
			Readings: []engine.ReadingStatus{{
				Source: "bid", Timed: true, Answered: true, Watermark: watermark, Moved: ago(14), IdleTimeout: time.Minute, Partitions: partitions,
			}},
			Stages: []engine.StageStatus{{Name: "aggregate", Sources: []string{"bid"}, Watermark: watermark, Held: held}},
		}},
	}
}

func summary(t *testing.T, s *engine.Status) string {
	t.Helper()
	w, ok := Of(s, "hot", now)
	if !ok {
		t.Fatal("there is no view hot")
	}
	return w.Summary
}

func TestSummary(t *testing.T) {
	busy := partition("2", at(7), 14)
	busy.Quiet, busy.Waiting = false, 12000
	idle := func(p engine.ReadingPosition) engine.ReadingPosition { p.State = "idle"; return p }
	change := func(s *engine.Status, with func(*engine.Status, *engine.QueryStatus)) *engine.Status {
		with(s, &s.Queries[0])
		return s
	}
	ahead, behind := partition("0", at(15), 1), partition("2", at(7), 14)
	for want, s := range map[string]*engine.Status{
		"hot: window 10:00:00 - 10:00:10 (1,203 groups) is open because partition 2 of source bid is at 10:00:07 since 14 s; " +
			"it closes when partition 2 has an event at or after 10:00:14, or in 46 s when it is idle": bids(at(7), ahead, behind),
		"hot: window 10:00:00 - 10:00:10 (1,203 groups) is open because partition 2 of source bid is at 10:00:07 since 14 s, with 12,000 records waiting; " +
			"it closes when partition 2 has an event at or after 10:00:14": bids(at(7), ahead, busy),
		// Both are idle at the same moment, and those that were heard last go on counting.
		"hot: window 10:00:00 - 10:00:10 (1,203 groups) is open because partition 2 of source bid is at 10:00:07 since 14 s; " +
			"it closes when partition 2 has an event at or after 10:00:14": bids(at(7), partition("0", at(15), 14), behind),
		"hot: window 10:00:00 - 10:00:10 (1,203 groups) is open because partition 2 of source bid is at 10:00:07 since 14 s; " +
			"it closes when partitions 0 and 2 have an event at or after 10:00:14": bids(at(7), partition("0", at(8), 1), behind),
		"hot: window 10:00:00 - 10:00:10 (1,203 groups) is open because partition 1 of source bid has had no event yet; " +
			"it closes when partition 1 has an event at or after 10:00:14, or in 30 s when it is idle": bids(engine.MinTime, ahead, partition("1", engine.MinTime, 30)),
		"hot: window 10:00:00 - 10:00:10 (1,203 groups) is open because all partitions of source bid are idle: partition 2, heard last, is at 10:00:07 since 14 s; " +
			"it closes when any partition has an event at or after 10:00:14": bids(at(7), idle(partition("0", at(15), 90)), idle(behind)),
		"hot: window 10:00:00 - 10:00:10 (1,203 groups) is open and closes with the next commit: the watermark has passed it": bids(at(11), partition("0", at(11), 1)),
		"hot: window 10:00:00 - 10:00:10 (1,203 groups) is open because source bid has stopped: kafka: no topic bid": change(bids(at(7), behind), func(s *engine.Status, _ *engine.QueryStatus) {
			s.Sources[0].State, s.Sources[0].Error = "failed", "kafka: no topic bid"
		}),
		"hot: nothing is read yet, because source bid has not answered": change(bids(engine.MinTime), func(s *engine.Status, _ *engine.QueryStatus) {
			s.Sources[0].State = "opening"
		}),
		"hot: nothing is read yet, because source bid has not answered; it is asked again by itself. The error: kafka: no broker answered": change(bids(engine.MinTime), func(s *engine.Status, _ *engine.QueryStatus) {
			s.Sources[0].State, s.Sources[0].Error = "retrying", "kafka: no broker answered"
		}),
		"hot: source ask has not answered: what the others bring is read, and the watermark waits; it is asked again by itself. The error: kafka: no broker answered": change(
			bids(engine.MinTime, ahead), func(s *engine.Status, q *engine.QueryStatus) {
				s.Sources = append(s.Sources, engine.SourceStatus{Name: "ask", State: "retrying", Error: "kafka: no broker answered"})
				q.Readings = append(q.Readings, engine.ReadingStatus{Source: "ask", Timed: true, Watermark: engine.MinTime})
			}),
		"hot: nothing is open, because no event has come yet from source bid (partitions 0 and 1)": change(
			bids(engine.MinTime, partition("0", engine.MinTime, 3), partition("1", engine.MinTime, 3)), func(_ *engine.Status, q *engine.QueryStatus) {
				q.RowsIn, q.Stages[0].Held = 0, &engine.Held{Kind: engine.HeldWindows, Unit: "groups"}
			}),
		"hot: no window is open; the watermark is at 10:00:07 since 14 s": change(bids(at(7), behind), func(_ *engine.Status, q *engine.QueryStatus) {
			q.Stages[0].Held = &engine.Held{Kind: engine.HeldWindows, Unit: "groups"}
		}),
		"hot: all its inputs have ended, every window has been closed, and its table is complete": change(bids(engine.MaxTime), func(_ *engine.Status, q *engine.QueryStatus) {
			q.State = "ended"
		}),
		"hot: the query has failed and computes nothing since; the other views go on. A restart tries again where the last commit left it. The error: query hot: overflow": change(
			bids(at(7), behind), func(_ *engine.Status, q *engine.QueryStatus) { q.State, q.Error = "failed", "query hot: overflow" }),
		`hot: it is paused: it reads nothing, and keeps its table, state and positions; ALTER MATERIALIZED VIEW "hot" RESUME has it go on where it stood`: change(
			bids(at(7), behind), func(_ *engine.Status, q *engine.QueryStatus) { q.State = "paused" }),
		"hot: it writes changes at each commit, so that nothing waits for a window to close; its table is current as of epoch 7, committed 2 s ago, and 5 records wait to be read": change(
			bids(at(7), behind), func(_ *engine.Status, q *engine.QueryStatus) {
				q.Emit, q.Stages, q.Readings[0].Partitions[0].Waiting = engine.EmitChanges, nil, 5
			}),
		"hot: table list is being read; events are processed once it is": change(bids(engine.MinTime), func(s *engine.Status, q *engine.QueryStatus) {
			s.CommittedAt = time.Time{}
			s.Sources = append(s.Sources, engine.SourceStatus{Name: "list", Connector: "table", State: "running"})
			q.Readings = append(q.Readings, engine.ReadingStatus{Source: "list", Table: true, Answered: true, Partitions: []engine.ReadingPosition{{Partition: "0", Waiting: 9}}})
		}),
		"hot: window 10:00:00 - 10:00:10 (1,203 groups) is open because source bid has no WATERMARK: its events close nothing before the end of the input": change(
			bids(engine.MinTime, partition("0", engine.MinTime, 1)), func(_ *engine.Status, q *engine.QueryStatus) { q.Readings[0].Timed = false }),
		"hot: 12 rows are held, the first of 10:00:05, because partition 2 of source bid is at 10:00:07 since 14 s; it goes when partition 2 has an event after 10:00:12": change(
			bids(at(7), behind), func(_ *engine.Status, q *engine.QueryStatus) {
				q.Stages[0].Held = &engine.Held{Kind: engine.HeldRows, Unit: "rows", Count: 12, First: []engine.OpenWindow{{Start: at(5), End: at(8), Closes: at(8) + 1, Count: 1}}}
			}),
	} {
		if got := summary(t, s); got != want {
			t.Errorf("got\n  %s\nwant\n  %s", got, want)
		}
	}
}

// TestNeedsOfSeveralSources: a window behind a join needs the watermark of both of its sources, and of each so much more as the join lets
// rows come behind it.
func TestNeedsOfSeveralSources(t *testing.T) {
	s := bids(at(7), partition("0", at(7), 3))
	s.Sources = append(s.Sources, engine.SourceStatus{Name: "ask", State: "running", Delay: time.Second})
	q := &s.Queries[0]
	q.Readings = append(q.Readings, engine.ReadingStatus{Source: "ask", Timed: true, Answered: true, Watermark: at(9), Partitions: []engine.ReadingPosition{partition("0", at(9), 3)}})
	q.Stages[0].Sources, q.Stages[0].Ahead = []string{"ask", "bid"}, 5_000_000
	w, _ := Of(s, "hot", now)
	want := []Need{{Source: "ask", Event: Moment(at(16)), Partitions: []string{"0"}}, {Source: "bid", Event: Moment(at(19)), Partitions: []string{"0"}}}
	if w.Next == nil || !reflect.DeepEqual(w.Next.Needs, want) {
		t.Errorf("needs %+v, want %+v", w.Next, want)
	}
}

func TestUnknownView(t *testing.T) {
	if _, ok := Of(bids(at(7)), "cold", now); ok {
		t.Error("there is a view cold")
	}
}

// TestReadsBack: who decodes the JSON has the answer, as weir why does.
func TestReadsBack(t *testing.T) {
	w, _ := Of(bids(at(7), partition("0", at(15), 1), partition("2", at(7), 14)), "hot", now)
	text, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	var got Why
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(&got, w) {
		t.Errorf("got\n%+v\nwant\n%+v", got, *w)
	}
	if w.DeadLetters != 3 || w.CommitShare != 0.1 || !w.Sources[0].Partitions[1].Holds || w.Sources[0].Partitions[0].Holds {
		t.Errorf("%+v", w)
	}
}

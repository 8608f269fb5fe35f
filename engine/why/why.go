// Package why says why a view's windows are still open: which partition holds the watermark and since when, what is open, and what has to
// come for the next window to close. It reads engine.Status and computes nothing of its own, so that it costs nothing until somebody asks.
//
//	partition 0  ─────────────●               10:00:12
//	partition 1  ───────●                     10:00:07 ◄── holds the watermark, since 14 s
//	window       10:00:00 ├──────────┤ 10:00:10
//	                     ▲ watermark     closes when partition 1 has an event at or after 10:00:10 + delay
//
// Files: why.go is the answer, readings.go and stages.go are its parts, closing.go finds what the next window waits for, summary.go puts
// what matters most into a sentence, because.go is that of an open window, words.go spells times and numbers.
package why

import (
	"time"

	"github.com/weirdb/weir/engine"
)

// Why is the answer for one view. Counters start at zero with the process.
type Why struct {
	View    string `json:"view"`
	Summary string `json:"summary"` // one sentence that says what matters most
	State   string `json:"state"`   // of the query: running, ended, failed, paused or backpressured
	Error   string `json:"error,omitempty"`
	// Backpressure names the sink for which the view stands still. Empty if it does not.
	Backpressure string `json:"backpressure,omitempty"`

	Emit string `json:"emit"` // close or changes

	At        time.Time  `json:"at"`              // when this was asked
	Watermark Moment     `json:"watermark"`       // the lowest of the sources'
	Since     *time.Time `json:"watermark_since"` // when it last moved, by the wall clock
	Next      *Closing   `json:"next,omitempty"`  // what closes next, and what that takes; absent if nothing is open

	Sources []Source `json:"sources"`
	Stages  []Stage  `json:"stages"`
	Sinks   []Sink   `json:"sinks"`

	RowsIn      int64 `json:"rows_in"`
	RowsOut     int64 `json:"rows_out"`
	LateRows    int64 `json:"late_rows"`
	DeadLetters int64 `json:"dead_letters"` // of the view's sources

	Epoch       int64      `json:"epoch"`        // the last one committed
	CommittedAt *time.Time `json:"committed_at"` // null if nothing has changed since the start
	CommitShare float64    `json:"commit_share"` // of the time since the start: writing state and committing
}

// Sink is how far a sink of the view is behind.
type Sink struct {
	Name     string `json:"name"`
	State    string `json:"state"`
	Pending  int64  `json:"pending"` // epochs
	Bytes    int64  `json:"pending_bytes"`
	Max      int64  `json:"max_outbox"` // beyond how many bytes waiting the view stands still; 0 for never
	Failures int64  `json:"failures"`
	Error    string `json:"error,omitempty"`
}

// Of answers for a view, from a status, at a moment of the wall clock. It reports false if there is no such view.
func Of(s *engine.Status, view string, now time.Time) (*Why, bool) {
	for i := range s.Queries {
		if s.Queries[i].View == view {
			return of(s, &s.Queries[i], now), true
		}
	}
	return nil, false
}

func of(s *engine.Status, q *engine.QueryStatus, now time.Time) *Why {
	w := &Why{
		View: q.View, State: q.State, Error: q.Error, Backpressure: q.Backpressure, Emit: q.Emit, At: now.UTC(), Watermark: Moment(q.Watermark),
		RowsIn: q.RowsIn, RowsOut: q.RowsOut, LateRows: q.LateRows, Epoch: s.Epoch, CommittedAt: moment(s.CommittedAt), Sinks: []Sink{},
	}
	if run := now.Sub(s.Started); run > 0 {
		w.CommitShare = s.CommitTime.Seconds() / run.Seconds()
	}
	w.Sources = sourcesOf(s, q, now)
	w.take(w.Sources)
	w.Stages = stagesOf(q)
	for _, sink := range s.Sinks {
		if sink.View == q.View {
			w.Sinks = append(w.Sinks, Sink{sink.Name, sink.State, sink.Pending, sink.PendingBytes, sink.MaxOutbox, sink.Failures, sink.Error})
		}
	}
	w.Next = next(w)
	w.Summary = summarise(w)
	return w
}

// take adds up what the sources say. The watermark is theirs, as the partitions were seen at the same moment: the query may be further by now.
func (w *Why) take(sources []Source) {
	lowest := (*Source)(nil)
	for i := range sources {
		s := &sources[i]
		w.DeadLetters += s.DeadLetters
		if !s.Table && (lowest == nil || s.Watermark < lowest.Watermark) {
			lowest = s
		}
	}
	if lowest != nil {
		w.Watermark, w.Since = lowest.Watermark, lowest.Since
	}
}

// source is the view's source of a name, nil if it has none.
func (w *Why) source(name string) *Source {
	for i := range w.Sources {
		if w.Sources[i].Name == name {
			return &w.Sources[i]
		}
	}
	return nil
}

// moment is nil for a time that has not come.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

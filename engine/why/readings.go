package why

import (
	"time"

	"github.com/weirdb/weir/engine"
)

// Source is how far the view has come in a source.
type Source struct {
	Name      string `json:"name"`
	Connector string `json:"connector"`
	State     string `json:"state"` // opening, retrying, running, ended, failed or paused
	Error     string `json:"error,omitempty"`
	Table     bool   `json:"table,omitempty"` // a plain table: it holds no watermark back
	Timed     bool   `json:"timed"`           // it declares a WATERMARK

	Watermark   Moment      `json:"watermark"`
	Since       *time.Time  `json:"watermark_since"`
	Delay       Seconds     `json:"delay_s"`        // of the watermark behind the highest event time
	IdleTimeout Seconds     `json:"idle_timeout_s"` // 0: never idle
	Partitions  []Partition `json:"partitions"`

	DeadLetters int64  `json:"dead_letters"`
	LastReason  string `json:"last_reason,omitempty"` // of the last dead letter

	Buffered    int     `json:"buffered"`      // polls that wait for the engine
	MaxBuffered int     `json:"max_buffered"`  // the reader waits when there are so many
	Blocked     Seconds `json:"blocked_s"`     // how long the reader has waited for the engine
	BlockShare  float64 `json:"blocked_share"` // of the time since the start
}

// Partition is how far the view has come in a partition.
type Partition struct {
	Partition string     `json:"partition"`
	State     string     `json:"state"` // active, idle, ended or gone
	Holds     bool       `json:"holds"` // the source's watermark is this partition's
	Watermark Moment     `json:"watermark"`
	Since     *time.Time `json:"watermark_since"` // when it last moved; null if it has not since the start
	Heard     *time.Time `json:"heard"`           // when records last came
	Waiting   *int64     `json:"waiting"`         // records known to wait; null if the connector cannot tell
	IdleIn    *Seconds   `json:"idle_in_s"`       // when the watermark goes on without it; null if that will not come of itself
}

func sourcesOf(s *engine.Status, q *engine.QueryStatus, now time.Time) []Source {
	out := []Source{}
	for _, r := range q.Readings {
		source := Source{
			Name: r.Source, Table: r.Table, Timed: r.Timed, Watermark: Moment(r.Watermark), Since: moment(r.Moved), IdleTimeout: Seconds(r.IdleTimeout),
			MaxBuffered: engine.MaxBuffered, Partitions: []Partition{},
		}
		for i := range s.Sources {
			if s.Sources[i].Name == r.Source {
				source.take(&s.Sources[i], now.Sub(s.Started))
			}
		}
		holds := holders(r.Partitions)
		for i := range r.Partitions {
			source.Partitions = append(source.Partitions, partitionOf(&r, &r.Partitions[i], holds[i], now))
		}
		out = append(out, source)
	}
	return out
}

// take adds what is the same for all views on the source.
func (s *Source) take(from *engine.SourceStatus, run time.Duration) {
	s.Connector, s.State, s.Error, s.Delay = from.Connector, from.State, from.Error, Seconds(from.Delay)
	s.DeadLetters, s.LastReason, s.Buffered, s.Blocked = from.DeadLetters, from.LastReason, from.Buffered, Seconds(from.Blocked)
	if run > 0 {
		s.BlockShare = from.Blocked.Seconds() / run.Seconds()
	}
}

func partitionOf(r *engine.ReadingStatus, p *engine.ReadingPosition, holds bool, now time.Time) Partition {
	out := Partition{
		Partition: p.Partition, State: p.State, Holds: holds && r.Timed, Watermark: Moment(p.Watermark), Since: moment(p.Moved), Heard: moment(p.Heard),
	}
	if p.Waiting >= 0 {
		out.Waiting = &p.Waiting
	}
	if p.State == "active" && p.Quiet && r.IdleTimeout > 0 {
		left := Seconds(max(0, r.IdleTimeout-now.Sub(p.Heard)))
		out.IdleIn = &left
	}
	return out
}

// holders says of each partition whether it holds the watermark: the lowest of those that are active or, if none is, of those that were
// heard last.
func holders(partitions []engine.ReadingPosition) []bool {
	counts := func(p *engine.ReadingPosition) bool { return p.State == "active" }
	if !some(partitions, counts) {
		last := time.Time{}
		for i := range partitions {
			if p := &partitions[i]; p.State == "idle" && p.Heard.After(last) {
				last = p.Heard
			}
		}
		counts = func(p *engine.ReadingPosition) bool { return p.State == "idle" && p.Heard.Equal(last) }
	}
	lowest := engine.MaxTime
	for i := range partitions {
		if counts(&partitions[i]) {
			lowest = min(lowest, partitions[i].Watermark)
		}
	}
	out := make([]bool, len(partitions))
	for i := range partitions {
		out[i] = counts(&partitions[i]) && partitions[i].Watermark == lowest
	}
	return out
}

func some[T any](list []T, is func(*T) bool) bool {
	for i := range list {
		if is(&list[i]) {
			return true
		}
	}
	return false
}

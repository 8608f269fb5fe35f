package runtime

import (
	"github.com/weirdb/weir/engine"
)

// Status is what the engine is doing. It may be called at any time, from any goroutine.
func (e *Engine) Status() engine.Status {
	e.mu.Lock()
	s := e.status
	e.mu.Unlock()
	for _, run := range e.sinks {
		s.Sinks = append(s.Sinks, run.status(e.backlog(run)))
	}
	return s
}

func (s *sinkRun) status(waits engine.Backlog) engine.SinkStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	notified := int64(0)
	if n, ok := s.Sink.Sink.(engine.Notifier); ok {
		notified = n.Notified()
	}
	return engine.SinkStatus{
		Name: s.Name, View: s.View, Connector: s.Connector, Notifications: notified,
		Delivered: s.delivered, Pending: waits.Epochs, PendingBytes: waits.Bytes, MaxOutbox: s.MaxOutbox, Failures: s.failures, State: s.state(), Error: message(s.failed),
	}
}

func (s *sinkRun) state() string {
	if s.Paused {
		return "paused"
	}
	if s.failed != nil {
		return "retrying"
	}
	return "running"
}

// publishStatus renews what Status returns. The loop calls it between rounds.
func (e *Engine) publishStatus() {
	e.describe(e.config.Now())
	var sources []engine.SourceStatus
	for _, s := range e.sources {
		sources = append(sources, e.sourceStatus(s))
	}
	var queries []engine.QueryStatus
	for _, q := range e.queries {
		queries = append(queries, e.queryStatus(q))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.status.Sources, e.status.Queries, e.status.Epoch, e.status.Phases = sources, queries, e.epoch, e.phases
}

func (e *Engine) sourceStatus(s *source) engine.SourceStatus {
	out := engine.SourceStatus{
		Name: s.Name, Connector: s.Connector, State: s.state(), Delay: s.Delay, Records: s.records, Bytes: s.bytes,
		DeadLetters: s.deadLetters, LastReason: s.lastLetter.Reason, Buffered: len(s.fetches), Blocked: s.blocked.total(), Error: message(s.trouble()),
	}
	now := e.config.Now()
	for _, name := range sortedKeys(s.positions) {
		p := s.positions[name]
		status := engine.PartitionStatus{Partition: name, Next: p.next, Waiting: p.waiting, Watermark: engine.MinTime, State: s.stateOf(p, now)}
		for _, r := range s.readings {
			if at, ok := r.positions[name]; ok {
				status.Watermark = max(status.Watermark, at.watermark)
			}
		}
		if status.State == "active" && p.ahead {
			status.State = "ahead"
		}
		out.Partitions = append(out.Partitions, status)
	}
	return out
}

func (e *Engine) queryStatus(q *query) engine.QueryStatus {
	info := e.config.Views[q.Name]
	out := engine.QueryStatus{
		View: q.Name, SQL: info.SQL, Emit: info.Emit, Alert: info.Alert, Sources: q.sources(), Columns: q.Output,
		Readings: q.readingsNow, Stages: q.stagesNow, Results: q.resultsNow, RowsIn: q.rowsIn, RowsOut: q.rowsOut, LateRows: q.lateN, Duplicates: q.duplicates(), Watermark: q.watermark(), State: "running", Error: message(q.failed),
	}
	switch {
	case q.failed != nil:
		out.State = "failed"
	case q.paused:
		out.State = "paused"
	case q.standsFor != nil:
		out.State, out.Backpressure = Backpressured, q.standsFor.Name
	case q.ended:
		out.State = "ended"
	}
	return out
}

// state says whether a source is read.
func (s *source) state() string {
	switch {
	case s.failed != nil:
		return "failed"
	case s.ended:
		return "ended"
	case s.Paused:
		return "paused"
	case s.resting():
		return s.restingState()
	case s.unreached != nil:
		return "retrying"
	case s.reader == nil:
		return "opening"
	}
	return "running"
}

// trouble is why a source has stopped, or could not be opened.
func (s *source) trouble() error {
	if s.failed != nil {
		return s.failed
	}
	return s.unreached
}

// restingState says why a source is not read that is not paused itself.
func (s *source) restingState() string {
	for _, r := range s.readings {
		if r.query.standsFor != nil && !r.query.paused {
			return Backpressured
		}
	}
	return "paused"
}

// duplicates are the events that the query's operators have left out because they came before.
func (q *query) duplicates() (n int64) {
	for _, s := range q.stages {
		for _, c := range s.chains {
			for _, op := range c.ops {
				if d, ok := op.(engine.Deduplicator); ok {
					n += d.Duplicates()
				}
			}
		}
	}
	return n - q.repeated
}

// sources are the names of what the query reads.
func (q *query) sources() []string {
	names := make([]string, len(q.readings))
	for i, r := range q.readings {
		names[i] = r.source.Name
	}
	return names
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

package node

import (
	"context"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/engine/rows"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/catalog"
)

// noticeSink stands before a sink of an alert, and holds back transitions that nobody is to hear of: of other states than the alert sends,
// too old, or silenced. They are in the alert's table all the same.
//
//	outbox ─► firing a, pending b, firing c (silenced) ─► noticeSink ─► firing a ─► slack
type noticeSink struct {
	engine.Sink
	notice   catalog.Notice
	silences func() []catalog.Silence
	tables   engine.Tables
	now      func() time.Time
}

// noticeSink puts one before a sink. A sink that was created by itself gets every state, and is silenced too.
func (n *Node) noticeSink(s *catalog.Sink, to engine.Sink) engine.Sink {
	out := &noticeSink{Sink: to, tables: n.evaluators, now: n.options.Now, silences: func() []catalog.Silence { return n.silencesOf(s.View) }}
	if v := n.catalog.View(s.View); v.Alert.Sink == s {
		out.notice = v.Alert.Notice
	}
	if out.now == nil {
		out.now = time.Now
	}
	return out
}

// Notified implements engine.Notifier.
func (s *noticeSink) Notified() int64 {
	if n, ok := s.Sink.(engine.Notifier); ok {
		return n.Notified()
	}
	return 0
}

// Deliver implements engine.Sink. What is held back counts as delivered.
func (s *noticeSink) Deliver(ctx context.Context, d engine.Delivery) error {
	var left []engine.Batch
	defer func() {
		for _, b := range left {
			b.Release()
		}
	}()
	for _, b := range d.Changes {
		gone, err := s.heldBack(b.Rows, d.Columns)
		if err != nil {
			return err
		}
		kept, _, err := rows.Without(b.Rows, gone)
		if err != nil {
			return err
		}
		left = append(left, engine.Batch{Rows: kept})
	}
	d.Changes = left
	if slices.IndexFunc(left, func(b engine.Batch) bool { return b.Rows.NumRows() > 0 }) < 0 {
		return nil
	}
	return s.Sink.Deliver(ctx, d)
}

// heldBack are the rows that nobody is to hear of, ascending.
func (s *noticeSink) heldBack(b arrow.RecordBatch, columns []types.Field) ([]int, error) {
	silenced, err := s.silenced(b, columns)
	if err != nil {
		return nil, err
	}
	states, times := b.Column(alerting.StateColumn).(*array.String), b.Column(alerting.AtColumn).(*array.Timestamp)
	oldest := s.oldest()
	var gone []int
	for i := range int(b.NumRows()) {
		sent := s.notice.States == nil || slices.Contains(s.notice.States, alerting.State(states.Value(i)))
		if !sent || silenced[i] || times.IsValid(i) && times.Value(i) < oldest {
			gone = append(gone, i)
		}
	}
	return gone, nil
}

// oldest is the event time of the oldest transition that is sent.
func (s *noticeSink) oldest() arrow.Timestamp {
	if s.notice.MaxAge == 0 {
		return arrow.Timestamp(engine.MinTime)
	}
	return arrow.Timestamp(s.now().Add(-s.notice.MaxAge).UnixMicro())
}

// silenced says of each row whether a silence covers it now.
func (s *noticeSink) silenced(b arrow.RecordBatch, columns []types.Field) ([]bool, error) {
	out := make([]bool, b.NumRows())
	for _, silence := range s.silences() {
		if !silence.Until.After(s.now()) {
			continue
		}
		if err := s.cover(out, silence, b, columns); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// cover marks the rows that a silence covers.
func (s *noticeSink) cover(out []bool, silence catalog.Silence, b arrow.RecordBatch, columns []types.Field) error {
	if silence.Where == "" {
		for i := range out {
			out[i] = true
		}
		return nil
	}
	list := make([]types.Type, len(columns))
	for i, f := range columns {
		list[i] = f.Type
	}
	holds, err := s.tables.Query(conditionSQL(columns, silence.Where), []engine.Table{{Columns: list, Rows: b}}, []types.Type{types.Of(types.Boolean)})
	if err != nil {
		return err
	}
	defer holds.Release()
	column := holds.Column(0).(*array.Boolean)
	for i := range out {
		out[i] = out[i] || column.Value(i)
	}
	return nil
}

package runtime

import (
	"maps"
	"slices"
	"time"

	"github.com/weirdb/weir/engine"
)

// describeEvery is how often what the queries hold is looked at, between rounds. Their operators have nothing to do meanwhile.
const describeEvery = 250 * time.Millisecond

// firstWindows is how many of the open windows of a stage are named.
const firstWindows = 8

// describe renews what the status says about how far each query has come and what it holds, unless it has just done so.
func (e *Engine) describe(now time.Time) {
	if since := now.Sub(e.described); since >= 0 && since < describeEvery {
		return
	}
	e.described = now
	for _, q := range e.queries {
		q.readingsNow = make([]engine.ReadingStatus, len(q.readings))
		for i, r := range q.readings {
			q.readingsNow[i] = r.status(now)
		}
		if q.failed == nil { // the operators of one that has failed may be in any state
			q.describeStages()
		}
	}
}

// status is how far a reading has come.
func (r *reading) status(now time.Time) engine.ReadingStatus {
	s := r.source
	out := engine.ReadingStatus{
		Source: s.Name, Table: s.Table, Timed: s.EventTime >= 0, Answered: s.reader != nil, Watermark: r.horizon, Moved: r.moved, IdleTimeout: s.IdleTimeout,
	}
	for _, name := range sortedKeys(s.positions) {
		p := s.positions[name]
		position := engine.ReadingPosition{
			Partition: name, Next: unread, Waiting: p.waiting, Watermark: engine.MinTime, Heard: p.heard, Quiet: p.quiet, State: s.stateOf(p, now),
		}
		if at, ok := r.positions[name]; ok {
			position.Next, position.Watermark, position.Moved = at.next, at.watermark, at.moved
		}
		out.Partitions = append(out.Partitions, position)
	}
	return out
}

// stateOf says what part a partition has in watermarks.
func (s *source) stateOf(p *partition, now time.Time) string {
	switch {
	case p.ended:
		return "ended"
	case p.gone:
		return "gone"
	case s.idle(p, now):
		return "idle"
	}
	return "active"
}

func (q *query) describeStages() {
	out := make([]engine.StageStatus, 0, len(q.stages))
	for _, s := range q.stages {
		one := engine.StageStatus{Name: s.Name, Sources: q.sourcesOf(s), From: q.originsOf(s), Waiting: s.rowsWaiting(), Watermark: s.horizon, Ahead: q.ahead(s)}
		if guard("describe", func() error { one.Held = s.held(); return nil }) != nil {
			one.Held = nil // what it says is for people: no reason to end the query
		}
		out = append(out, one)
	}
	q.stagesNow = out
	if len(q.inputs) < len(q.Inputs) || len(q.stages) < len(q.Stages) {
		return // the operators are not built yet
	}
	q.resultsNow = make([]engine.Origin, len(q.Results))
	for i, node := range q.Results {
		q.resultsNow[i] = q.origin(node, q.outletOf(node).results)
	}
}

// originsOf are where a stage's rows come from.
func (q *query) originsOf(s *stage) []engine.Origin {
	out := make([]engine.Origin, len(s.Edges))
	for k, e := range s.Edges {
		for _, o := range q.outletOf(e.From).edges {
			if o.to == s && o.at == k {
				out[k] = q.origin(e.From, o.rows)
			}
		}
	}
	return out
}

func (q *query) origin(node int, rows int64) engine.Origin {
	if node < len(q.inputs) {
		return engine.Origin{Source: q.inputs[node].Source, Stage: -1, Rows: rows}
	}
	return engine.Origin{Stage: node - len(q.inputs), Rows: rows}
}

// sourcesOf are the names of the sources whose events come to a stage.
func (q *query) sourcesOf(s *stage) []string {
	names := map[string]bool{}
	for _, e := range s.Edges {
		switch {
		case e.From >= len(q.inputs):
			for _, name := range q.sourcesOf(q.stages[e.From-len(q.inputs)]) {
				names[name] = true
			}
		case !q.inputs[e.From].reading.source.Table:
			names[q.inputs[e.From].reading.source.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// ahead is by how much the sources' watermark is ahead of a stage's: stages between them give rows from behind theirs.
func (q *query) ahead(s *stage) (most engine.Time) {
	for _, e := range s.Edges {
		if e.From >= len(q.inputs) && !q.isStatic(e.From) {
			from := q.stages[e.From-len(q.inputs)]
			most = max(most, q.ahead(from)+from.Behind)
		}
	}
	return most
}

func (s *stage) rowsWaiting() (rows int64) {
	for _, shard := range s.waiting {
		for _, r := range shard {
			rows += r.batch.Rows.NumRows()
		}
	}
	return rows
}

// held is what the first operators of a stage's shards hold together; nil if they keep nothing.
func (s *stage) held() *engine.Held {
	var all *engine.Held
	for _, c := range s.chains {
		if len(c.ops) == 0 {
			return nil
		}
		holder, ok := c.ops[0].(engine.Holder)
		if !ok {
			return nil
		}
		one := holder.Held(firstWindows)
		if all == nil {
			all = &one
		} else {
			all.Join(one)
		}
	}
	if all != nil {
		all.First = all.First[:min(len(all.First), firstWindows)]
	}
	return all
}

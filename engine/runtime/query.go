package runtime

import (
	"fmt"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// query is a running query.
type query struct {
	engine.Query
	workers  int
	readings []*reading // one for each source
	inputs   []*input
	stages   []*stage
	output   *arrow.Schema // of the view
	paused   bool          // it takes part in nothing
	// standsFor is the sink for which the query stands still, nil if it does not; stood says that it did in the engine before.
	standsFor *sinkRun
	stood     bool
	dirty     bool // something was processed since the last commit
	flushed   bool // the operators have flushed at least once
	ended     bool // its inputs have ended

	expired, expiring engine.Time // rows of earlier event times were dropped from the table; or are by the commit under way

	changes []engine.Batch // of this epoch, in order
	late    []engine.LateRow
	links   []engine.TraceContext // traces that have contributed to this epoch, some of them
	starts  []engine.Position     // where it has begun other than at the beginning, until that is committed

	mu       sync.Mutex // guards failed while workers run
	failed   error
	failedIn place
	told     bool // failed is in the log
	rowsIn   int64
	rowsOut  int64
	lateN    int64

	readingsNow []engine.ReadingStatus // as describe last saw them
	stagesNow   []engine.StageStatus
	resultsNow  []engine.Origin
	// repeated are duplicates that were met again in the logs of a restart: they were counted before.
	repeated int64
}

// outlet says where the rows of a node go.
type outlet struct {
	result  bool  // to the view
	results int64 // rows that went there
	edges   []outEdge
}

// outEdge is an edge as its node sees it.
type outEdge struct {
	engine.Edge
	at int // among the stage's edges
	to *stage

	rows int64 // that were brought
}

// stage is one stage's shards.
type stage struct {
	engine.Stage
	index   int // among the query's stages
	level   int // 1 behind inputs; one more than the highest of the stages that it reads
	chains  []*chain
	waiting [][]routed  // by shard: what the nodes before have produced
	horizon engine.Time // the watermark that its operators are told next
	reached engine.Time // at the end of the input, what they are told before that: how far the events have come
	static  bool        // all its rows come from plain tables
	flushed engine.Time // the watermark that they had been told when they last flushed
	log     stageLog
	outlet
}

// routed is a batch on its way to a shard, with the fetch that it came from; nil if it came from a window that closed.
type routed struct {
	batch engine.Batch
	edge  *outEdge
	from  *fetched
}

// build makes the operators of all nodes, and joins them.
func (q *query) build() error {
	for i := range q.inputs {
		in := q.inputs[i]
		for w := range q.workers {
			ops, err := in.New(w)
			if err != nil {
				return fmt.Errorf("query %s: input %d: %w", q.Name, i, err)
			}
			in.chains = append(in.chains, newChain(ops))
		}
	}
	for i, s := range q.Stages {
		st := &stage{Stage: s, index: i, level: 1, waiting: make([][]routed, q.workers), horizon: engine.MinTime, reached: engine.MinTime, flushed: engine.MinTime}
		for w := range q.workers {
			ops, err := s.New(engine.Shard{Index: w, Count: q.workers})
			if err != nil {
				return fmt.Errorf("query %s: stage %d: %w", q.Name, i, err)
			}
			st.chains = append(st.chains, newChain(ops))
		}
		q.stages = append(q.stages, st)
		for k, e := range s.Edges {
			st.level = max(st.level, q.levelOf(e.From)+1)
			st.static = q.isStatic(e.From) && (k == 0 || st.static)
			from := q.outletOf(e.From)
			from.edges = append(from.edges, outEdge{Edge: e, at: k, to: st})
		}
	}
	for _, n := range q.Results {
		q.outletOf(n).result = true
	}
	return nil
}

// outletOf returns where a node's rows go.
func (q *query) outletOf(node int) *outlet {
	if node < len(q.inputs) {
		return &q.inputs[node].outlet
	}
	return &q.stages[node-len(q.inputs)].outlet
}

func (q *query) levelOf(node int) int {
	if node < len(q.inputs) {
		return 0
	}
	return q.stages[node-len(q.inputs)].level
}

// horizonOf is the watermark of the rows that come out of a node.
func (q *query) horizonOf(node int) engine.Time {
	if node < len(q.inputs) {
		return q.inputs[node].reading.horizon
	}
	s := q.stages[node-len(q.inputs)]
	at := s.horizon
	if s.Gathers {
		at = s.flushed
	}
	if at == engine.MaxTime || at < engine.MinTime+s.Behind {
		return at
	}
	return at - s.Behind
}

// advanceStage moves a stage's horizon to the lowest of what it reads.
func (q *query) advanceStage(s *stage) {
	if s.static && !q.ended {
		return
	}
	lowest := engine.MaxTime
	for _, e := range s.Edges {
		if !q.isStatic(e.From) {
			lowest = min(lowest, q.horizonOf(e.From))
		}
	}
	s.horizon = max(s.horizon, lowest)
	if s.horizon == engine.MaxTime {
		s.reached = max(s.reached, q.reachedBy(s))
	}
}

// reachedBy is how far the rows that a stage reads have come, if its sources have ended: MinTime if there was none. An input that is read in one
// epoch has no other watermark before its end, which is not a time.
func (q *query) reachedBy(s *stage) engine.Time {
	lowest := engine.MaxTime
	for _, e := range s.Edges {
		if !q.isStatic(e.From) {
			lowest = min(lowest, q.reachedOf(e.From))
		}
	}
	if lowest == engine.MaxTime {
		return engine.MinTime
	}
	return lowest
}

// reachedOf is how far the rows that come out of a node have come; MaxTime if there was none. It is never less than what horizonOf has been.
func (q *query) reachedOf(node int) engine.Time {
	if node < len(q.inputs) {
		return q.inputs[node].reading.reached()
	}
	s := q.stages[node-len(q.inputs)]
	if s.reached < engine.MinTime+s.Behind {
		return engine.MaxTime
	}
	return s.reached - s.Behind
}

// running reports whether the query takes part in rounds.
func (q *query) running() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.failed == nil && !q.ended && !q.rests()
}

// place is where something failed, as far as that is known.
type place struct{ source, partition string }

// fail stops the query. The first error stays.
func (q *query) fail(err error) { q.failIn(place{}, err) }

// failIn stops the query on a record of a source.
func (q *query) failIn(at place, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.failed == nil {
		q.failed, q.failedIn = fmt.Errorf("query %s: %w", q.Name, err), at
	}
}

// watermark is the lowest of its sources'.
func (q *query) watermark() engine.Time {
	lowest := engine.MaxTime
	for _, r := range q.readings {
		if !r.source.Table {
			lowest = min(lowest, r.watermark)
		}
	}
	return lowest
}

// divide splits batches for each of the node's edges.
func (o *outlet) divide(batches []engine.Batch, shards int) ([][]engine.Batch, error) {
	out := make([][]engine.Batch, len(o.edges))
	for i := range o.edges {
		for _, b := range batches {
			parts, err := o.edges[i].split(b, shards)
			if err != nil {
				return out, err
			}
			out[i] = append(out[i], parts...)
		}
	}
	return out, nil
}

// split divides a batch among a stage's shards.
func (e *outEdge) split(b engine.Batch, shards int) ([]engine.Batch, error) {
	if shards == 1 {
		return []engine.Batch{b.Retain()}, nil
	}
	return e.Split(b, shards)
}

// route puts the parts of batches, each as many as there are shards, before the shards of a stage.
func (e *outEdge) route(parts []engine.Batch, from *fetched) {
	shards := len(e.to.waiting)
	for i, part := range parts {
		if part.Rows != nil {
			e.rows += part.Rows.NumRows()
			e.to.waiting[i%shards] = append(e.to.waiting[i%shards], routed{part, e, from})
		}
	}
}

// route puts the parts of the stage's batches before the shards of those behind it. Where rows pass as they came, they still are of the
// fetch that they came from.
func (s *stage) route(edge int, parts []engine.Batch, origins []*fetched) {
	if !s.Passes {
		s.edges[edge].route(parts, nil)
		return
	}
	shards := len(s.edges[edge].to.waiting)
	for i, from := range origins {
		if (i+1)*shards <= len(parts) { // fewer if dividing has failed
			s.edges[edge].route(parts[i*shards:(i+1)*shards], from)
		}
	}
}

// consume processes what waits before one shard.
func (s *stage) consume(shard int) error {
	waiting := s.waiting[shard]
	s.waiting[shard] = nil
	c := s.chains[shard]
	var err error
	for _, r := range waiting {
		c.out.from, c.out.edge = r.from, r.edge
		if err == nil {
			c.log.note(step{kind: stepBatch, edge: r.edge.at, batch: r.batch})
			err = c.receive(r.edge.Input, r.batch)
		}
		r.batch.Release()
	}
	c.out.from = nil
	return err
}

// finish takes what a node that gives the view's rows has put out into the epoch's changes, under the names of the view's columns.
func (q *query) finish(from *outlet, batches []engine.Batch) int {
	rows := 0
	for _, b := range batches {
		rows += int(b.Rows.NumRows())
		columns := b.Rows.Columns()[:len(q.Output)]
		named := engine.Batch{Rows: array.NewRecordBatch(q.output, columns, b.Rows.NumRows()), Weights: b.Weights}
		if q.Traced {
			named.Traces = b.Rows.Column(len(columns)).(*array.String)
			named.Traces.Retain()
		}
		q.changes = append(q.changes, named)
		b.Release()
	}
	q.rowsOut += int64(rows)
	from.results += int64(rows)
	return rows
}

// drop forgets what the query has done since the last commit.
func (q *query) drop() {
	release(q.changes)
	q.changes, q.late, q.links, q.dirty = nil, nil, nil, false
	for _, in := range q.inputs {
		for _, c := range in.chains {
			c.out.drop()
		}
	}
	for _, s := range q.stages {
		for shard, c := range s.chains {
			c.out.drop()
			c.log.stop()
			for _, r := range s.waiting[shard] {
				r.batch.Release()
			}
			s.waiting[shard] = nil
		}
	}
}

func indexOf(columns []types.Field, name string) int {
	for i, c := range columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}

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
	source  *source
	workers int
	columns []int         // of the source's decoded columns, what the query reads
	schema  *arrow.Schema // of what it reads
	output  *arrow.Schema // of the view
	stages  []*stage
	// positions are by partition. A partition that is not there has not been read by this query.
	positions map[string]*position
	watermark engine.Time // the greatest that was passed to the operators
	horizon   engine.Time // what the operators are told next: the watermark, MaxTime when the source has ended
	dirty     bool        // something was processed since the last commit
	flushed   bool        // the operators have flushed at least once
	ended     bool        // its input has ended

	changes []engine.Batch // of this epoch, in order
	late    []engine.LateRow

	mu      sync.Mutex // guards failed while workers run
	failed  error
	told    bool // failed is in the log
	rowsIn  int64
	rowsOut int64
	lateN   int64
}

// position is how far a query has come in a partition.
type position struct {
	next      int64 // unread before the first fetch
	committed int64 // next, as the last commit has it
	watermark engine.Time
}

// unread is before every position. It is never committed: the source's option says where such a partition starts.
const unread = -1

// stage is one stage's shards. Stage 0 has a chain for each worker: its operators keep nothing between batches.
type stage struct {
	engine.Stage
	chains []*chain
	input  [][]routed // by shard: what the stage before has produced in this round
}

// routed is a batch on its way to a shard, with the fetch that it came from; nil if it came from a window that closed.
type routed struct {
	batch engine.Batch
	from  *fetched
}

func (q *query) build() error {
	for i, s := range q.Stages {
		st := &stage{Stage: s, input: make([][]routed, q.workers)}
		for w := range q.workers {
			ops, err := s.New(engine.Shard{Index: w, Count: q.workers})
			if err != nil {
				return fmt.Errorf("query %s: stage %d: %w", q.Name, i, err)
			}
			st.chains = append(st.chains, newChain(ops))
		}
		q.stages = append(q.stages, st)
	}
	q.watermark, q.horizon = engine.MinTime, engine.MinTime
	return nil
}

// running reports whether the query takes part in rounds.
func (q *query) running() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.failed == nil && !q.ended
}

// fail stops the query. The first error stays.
func (q *query) fail(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.failed == nil {
		q.failed = fmt.Errorf("query %s: %w", q.Name, err)
	}
}

// at returns the position in a partition, a new one if there is none.
func (q *query) at(partition string) *position {
	p, ok := q.positions[partition]
	if !ok {
		p = &position{next: unread, committed: unread, watermark: engine.MinTime}
		q.positions[partition] = p
	}
	return p
}

// view cuts the query's columns, and the rows that it has not seen, out of a decoded fetch. The caller releases it. Nil if
// nothing is left.
//
//	offsets   10 11 12 13 14 15
//	next            ▲ 12: rows 2 … 5
func (q *query) view(f *fetched) (rows arrow.RecordBatch, from int) {
	from = f.firstAtOrAfter(q.at(f.Partition).next)
	n := int(f.rows.NumRows())
	if from == n {
		return nil, from
	}
	columns := make([]arrow.Array, len(q.columns))
	for i, c := range q.columns {
		columns[i] = narrow(f.rows.Column(c), q.source.read[c].Type, q.Read[i].Type)
	}
	all := array.NewRecordBatch(q.schema, columns, int64(n))
	for _, c := range columns {
		c.Release()
	}
	if from == 0 {
		return all, 0
	}
	defer all.Release()
	return all.NewSlice(int64(from), int64(n)), from
}

// head runs stage 0 over a fetch on one worker, and splits what comes out for stage 1.
func (q *query) head(f *fetched, worker int) (*headResult, error) {
	rows, from := q.view(f)
	if rows == nil {
		return &headResult{highest: engine.MinTime}, nil
	}
	defer rows.Release()
	res := &headResult{rows: rows.NumRows(), highest: f.highestFrom(from)}
	c := q.stages[0].chains[worker]
	if err := c.process(0, engine.Batch{Rows: rows}); err != nil {
		c.out.drop()
		return nil, err
	}
	res.out = c.out.take()
	if len(q.stages) == 1 {
		return res, nil
	}
	defer func() { release(res.out); res.out = nil }()
	for _, b := range res.out {
		parts, err := q.split(1, b)
		if err != nil {
			return nil, err
		}
		res.parts = append(res.parts, parts)
	}
	return res, nil
}

// headResult is what stage 0 made of one fetch.
type headResult struct {
	rows    int64
	highest engine.Time           // event time, MinTime if there was none
	out     []engine.Batch        // if stage 0 is the last
	parts   [][]arrow.RecordBatch // otherwise: for each batch, by shard of stage 1
}

func (h *headResult) release() {
	release(h.out)
	for _, parts := range h.parts {
		for _, rows := range parts {
			if rows != nil {
				rows.Release()
			}
		}
	}
}

// split divides a batch for a stage's shards.
func (q *query) split(stage int, b engine.Batch) ([]arrow.RecordBatch, error) {
	if q.workers == 1 {
		b.Rows.Retain()
		return []arrow.RecordBatch{b.Rows}, nil
	}
	return q.stages[stage].Split(b.Rows, q.workers)
}

// route puts the parts of a batch before the shards of a stage.
func (s *stage) route(parts []arrow.RecordBatch, from *fetched) {
	for shard, rows := range parts {
		if rows != nil {
			s.input[shard] = append(s.input[shard], routed{engine.Batch{Rows: rows}, from})
		}
	}
}

// consume processes what waits before one shard.
func (s *stage) consume(shard int) error {
	waiting := s.input[shard]
	s.input[shard] = nil
	c := s.chains[shard]
	var err error
	for _, r := range waiting {
		c.out.from = r.from
		if err == nil {
			err = c.process(0, r.batch)
		}
		r.batch.Release()
	}
	c.out.from = nil
	return err
}

// finish takes what the last stage has put out into the epoch's changes, under the names of the view's columns.
func (q *query) finish(batches []engine.Batch) int {
	rows := 0
	for _, b := range batches {
		rows += int(b.Rows.NumRows())
		named := array.NewRecordBatch(q.output, b.Rows.Columns(), b.Rows.NumRows())
		q.changes = append(q.changes, engine.Batch{Rows: named, Weights: b.Weights})
		b.Release()
	}
	q.rowsOut += int64(rows)
	return rows
}

// drop forgets what the query has done since the last commit.
func (q *query) drop() {
	release(q.changes)
	q.changes, q.late, q.dirty = nil, nil, false
	for _, s := range q.stages {
		for shard, c := range s.chains {
			c.out.drop()
			for _, r := range s.input[shard] {
				r.batch.Release()
			}
			s.input[shard] = nil
		}
	}
}

// bindColumns finds the query's columns among those that the source decodes.
func (q *query) bindColumns(decoded []types.Field) error {
	for _, want := range q.Read {
		at := indexOf(decoded, want.Name)
		if at < 0 {
			return fmt.Errorf("query %s: source %s has no column %s", q.Name, q.source.Name, want.Name)
		}
		q.columns = append(q.columns, at)
	}
	q.schema, q.output = types.Schema(q.Read), types.Schema(q.Output)
	return nil
}

func indexOf(columns []types.Field, name string) int {
	for i, c := range columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}

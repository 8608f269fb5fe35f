package runtime

import (
	"fmt"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// reading is how far a query has come in one of its sources.
type reading struct {
	query  *query
	source *source
	inputs []*input // more than one if the query reads the source several times
	// positions are by partition. A partition that is not there has not been read by this query.
	positions map[string]*position
	watermark engine.Time // the greatest so far; it never goes back
	moved     time.Time   // when the horizon last rose
	horizon   engine.Time // what the stages are told: the watermark, MaxTime when the source has ended
	anew      bool        // the source is read from its beginning at each start: positions are not committed
}

// position is how far a query has come in a partition.
type position struct {
	next      int64 // unread before the first fetch
	committed int64 // next, as the last commit has it
	watermark engine.Time
	moved     time.Time // when the watermark last rose; zero if it has not since the start
}

// unread is before every position. It is never committed: the source's option says where such a partition starts.
const unread = -1

// input is one of the query's scans, with the chain that its rows pass through on each worker.
type input struct {
	engine.Input
	reading *reading
	columns []int         // of the source's decoded columns, what the input reads
	schema  *arrow.Schema // of what it reads
	chains  []*chain
	outlet
}

// at returns the position in a partition, a new one if there is none.
func (r *reading) at(partition string) *position {
	p, ok := r.positions[partition]
	if !ok {
		p = &position{next: unread, committed: unread, watermark: engine.MinTime}
		r.positions[partition] = p
	}
	return p
}

// advance moves the horizon to the watermark, or to the end of time if the source has ended. It reports whether it has moved.
func (r *reading) advance(now time.Time) bool {
	before := r.horizon
	r.watermark = r.source.watermarkOf(r, now)
	r.horizon = r.watermark
	if r.ended() {
		r.horizon = engine.MaxTime
	}
	if r.horizon > before {
		r.moved = now
	}
	return r.horizon > before
}

// reached is the watermark of the last events; MaxTime if there were none.
func (r *reading) reached() engine.Time {
	lowest := engine.MaxTime
	for _, p := range r.positions {
		if p.watermark > engine.MinTime { // the others had no events
			lowest = min(lowest, p.watermark)
		}
	}
	if lowest == engine.MaxTime && r.watermark > engine.MinTime {
		return r.watermark
	}
	return max(r.watermark, lowest) // partitions that were idle may have been left behind
}

// raise moves a partition's watermark. It never goes back.
func (p *position) raise(to engine.Time, now time.Time) {
	if to > p.watermark {
		p.watermark, p.moved = to, now
	}
}

func (r *reading) ended() bool { return r.source.ended && r.source.failed == nil }

// bind finds the input's columns among those that the source decodes.
func (in *input) bind() error {
	for _, want := range in.Read {
		at := indexOf(in.reading.source.read, want.Name)
		if at < 0 {
			return fmt.Errorf("query %s: source %s has no column %s", in.reading.query.Name, in.Source, want.Name)
		}
		in.columns = append(in.columns, at)
	}
	in.schema = types.Schema(in.Read)
	return nil
}

// view cuts the input's columns of the rows from a position on out of a decoded fetch. The caller releases it.
//
//	offsets   10 11 12 13 14 15
//	next            ▲ 12: rows 2 … 5
func (in *input) view(f *fetched, from int) arrow.RecordBatch {
	n := f.rows.NumRows()
	columns := make([]arrow.Array, len(in.columns))
	for i, c := range in.columns {
		columns[i] = narrow(f.rows.Column(c), in.reading.source.read[c].Type, in.Read[i].Type)
	}
	all := array.NewRecordBatch(in.schema, columns, n)
	for _, c := range columns {
		c.Release()
	}
	if from == 0 {
		return all
	}
	defer all.Release()
	return all.NewSlice(int64(from), n)
}

// headResult is what the inputs of one reading made of one fetch.
type headResult struct {
	rows    int64
	highest engine.Time // event time, MinTime if there was none
	inputs  []inputResult
}

// inputResult is what one input made of one fetch.
type inputResult struct {
	out   []engine.Batch   // if its rows are the view's
	parts [][]engine.Batch // by edge: parts for the shards
}

// head runs the inputs' operators over a fetch on one worker, and splits what comes out for the stages.
func (r *reading) head(f *fetched, worker int) (*headResult, error) {
	res := &headResult{highest: engine.MinTime}
	from := 0
	if f.letter == nil {
		from = f.firstAtOrAfter(max(r.at(f.Partition).next, f.after))
	}
	if from == int(f.rows.NumRows()) {
		return res, nil
	}
	res.rows, res.highest = f.rows.NumRows()-int64(from), f.highestFrom(from)
	for _, in := range r.inputs {
		one, err := in.head(f, from, worker, r.query.workers)
		res.inputs = append(res.inputs, one)
		if err != nil {
			res.release()
			return nil, err
		}
	}
	return res, nil
}

func (in *input) head(f *fetched, from, worker, shards int) (res inputResult, err error) {
	b := engine.Batch{Rows: in.view(f, from)}
	defer b.Release()
	if f.Weights != nil {
		b.Weights = f.Weights[from:]
	}
	c := in.chains[worker]
	if err := c.receive(0, b); err != nil {
		c.out.drop()
		return res, err
	}
	out := c.out.take()
	res.parts, err = in.divide(out, shards)
	if in.result {
		res.out = out
	} else {
		release(out)
	}
	return res, err
}

func (h *headResult) release() {
	for _, in := range h.inputs {
		release(in.out)
		for _, parts := range in.parts {
			release(parts)
		}
	}
}

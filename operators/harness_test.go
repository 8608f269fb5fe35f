package operators_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/connectors/nexmark"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators"
	"github.com/weirdb/weir/operators/aggregate"
	"github.com/weirdb/weir/sql/parse"
	"github.com/weirdb/weir/sql/planner"
)

// bids are Nexmark's bids in memory, cut into batches.
type bids struct {
	columns []types.Field
	batches []arrow.RecordBatch // all columns
	rows    int64
}

var bidColumns = []planner.Column{
	{Name: "auction", Type: "BIGINT"}, {Name: "bidder", Type: "BIGINT"}, {Name: "price", Type: "BIGINT"},
	{Name: "channel", Type: "VARCHAR"}, {Name: "date_time", Type: "TIMESTAMP"},
}

// loadBids makes the bids among so many events, in batches of at most the given rows.
func loadBids(t testing.TB, events string, batchRows int64) *bids {
	t.Helper()
	o, err := engine.Validate(map[string]string{"table": "bid", "events": events}, nexmark.Connector.SourceOptions)
	check(t, err)
	source, err := nexmark.Connector.Source(engine.SourceConfig{Name: "bid", Options: o})
	check(t, err)
	b := &bids{columns: []types.Field{
		{Name: "auction", Type: types.Of(types.BigInt)}, {Name: "bidder", Type: types.Of(types.BigInt)},
		{Name: "price", Type: types.Of(types.BigInt)}, {Name: "channel", Type: types.Of(types.Varchar)},
		{Name: "date_time", Type: types.Of(types.Timestamp)},
	}}
	r, err := source.Open(context.Background(), engine.ReadOptions{Columns: b.columns, Bounded: true})
	check(t, err)
	defer r.Close()
	var parts []arrow.RecordBatch
	for {
		fetches, err := r.Poll(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		check(t, err)
		for _, f := range fetches {
			parts = append(parts, f.Rows)
		}
	}
	b.cut(t, parts, batchRows)
	return b
}

func (b *bids) cut(t testing.TB, parts []arrow.RecordBatch, batchRows int64) {
	t.Helper()
	table := array.NewTableFromRecords(types.Schema(b.columns), parts)
	defer table.Release()
	b.rows = table.NumRows()
	var pending []arrow.RecordBatch
	held := int64(0)
	for _, p := range parts {
		pending, held = append(pending, p), held+p.NumRows()
		if held >= batchRows {
			b.batches = append(b.batches, join(t, pending))
			pending, held = nil, 0
		}
	}
	if held > 0 {
		b.batches = append(b.batches, join(t, pending))
	}
}

// join copies batches into one.
func join(t testing.TB, parts []arrow.RecordBatch) arrow.RecordBatch {
	t.Helper()
	columns := make([]arrow.Array, parts[0].NumCols())
	rows := int64(0)
	for c := range columns {
		chunks := make([]arrow.Array, len(parts))
		for i, p := range parts {
			chunks[i] = p.Column(c)
		}
		var err error
		columns[c], err = array.Concatenate(chunks, memory.DefaultAllocator)
		check(t, err)
		rows = int64(columns[c].Len())
	}
	return array.NewRecordBatch(parts[0].Schema(), columns, rows)
}

// query plans a SELECT over bid as the node does, and compiles it.
func query(t testing.TB, text string) engine.Query {
	t.Helper()
	p, err := planner.New(planner.Config{CheckAggregate: aggregate.Check, CheckRetracts: aggregate.CheckRetracts})
	check(t, err)
	defer p.Close()
	_, err = p.DefineSource("bid", bidColumns, "date_time", "date_time - INTERVAL '4 seconds'")
	check(t, err)
	v, err := p.Plan(text, parse.Span{Start: 0, End: len(text)}, planner.Options{})
	check(t, err)
	q, err := operators.Build("bench", v.Plan, v.Columns, operators.Config{})
	check(t, err)
	return q
}

// pipeline runs a query of one input and stages one behind the other as the runtime does, on one goroutine.
type pipeline struct {
	query   engine.Query
	workers int
	stages  [][]*chain // the input's, then the stages', by shard
	columns []int      // of the bids, what the query reads
	rows    int64      // put out by the last stage
}

// chain is one shard's operators.
type chain struct {
	ops  []engine.Operator
	emit func(engine.Batch) error // behind the last
}

// link is the emitter of operator i.
type link struct {
	c *chain
	i int
}

// Emit implements engine.Emitter.
func (l link) Emit(b engine.Batch) error { return l.c.process(l.i+1, b) }

// Late implements engine.Emitter.
func (l link) Late(arrow.RecordBatch) error { return errors.New("no row should be late") }

func (c *chain) process(i int, b engine.Batch) error {
	if i == len(c.ops) {
		return c.emit(b)
	}
	return c.ops[i].Process(0, b, link{c, i})
}

func (c *chain) advance(wm engine.Time) error {
	for i, op := range c.ops {
		if err := op.Advance(wm, link{c, i}); err != nil {
			return err
		}
	}
	return nil
}

func newPipeline(t testing.TB, q engine.Query, workers int, from []types.Field) *pipeline {
	t.Helper()
	p := &pipeline{query: q, workers: workers}
	for _, want := range q.Inputs[0].Read {
		for i, has := range from {
			if has.Name == want.Name {
				p.columns = append(p.columns, i)
			}
		}
	}
	ops, err := q.Inputs[0].New(0)
	check(t, err)
	p.stages = append(p.stages, []*chain{{ops: ops, emit: p.into(1)}})
	for i, s := range q.Stages {
		var chains []*chain
		for shard := range workers {
			ops, err := s.New(engine.Shard{Index: shard, Count: workers})
			check(t, err)
			chains = append(chains, &chain{ops: ops, emit: p.into(i + 2)})
		}
		p.stages = append(p.stages, chains)
	}
	return p
}

// into gives a batch to a stage's shards, or counts it behind the last.
func (p *pipeline) into(stage int) func(engine.Batch) error {
	if stage == len(p.query.Stages)+1 {
		return func(b engine.Batch) error { p.rows += b.Rows.NumRows(); return nil }
	}
	return func(b engine.Batch) error {
		if p.workers == 1 {
			return p.stages[stage][0].process(0, b)
		}
		parts, err := p.query.Stages[stage-1].Edges[0].Split(b, p.workers)
		if err != nil {
			return err
		}
		for shard, part := range parts {
			if part.Rows == nil {
				continue
			}
			if err := p.stages[stage][shard].process(0, part); err != nil {
				return err
			}
			part.Release()
		}
		return nil
	}
}

// run puts all batches through, with the watermark four seconds behind the highest event time after each.
func (p *pipeline) run(t testing.TB, b *bids) {
	t.Helper()
	for _, all := range b.batches {
		columns := make([]arrow.Array, len(p.columns))
		for i, c := range p.columns {
			columns[i] = all.Column(c)
		}
		rows := array.NewRecordBatch(types.Schema(p.query.Inputs[0].Read), columns, all.NumRows())
		check(t, p.stages[0][0].process(0, engine.Batch{Rows: rows}))
		rows.Release()
		times := all.Column(len(b.columns) - 1).(*array.Timestamp)
		p.advance(t, engine.Time(times.Value(times.Len()-1))-4e6)
	}
	p.advance(t, engine.MaxTime)
}

func (p *pipeline) advance(t testing.TB, wm engine.Time) {
	t.Helper()
	for _, chains := range p.stages[1:] {
		for _, c := range chains {
			check(t, c.advance(wm))
		}
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

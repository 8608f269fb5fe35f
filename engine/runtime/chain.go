package runtime

import (
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
)

// chain is the operators of one shard of a stage, each emitting into the next, the last into out.
type chain struct {
	ops      []engine.Operator
	links    []link
	out      *output
	advanced engine.Time // the last watermark that the operators were told
	log      chainLog
}

// link is the emitter that operator i of a chain is given.
type link struct {
	c *chain
	i int
}

// output gathers what a chain produces until the runtime takes it.
type output struct {
	batches []engine.Batch
	origins []*fetched // of each batch, what was being processed
	late    []lateRows
	from    *fetched // what is being processed, for the late rows' origin; nil otherwise
	edge    *outEdge // that it came by
}

// lateRows are rows that an operator put aside.
type lateRows struct {
	rows      arrow.RecordBatch
	edge      *outEdge
	partition string
	source    string      // empty if the rows do not come straight from a source
	letter    *redelivery // that the rows are of; nil for others
}

func newChain(ops []engine.Operator) *chain {
	c := &chain{ops: ops, out: &output{}, advanced: engine.MinTime}
	for i := range ops {
		c.links = append(c.links, link{c, i})
	}
	return c
}

// Emit implements engine.Emitter.
func (l link) Emit(b engine.Batch) error { return l.c.process(l.i+1, 0, b) }

// Late implements engine.Emitter.
func (l link) Late(rows arrow.RecordBatch) error {
	rows.Retain()
	late := lateRows{rows: rows, edge: l.c.out.edge}
	if from := l.c.out.from; from != nil {
		late.partition, late.source, late.letter = from.Partition, from.source.Name, from.letter
	}
	l.c.out.late = append(l.c.out.late, late)
	return nil
}

// receive gives a batch to an input of the first operator.
func (c *chain) receive(input int, b engine.Batch) error { return c.process(0, input, b) }

// process gives a batch to operator i, or to the output behind the last one.
func (c *chain) process(i, input int, b engine.Batch) error {
	if b.Rows.NumRows() == 0 {
		return nil
	}
	if i < len(c.ops) {
		return c.ops[i].Process(input, b, c.links[i])
	}
	c.out.batches = append(c.out.batches, engine.Batch{Rows: b.Retain().Rows, Weights: slices.Clone(b.Weights)})
	c.out.origins = append(c.out.origins, c.out.from)
	return nil
}

func (c *chain) advance(wm engine.Time) error {
	for i, op := range c.ops {
		if err := op.Advance(wm, c.links[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *chain) flush() error {
	for i, op := range c.ops {
		if f, ok := op.(engine.Flusher); ok {
			if err := f.Flush(c.links[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// logFlush logs the flush that has been, and what was decided in it.
func (c *chain) logFlush() {
	for i, op := range c.ops {
		d, ok := op.(engine.Decider)
		if !ok {
			continue
		}
		for _, rows := range d.Decided() {
			c.log.note(step{kind: stepDecided, edge: i, batch: engine.Batch{Rows: rows}})
			rows.Release()
		}
	}
	c.log.note(step{kind: stepFlush})
}

// settle is flush after a restart: what was decided then has been recalled.
func (c *chain) settle() error {
	for i, op := range c.ops {
		var err error
		switch op := op.(type) {
		case engine.Decider:
			err = op.Settle()
		case engine.Flusher:
			err = op.Flush(c.links[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keepsState reports whether an operator has state that outlives an epoch.
func (c *chain) keepsState() bool {
	return slices.ContainsFunc(c.ops, func(op engine.Operator) bool {
		_, keeps := op.(engine.Snapshotter)
		return keeps
	})
}

// take hands over what the chain has put out since the last call.
func (o *output) take() []engine.Batch {
	out := o.batches
	o.batches, o.origins = nil, nil
	return out
}

func (o *output) drop() {
	release(o.take())
	for _, l := range o.late {
		l.rows.Release()
	}
	o.late = nil
}

func release(batches []engine.Batch) {
	for _, b := range batches {
		if b.Rows != nil {
			b.Release()
		}
	}
}

// guard turns a panic in an operator into an error: it ends the query, not the process.
func guard(what string, f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: panic: %v", what, r)
		}
	}()
	return f()
}

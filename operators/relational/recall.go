package relational

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/function"
)

// What a flush has emitted is decided: where DuckDB is asked again it may answer otherwise. So it is kept beside the rows that came, and a
// restart asks nothing:
//
//	before   rows of key a ─► flush: DuckDB answers, now less before: -r +s ─► emitted, and decided: a -r, a +s
//	after    rows of key a ─► recall: the answer for a is less r, and s ─────► settle: nothing of a is to be asked
//
// Rows that are taken back pile up a little while much is recalled, as those of the inputs do: the next flush, or snapshot, cancels them.

var _ engine.Decider = (*Operator)(nil)

// decide notes what is emitted for the keys of a question.
func (o *Operator) decide(q *question, c *change, index []uint32, rows arrow.RecordBatch) {
	numbers := make([]uint32, len(index))
	weights := array.NewInt8Builder(o.mem)
	defer weights.Release()
	for i, r := range index {
		numbers[i] = c.keys[r]
		weights.Append(c.weight(i))
	}
	columns := o.keysOf(q, numbers)
	defer func() { releaseAll(columns) }()
	for _, x := range rows.Columns() {
		x.Retain()
		columns = append(columns, x)
	}
	columns = append(columns, weights.NewArray())
	o.decided = append(o.decided, array.NewRecordBatch(o.decision, columns, int64(len(index))))
}

// keysOf are the keys with given numbers in a question. The caller releases them.
func (o *Operator) keysOf(q *question, numbers []uint32) []arrow.Array {
	builders := make([]array.Builder, len(o.key))
	for i, t := range o.key {
		builders[i] = array.NewBuilder(o.mem, t.Arrow())
	}
	defer releaseAll(builders)
	parts, first := q.partsOfKeys(), q.firstKeys()
	var groups []uint32
	for len(numbers) > 0 {
		at := parts[numbers[0]]
		groups = groups[:0]
		for len(numbers) > 0 && parts[numbers[0]] == at {
			groups = append(groups, q.parts[at].keys[numbers[0]-first[at]])
			numbers = numbers[1:]
		}
		q.parts[at].pane.keys.Append(builders, groups)
	}
	out := make([]arrow.Array, len(builders))
	for i, b := range builders {
		out[i] = b.NewArray()
	}
	return out
}

// Decided implements engine.Decider.
func (o *Operator) Decided() []arrow.RecordBatch {
	out := o.decided
	o.decided = nil
	return out
}

// Recall implements engine.Decider: it makes the answers what they were. What was answered for windows that have closed since is left out.
func (o *Operator) Recall(rows arrow.RecordBatch, owns func(hash uint64) bool) error {
	n, columns := len(o.key), rows.Columns()
	if len(columns) != o.decision.NumFields() {
		return fmt.Errorf("relational: recall answers: %d columns, want %d", len(columns), o.decision.NumFields())
	}
	visible := array.NewRecordBatch(o.output, columns[n:len(columns)-1], rows.NumRows())
	defer visible.Release()
	weights := columns[len(columns)-1].(*array.Int8).Int8Values()
	return o.keepAnswers(columns[:n], visible, weights, owned(owns, columns[:n], int(rows.NumRows())))
}

// keepAnswers adds rows to what was answered for their keys, and takes others back. Nil weights add all.
func (o *Operator) keepAnswers(key []arrow.Array, rows arrow.RecordBatch, weights []int8, own []uint32) error {
	if err := o.route(key, own); err != nil {
		return err
	}
	for _, p := range o.panes.hit {
		groups := o.number(p, key, p.rows)
		picked, err := weightsOf(weights, p.rows)
		if err != nil {
			return err
		}
		copied := function.Select(o.mem, rows, signed(p.rows))
		err = p.answers.append(copied, groups, picked)
		copied.Release()
		if err != nil {
			return fmt.Errorf("relational: keep the answer: %w", err)
		}
	}
	return nil
}

// netAnswers takes back answers of a pane.
func (o *Operator) netAnswers(p *pane) error {
	if p.answers == nil || len(p.answers.minus) == 0 {
		return nil
	}
	if o.answerNetting == nil {
		var err error
		if o.answerNetting, err = newNetting(o.config.Node.Fields); err != nil {
			return err
		}
	}
	return o.answerNetting.net(p.answers)
}

// Settle implements engine.Decider.
func (o *Operator) Settle() error {
	if err := o.tidy(); err != nil || !o.config.Node.Changes {
		return err
	}
	for _, p := range o.passedPanes() {
		o.show(p)
	}
	return o.settle()
}

// decisionSchema is the key's columns, the output's, and the weight.
func (o *Operator) decisionSchema() *arrow.Schema {
	fields := o.answersState().Fields()
	return arrow.NewSchema(append(fields[:len(fields):len(fields)], types.Schema([]types.Field{{Name: "weight", Type: types.Of(types.TinyInt)}}).Field(0)), nil)
}

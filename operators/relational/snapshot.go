package relational

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// The sections of the state.
//
//	in0, in1, …   the input's columns, the weight           one row for each that is kept
//	answers       the key's columns, the output's columns   one row for each that was emitted for a key that is open; changes only
//	closed        which windows are closed                  one row
const (
	answersSection = "answers"
	closedSection  = "closed"
)

func inputSection(input int) string { return fmt.Sprintf("in%d", input) }

var closedSchema = types.Schema([]types.Field{
	{Name: "before", Type: types.Of(types.BigInt)}, {Name: "null", Type: types.Of(types.Boolean)}, {Name: "ended", Type: types.Of(types.Boolean)},
	{Name: "passed", Type: types.Of(types.BigInt)},
})

var weightField = arrow.Field{Name: "weight", Type: arrow.PrimitiveTypes.Int8, Nullable: true}

// snapshotRows is how many rows a batch of the state has.
const snapshotRows = 8192

// Snapshot implements engine.Snapshotter. Where changes are emitted, it has to follow a Flush.
func (o *Operator) Snapshot(w engine.StateWriter) error {
	pending := len(o.closing) > 0
	for _, p := range o.panes.all() {
		pending = pending || len(p.touched) > 0
	}
	if pending {
		return errors.New("relational: snapshot before flush")
	}
	for _, p := range o.panes.all() {
		if err := o.writePane(w, p); err != nil {
			return err
		}
	}
	return o.writeClosed(w)
}

func (o *Operator) writePane(w engine.StateWriter, p *pane) error {
	for i, b := range p.inputs {
		if err := o.writeInput(w, i, b); err != nil {
			return fmt.Errorf("relational: write state %s: %w", inputSection(i), err)
		}
	}
	if p.answers == nil {
		return nil
	}
	if err := o.netAnswers(p); err != nil {
		return err
	}
	if err := o.writeAnswers(w, p); err != nil {
		return fmt.Errorf("relational: write state %s: %w", answersSection, err)
	}
	return nil
}

func (o *Operator) writeInput(w engine.StateWriter, input int, b *bag) error {
	schema := inputState(o.inputs[input])
	positions := b.all(nil)
	return b.each(positions, snapshotRows, func(rows arrow.RecordBatch, n int) error {
		weights := array.NewInt8Builder(o.mem)
		defer weights.Release()
		for _, p := range positions[:n] {
			weights.Append(b.weights[p])
		}
		positions = positions[n:]
		column := weights.NewArray()
		defer column.Release()
		return write(w, inputSection(input), schema, append(rows.Columns()[:len(rows.Columns()):len(rows.Columns())], column), n)
	})
}

// inputState is an input's columns and the weight.
func inputState(input *arrow.Schema) *arrow.Schema {
	return arrow.NewSchema(append(input.Fields(), weightField), nil)
}

func (o *Operator) writeAnswers(w engine.StateWriter, p *pane) error {
	schema := o.answersState()
	positions := p.answers.all(nil)
	return p.answers.each(positions, snapshotRows, func(rows arrow.RecordBatch, n int) error {
		groups := make([]uint32, n)
		for i, at := range positions[:n] {
			groups[i] = p.answers.keys[at]
		}
		positions = positions[n:]
		key := o.keyColumns(p, groups)
		defer releaseAll(key)
		return write(w, answersSection, schema, append(key[:len(key):len(key)], rows.Columns()...), n)
	})
}

// answersState is the key's columns and the output's.
func (o *Operator) answersState() *arrow.Schema {
	var fields []types.Field
	for i, t := range o.key {
		fields = append(fields, types.Field{Name: fmt.Sprintf("key%d", i), Type: t})
	}
	return types.Schema(append(fields, o.config.Node.Fields...))
}

// keyColumns are the keys with the given numbers. The caller releases them.
func (o *Operator) keyColumns(p *pane, groups []uint32) []arrow.Array {
	builders := make([]array.Builder, len(o.key))
	for i, t := range o.key {
		builders[i] = array.NewBuilder(o.mem, t.Arrow())
	}
	defer releaseAll(builders)
	p.keys.Append(builders, groups)
	out := make([]arrow.Array, len(builders))
	for i, b := range builders {
		out[i] = b.NewArray()
	}
	return out
}

func write(w engine.StateWriter, section string, schema *arrow.Schema, columns []arrow.Array, n int) error {
	rows := array.NewRecordBatch(schema, columns, int64(n))
	defer rows.Release()
	return w.Write(section, rows)
}

func (o *Operator) writeClosed(w engine.StateWriter) error {
	b := array.NewRecordBuilder(o.mem, closedSchema)
	defer b.Release()
	b.Field(0).(*array.Int64Builder).Append(o.bound.before)
	b.Field(1).(*array.BooleanBuilder).Append(o.bound.null)
	b.Field(2).(*array.BooleanBuilder).Append(o.bound.ended)
	b.Field(3).(*array.Int64Builder).Append(o.passed)
	rows := b.NewRecordBatch()
	defer rows.Release()
	if err := w.Write(closedSection, rows); err != nil {
		return fmt.Errorf("relational: write state %s: %w", closedSection, err)
	}
	return nil
}

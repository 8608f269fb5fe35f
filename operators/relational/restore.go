package relational

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/keys"
)

// Restore implements engine.Snapshotter: it takes in the rows whose key this instance owns.
func (o *Operator) Restore(r engine.StateReader) error {
	kept := o.bound
	o.bound = openBound() // rows of open windows are never late, whatever another instance has closed
	err := o.readRows(r)
	o.bound = kept
	if err != nil {
		return err
	}
	return read(r, closedSection, func(rows arrow.RecordBatch) error {
		o.mergeClosed(rows)
		for _, p := range o.panes.all() { // the state is from after a flush
			p.settle()
			p.shown = !p.key.null && p.key.value < o.passed
		}
		return nil
	})
}

func (o *Operator) readRows(r engine.StateReader) error {
	for i := range o.inputs {
		err := read(r, inputSection(i), func(rows arrow.RecordBatch) error { return o.restoreInput(r, i, rows) })
		if err != nil {
			return err
		}
	}
	if !o.config.Node.Changes {
		return nil
	}
	return read(r, answersSection, func(rows arrow.RecordBatch) error { return o.restoreAnswers(r, rows) })
}

func (o *Operator) restoreInput(r engine.StateReader, input int, rows arrow.RecordBatch) error {
	n := o.inputs[input].NumFields()
	own := owned(r.Owns, pick(rows, o.config.Node.Keys[input]), int(rows.NumRows()))
	b := engine.Batch{
		Rows:    array.NewRecordBatch(o.inputs[input], rows.Columns()[:n], rows.NumRows()),
		Weights: keys.Values[int8](rows.Column(n)),
	}
	defer b.Release()
	return o.keep(input, b, own)
}

func (o *Operator) restoreAnswers(r engine.StateReader, rows arrow.RecordBatch) error {
	n := len(o.key)
	key := rows.Columns()[:n]
	visible := array.NewRecordBatch(o.output, rows.Columns()[n:], rows.NumRows())
	defer visible.Release()
	return o.keepAnswers(key, visible, nil, owned(r.Owns, key, int(rows.NumRows())))
}

// owned lists the rows whose key this instance is responsible for.
func owned(owns func(hash uint64) bool, key []arrow.Array, n int) []uint32 {
	hashes := make([]uint64, n)
	keys.Hash(key, hashes)
	var own []uint32
	for i, h := range hashes {
		if owns(h) {
			own = append(own, uint32(i))
		}
	}
	return own
}

func (o *Operator) mergeClosed(rows arrow.RecordBatch) {
	before := keys.Values[int64](rows.Column(0))
	null, ended := rows.Column(1).(*array.Boolean), rows.Column(2).(*array.Boolean)
	for i, b := range before {
		o.passed = max(o.passed, keys.Values[int64](rows.Column(3))[i])
		o.bound.merge(bound{before: b, null: null.Value(i), ended: ended.Value(i)})
	}
}

func read(r engine.StateReader, section string, yield func(arrow.RecordBatch) error) error {
	if err := r.Read(section, yield); err != nil {
		return fmt.Errorf("relational: read state %s: %w", section, err)
	}
	return nil
}

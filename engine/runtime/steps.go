package runtime

import (
	"fmt"
	"iter"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// The sections of a log.
//
//	steps        kind, edge, weighted, watermark      one row for each step
//	0, 1, …      a batch for each that came by the edge, with all rows added
//	0w, 1w, …    the same for those with weights, which are in the last column
//	0d, 1d, …    a batch for each that an operator of the chain has decided
const stepsSection = "steps"

var stepsSchema = types.Schema([]types.Field{
	{Name: "kind", Type: types.Of(types.TinyInt)}, {Name: "edge", Type: types.Of(types.Integer)},
	{Name: "weighted", Type: types.Of(types.Boolean)}, {Name: "watermark", Type: types.Of(types.BigInt)},
})

// section is where the step's batch is.
func (s *step) section() string {
	switch {
	case s.kind == stepDecided:
		return fmt.Sprintf("%dd", s.edge)
	case s.batch.Weights != nil:
		return fmt.Sprintf("%dw", s.edge)
	}
	return fmt.Sprint(s.edge)
}

func writeSteps(to engine.StateWriter, steps []step) error {
	b := array.NewRecordBuilder(memory.DefaultAllocator, stepsSchema)
	defer b.Release()
	for _, s := range steps {
		b.Field(0).(*array.Int8Builder).Append(int8(s.kind))
		b.Field(1).(*array.Int32Builder).Append(int32(s.edge))
		b.Field(2).(*array.BooleanBuilder).Append(s.batch.Weights != nil)
		b.Field(3).(*array.Int64Builder).Append(int64(s.watermark))
	}
	rows := b.NewRecordBatch()
	defer rows.Release()
	if err := to.Write(stepsSection, rows); err != nil {
		return err
	}
	schemas := map[string]*arrow.Schema{}
	for _, s := range steps {
		if !s.hasRows() {
			continue
		}
		if err := writeBatch(to, s.section(), s.batch, schemas); err != nil {
			return err
		}
	}
	return nil
}

// writeBatch writes a batch of a step. What its columns are called may differ from one to the next: a section has one schema.
func writeBatch(to engine.StateWriter, section string, b engine.Batch, schemas map[string]*arrow.Schema) error {
	columns := b.Rows.Columns()
	schema, ok := schemas[section]
	if !ok {
		schema = positional(b.Rows.Schema(), b.Weights != nil)
		schemas[section] = schema
	}
	if b.Weights != nil {
		weights := array.NewInt8Builder(memory.DefaultAllocator)
		defer weights.Release()
		weights.AppendValues(b.Weights, nil)
		column := weights.NewArray()
		defer column.Release()
		columns = append(columns[:len(columns):len(columns)], column)
	}
	rows := array.NewRecordBatch(schema, columns, b.Rows.NumRows())
	defer rows.Release()
	return to.Write(section, rows)
}

// positional is a schema with columns c0, c1, … of the types of another, and the weights behind them.
func positional(schema *arrow.Schema, weighted bool) *arrow.Schema {
	fields := make([]arrow.Field, schema.NumFields())
	for i, f := range schema.Fields() {
		fields[i] = arrow.Field{Name: fmt.Sprintf("c%d", i), Type: f.Type, Nullable: true}
	}
	if weighted {
		fields = append(fields, arrow.Field{Name: "weight", Type: arrow.PrimitiveTypes.Int8})
	}
	return arrow.NewSchema(fields, nil)
}

// stepReader reads a log again. A batch that it gives is lent until the next call.
type stepReader struct {
	store engine.Store
	name  string
	left  []step // without their batches
	pulls map[string]pull
	err   error // of a section
}

// pull gives the next batch of a section.
type pull struct {
	next func() (arrow.RecordBatch, bool)
	stop func()
}

func openSteps(store engine.Store, name string) (*stepReader, error) {
	r := &stepReader{store: store, name: name, pulls: map[string]pull{}}
	err := store.ReadState(name, stepsSection, func(rows arrow.RecordBatch) error {
		kinds, edges := rows.Column(0).(*array.Int8), rows.Column(1).(*array.Int32)
		weighted, watermarks := rows.Column(2).(*array.Boolean), rows.Column(3).(*array.Int64)
		for i := range int(rows.NumRows()) {
			s := step{kind: stepKind(kinds.Value(i)), edge: int(edges.Value(i)), watermark: engine.Time(watermarks.Value(i))}
			if weighted.Value(i) {
				s.batch.Weights = []int8{}
			}
			r.left = append(r.left, s)
		}
		return nil
	})
	return r, err
}

// next returns the next step; false at the end.
func (r *stepReader) next() (s step, ok bool, err error) {
	if len(r.left) == 0 {
		return s, false, nil
	}
	s, r.left = r.left[0], r.left[1:]
	if !s.hasRows() {
		return s, true, nil
	}
	rows, ok := r.section(s.section()).next()
	if !ok {
		if r.err == nil {
			r.err = fmt.Errorf("a batch of section %s is missing", s.section())
		}
		return s, false, r.err
	}
	s.batch.Rows = rows
	if s.batch.Weights != nil {
		last := int(rows.NumCols()) - 1
		s.batch.Weights = rows.Column(last).(*array.Int8).Int8Values()
		s.batch.Rows = array.NewRecordBatch(arrow.NewSchema(rows.Schema().Fields()[:last], nil), rows.Columns()[:last], rows.NumRows())
	} else {
		rows.Retain()
	}
	return s, true, nil
}

func (r *stepReader) section(name string) pull {
	p, ok := r.pulls[name]
	if !ok {
		next, stop := iter.Pull(func(yield func(arrow.RecordBatch) bool) {
			err := r.store.ReadState(r.name, name, func(rows arrow.RecordBatch) error {
				if !yield(rows) {
					return errStopped
				}
				return nil
			})
			if err != nil && r.err == nil {
				r.err = err
			}
		})
		p = pull{next, stop}
		r.pulls[name] = p
	}
	return p
}

func (r *stepReader) close() {
	for _, p := range r.pulls {
		p.stop()
	}
}

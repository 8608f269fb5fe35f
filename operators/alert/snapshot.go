package alert

import (
	"fmt"
	"maps"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/state"
)

// The sections of the state. Each begins with the instance columns, by which rows are owned.
//
//	instances   active, since, fired, until, reminders, serial, row    those that are active, or have rows
//	rows        row, count                                             of instances, where rows are taken back
//	arrived     at, row                                                rows that the watermark has not passed, where they only come
//	clock       now, serial, passed
const (
	instancesSection = "instances"
	rowsSection      = "rows"
	arrivedSection   = "arrived"
	clockSection     = "clock"
)

var (
	whole = types.Of(types.BigInt)
	blob  = types.Of(types.Blob)
	// sections are what stands behind the instance columns.
	sections = map[string][]types.Field{
		instancesSection: {
			{Name: "active", Type: types.Of(types.Boolean)}, {Name: "since", Type: whole}, {Name: "fired", Type: whole}, {Name: "until", Type: whole},
			{Name: "reminders", Type: whole}, {Name: "serial", Type: whole}, {Name: "row", Type: blob},
		},
		rowsSection:    {{Name: "row", Type: blob}, {Name: "count", Type: whole}},
		arrivedSection: {{Name: "at", Type: whole}, {Name: "row", Type: blob}},
	}
	clockColumns = []types.Field{{Name: "now", Type: whole}, {Name: "serial", Type: whole}, {Name: "passed", Type: whole}}
)

// Snapshot implements engine.Snapshotter.
func (o *Operator) Snapshot(w engine.StateWriter) error {
	instances, rows, arrived := o.writer(w, instancesSection), o.writer(w, rowsSection), o.writer(w, arrivedSection)
	for _, name := range slices.Sorted(maps.Keys(o.instances)) {
		i := o.instances[name]
		instances.append(i.identity, i.active, i.since, i.fired, i.until, int64(i.reminders), i.serial, i.row)
		for _, row := range slices.Sorted(maps.Keys(i.rows)) {
			rows.append(i.identity, row, i.rows[row])
		}
	}
	for _, a := range o.arrived {
		arrived.append(a.identity, a.at, a.row)
	}
	for _, s := range []*writer{instances, rows, arrived} {
		if err := s.close(); err != nil {
			return err
		}
	}
	return o.writeClock(w)
}

func (o *Operator) writeClock(w engine.StateWriter) error {
	b := array.NewRecordBuilder(o.config.Allocator, types.Schema(clockColumns))
	defer b.Release()
	b.Field(0).(*array.Int64Builder).Append(o.now)
	b.Field(1).(*array.Int64Builder).Append(o.serial)
	b.Field(2).(*array.Int64Builder).Append(o.passed)
	return state.Write(w, clockSection, b.NewRecordBatch())
}

// Restore implements engine.Snapshotter.
func (o *Operator) Restore(r engine.StateReader) error {
	err := state.Read(r, clockSection, func(rows arrow.RecordBatch) {
		o.now = max(o.now, keys.Values[int64](rows.Column(0))[0])
		o.serial = max(o.serial, keys.Values[int64](rows.Column(1))[0])
		o.passed = max(o.passed, keys.Values[int64](rows.Column(2))[0])
	})
	for _, section := range []struct {
		name string
		take func(id identity, c []arrow.Array, row int)
	}{{instancesSection, o.restoreInstance}, {rowsSection, o.restoreRow}, {arrivedSection, o.restoreArrival}} {
		if err == nil {
			err = o.read(r, section.name, section.take)
		}
	}
	return err
}

// read gives the rows of a section that are this instance's own.
func (o *Operator) read(r engine.StateReader, section string, take func(id identity, c []arrow.Array, row int)) error {
	return state.Read(r, section, func(rows arrow.RecordBatch) {
		key := rows.Columns()[:len(o.node.Keys)]
		of := identities(o.node.Keys, key, int(rows.NumRows()))
		for _, row := range state.Owned(r, key, rows.NumRows()) {
			take(of[row], rows.Columns()[len(key):], int(row))
		}
	})
}

func (o *Operator) restoreInstance(id identity, c []arrow.Array, row int) {
	number := func(column int) int64 { return c[column].(*array.Int64).Value(row) }
	i := &instance{
		identity: id, active: c[0].(*array.Boolean).Value(row), since: number(1), fired: number(2), until: number(3),
		reminders: int32(number(4)), serial: number(5), row: string(c[6].(*array.Binary).Value(row)),
	}
	if o.node.Updating {
		i.rows = map[string]int64{}
		o.touched[id.name] = true // what has not been settled yet is not told apart
	}
	o.instances[id.name] = i
	o.next = min(o.next, o.machine.next(i))
}

func (o *Operator) restoreRow(id identity, c []arrow.Array, row int) {
	o.instances[id.name].rows[string(c[0].(*array.Binary).Value(row))] = c[1].(*array.Int64).Value(row)
}

func (o *Operator) restoreArrival(id identity, c []arrow.Array, row int) {
	o.arrived = append(o.arrived, arrival{id, c[0].(*array.Int64).Value(row), string(c[1].(*array.Binary).Value(row))})
}

// writer writes a section, some rows at a time.
type writer struct {
	to      engine.StateWriter
	section string
	builder *array.RecordBuilder
	keys    int
	rows    int
	err     error
}

func (o *Operator) writer(to engine.StateWriter, section string) *writer {
	var columns []types.Field
	for i := range o.node.Keys {
		columns = append(columns, types.Field{Name: fmt.Sprintf("key%d", i), Type: types.Of(types.Varchar)})
	}
	return &writer{to: to, section: section, keys: len(columns), builder: array.NewRecordBuilder(o.config.Allocator, types.Schema(append(columns, sections[section]...)))}
}

func (w *writer) append(id identity, values ...any) {
	for i, part := range id.parts {
		w.builder.Field(i).(*array.StringBuilder).Append(part)
	}
	for i, v := range values {
		switch b := w.builder.Field(w.keys + i).(type) {
		case *array.BooleanBuilder:
			b.Append(v.(bool))
		case *array.Int64Builder:
			b.Append(v.(int64))
		case *array.BinaryBuilder:
			b.Append([]byte(v.(string)))
		}
	}
	if w.rows++; w.rows == state.MaxRows {
		w.write()
	}
}

func (w *writer) write() {
	if w.err == nil && w.rows > 0 {
		w.err = state.Write(w.to, w.section, w.builder.NewRecordBatch())
	}
	w.rows = 0
}

func (w *writer) close() error {
	w.write()
	w.builder.Release()
	return w.err
}

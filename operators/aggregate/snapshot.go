package aggregate

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// The sections of the state. All rows but those of "closed" begin with the group's key, the window's included.
//
//	groups       key, partial results of the calls without DISTINCT     one row for each group
//	distinct.2   key, arguments of call 2                               one row for each distinct value of each group
//	closed       which windows are closed                               one row
const (
	groupsSection = "groups"
	closedSection = "closed"
)

func distinctSection(call int) string { return fmt.Sprintf("distinct.%d", call) }

var closedSchema = types.Schema([]types.Field{
	{Name: "before", Type: types.Of(types.BigInt)}, {Name: "null", Type: types.Of(types.Boolean)},
	{Name: "passed", Type: types.Of(types.BigInt)},
})

// Snapshot implements engine.Snapshotter. Where changes are emitted, it has to follow a Flush: that everything has been
// emitted is then part of the state.
func (o *Operator) Snapshot(w engine.StateWriter) error {
	for _, p := range o.panes.all() {
		if len(p.changes.touched) > 0 {
			return errors.New("aggregate: snapshot before flush")
		}
	}
	if len(o.closing) > 0 {
		return errors.New("aggregate: snapshot before flush")
	}
	if err := o.writeGroups(w); err != nil {
		return err
	}
	for i, c := range o.calls {
		if c.distinct {
			if err := o.writeDistinct(w, i); err != nil {
				return err
			}
		}
	}
	if o.window < 0 {
		return nil
	}
	return o.writeClosed(w)
}

// stateSchema is the key followed by the given columns.
func (o *Operator) stateSchema(columns []types.Type) *arrow.Schema {
	var fields []types.Field
	for i, g := range o.config.Node.Groups {
		fields = append(fields, types.Field{Name: fmt.Sprintf("key%d", i), Type: g.Type})
	}
	for i, t := range columns {
		fields = append(fields, types.Field{Name: fmt.Sprintf("state%d", i), Type: t})
	}
	return types.Schema(fields)
}

// stateTypes are the columns of all partial results.
func (o *Operator) stateTypes() []types.Type {
	var ts []types.Type
	for _, c := range o.calls {
		if !c.distinct {
			ts = append(ts, c.make().state()...)
		}
	}
	if o.config.Node.Retracts {
		ts = append(ts, types.Of(types.BigInt))
	}
	return ts
}

func (o *Operator) writeGroups(w engine.StateWriter) error {
	b := array.NewRecordBuilder(o.config.Allocator, o.stateSchema(o.stateTypes()))
	defer b.Release()
	for _, p := range o.panes.all() {
		for rest := o.liveGroups(p); len(rest) > 0; {
			groups, _ := p.some(rest)
			rest = rest[len(groups):]
			o.appendKey(p, b, groups)
			p.save(groups, b.Fields()[len(o.config.Node.Groups):])
			if err := write(w, groupsSection, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// save appends the partial results of all calls without DISTINCT.
func (p *pane) save(groups []uint32, b []array.Builder) {
	for i := range p.partials {
		if p.partials[i].seen != nil {
			continue
		}
		n := len(p.partials[i].state())
		p.partials[i].save(groups, b[:n])
		b = b[n:]
	}
	if p.live != nil {
		for _, g := range groups {
			b[0].(*array.Int64Builder).Append(p.live[g])
		}
	}
}

// appendKey appends the whole keys of groups.
func (o *Operator) appendKey(p *pane, b *array.RecordBuilder, groups []uint32) {
	var columns []array.Builder
	for i := range o.config.Node.Groups {
		if i == o.window {
			appendWindow(b.Field(i), p.key, len(groups))
			continue
		}
		columns = append(columns, b.Field(i))
	}
	p.table.Append(columns, groups)
}

func (o *Operator) writeDistinct(w engine.StateWriter, call int) error {
	b := array.NewRecordBuilder(o.config.Allocator, o.stateSchema(o.calls[call].kinds))
	defer b.Release()
	for _, p := range o.panes.all() {
		seen := p.partials[call].seen.table
		o.iota = keys.Iota(o.iota, seen.Len())
		for rest := o.iota; len(rest) > 0; rest = rest[min(len(rest), maxRows):] {
			ids := rest[:min(len(rest), maxRows)]
			owners := make([]uint32, len(ids))
			for i, id := range ids {
				owners[i] = seen.Owner(id)
			}
			o.appendKey(p, b, owners)
			seen.Append(b.Fields()[len(o.config.Node.Groups):], ids)
			if err := write(w, distinctSection(call), b); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *Operator) writeClosed(w engine.StateWriter) error {
	b := array.NewRecordBuilder(o.config.Allocator, closedSchema)
	defer b.Release()
	b.Field(0).(*array.Int64Builder).Append(o.bound.before)
	b.Field(1).(*array.BooleanBuilder).Append(o.bound.null)
	b.Field(2).(*array.Int64Builder).Append(o.passed)
	return write(w, closedSection, b)
}

func write(w engine.StateWriter, section string, b *array.RecordBuilder) error {
	rows := b.NewRecordBatch()
	defer rows.Release()
	if err := w.Write(section, rows); err != nil {
		return fmt.Errorf("aggregate: write state %s: %w", section, err)
	}
	return nil
}

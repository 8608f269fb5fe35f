package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/operators/keys"
)

// pane holds the groups of one window: their keys, without the window's own, and a partial result for each call.
type pane struct {
	key      windowKey
	table    *keys.Table
	partials []partial
	lists    []sized // those of the partials that keep lists
	changes  changes
	shown    bool     // it has come out, where windows are held
	live     []int64  // by group, how many rows it has; nil where no row is taken back
	rows     []uint32 // of the batch in hand
	after    *pane    // hit right after this one, the last time
}

func (o *Operator) newPane() (*pane, error) {
	var columns []arrow.DataType
	for i, g := range o.config.Node.Groups {
		if i != o.window {
			columns = append(columns, g.Type.Arrow())
		}
	}
	table, err := keys.New(columns)
	if err != nil {
		return nil, err
	}
	p := &pane{table: table}
	if o.config.Node.Retracts {
		p.live = []int64{}
	}
	for _, c := range o.calls {
		partial, err := c.newPartial()
		if err != nil {
			return nil, err
		}
		p.partials = append(p.partials, partial)
		if s, ok := partial.accumulator.(sized); ok {
			p.lists = append(p.lists, s)
		}
	}
	return p, nil
}

// sized is what accumulators add that keep lists.
type sized interface {
	// bytes is about how large a group's list is.
	bytes(group uint32) int
}

// some is the first of the groups, at least one, that go into a batch together, and how large their lists are.
func (p *pane) some(groups []uint32) (part []uint32, bytes int) {
	part = groups[:min(len(groups), maxRows)]
	if len(p.lists) == 0 {
		return part, 0
	}
	for i, g := range part {
		for _, l := range p.lists {
			bytes += l.bytes(g)
		}
		if bytes >= maxBytes {
			return part[:i+1], bytes
		}
	}
	return part, bytes
}

// release gives the memory back. The pane is not used afterwards.
func (p *pane) release() {
	p.table.Free()
	p.changes.free()
	for i := range p.partials {
		if p.partials[i].seen != nil {
			p.partials[i].seen.table.Free()
		}
		p.partials[i].free()
	}
}

func (p *pane) reset() {
	p.table.Reset()
	for i := range p.partials {
		p.partials[i].reset()
	}
	p.changes.reset()
	p.shown = false
	if p.live != nil {
		p.live = p.live[:0]
	}
	p.rows = p.rows[:0]
}

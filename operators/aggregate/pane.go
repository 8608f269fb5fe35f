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
	}
	return p, nil
}

// release gives the memory back. The pane is not used afterwards.
func (p *pane) release() {
	p.table.Free()
	for i := range p.partials {
		if p.partials[i].seen != nil {
			p.partials[i].seen.table.Free()
		}
		if a, ok := p.partials[i].accumulator.(interface{ free() }); ok {
			a.free()
		}
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

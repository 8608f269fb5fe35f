package aggregate

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// resultRows computes and encodes the results of groups.
type resultRows struct {
	builder *array.RecordBuilder
	encoder *keys.Rows
	known   []uint32
	ends    []int
	iota    []uint32
}

func newResultRows(o *Operator) (*resultRows, error) {
	node := o.config.Node
	results := node.Columns()[len(node.Groups):]
	var ts []types.Type
	for _, r := range results {
		ts = append(ts, r.Type)
	}
	encoder, err := keys.NewRows(layouts(ts), true)
	return &resultRows{builder: array.NewRecordBuilder(o.config.Allocator, types.Schema(results)), encoder: encoder}, err
}

// encode returns the groups' present results; row i is data[ends[i-1]:ends[i]].
func (r *resultRows) encode(p *pane, groups []uint32) (data []byte, ends []int, err error) {
	for i := range p.partials {
		if err := p.partials[i].result(groups, r.builder.Field(i)); err != nil {
			return nil, nil, fmt.Errorf("aggregate: %w", err)
		}
	}
	columns := make([]arrow.Array, len(p.partials))
	defer releaseAll(columns)
	for i := range columns {
		columns[i] = r.builder.Field(i).NewArray()
	}
	r.iota = keys.Iota(r.iota, len(groups))
	data, ends = r.encoder.Encode(columns, r.iota)
	return data, ends, nil
}

// remember takes down the results of groups that were emitted before.
func (r *resultRows) remember(p *pane, groups []uint32) error {
	c := &p.changes
	r.known = r.known[:0]
	for _, g := range groups {
		if c.shown(g) {
			r.known = append(r.known, g)
		}
	}
	base := len(c.old)
	r.ends = r.ends[:0]
	for rest := r.known; len(rest) > 0; {
		some, _ := p.some(rest)
		rest = rest[len(some):]
		data, ends, err := r.encode(p, some)
		if err != nil {
			return err
		}
		for _, end := range ends {
			r.ends = append(r.ends, len(c.old)-base+end)
		}
		c.old = append(spill.Grow(c.old, len(data)), data...)
	}
	c.place(groups, r.ends, base)
	return nil
}

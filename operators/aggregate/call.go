package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// call is one aggregate call: where its arguments are, and which rows count.
type call struct {
	function *Function
	make     func() accumulator
	kinds    []types.Type // of the arguments that are columns
	columns  []int        // of these arguments
	filter   int          // column, -1 without one
	distinct bool

	// Scratch memory for the batch in hand.
	args         []arrow.Array
	groups, rows []uint32
}

// partial is a call's partial results in one pane.
type partial struct {
	accumulator
	seen *distinct // nil without DISTINCT
}

func newCall(node *plan.AggregateCall, retracts bool) (*call, error) {
	f := find(node.Name)
	create, err := f.maker(node)
	if retracts {
		create, err = retracting(node), CheckRetracts(node)
	}
	n := f.columns(node)
	c := &call{function: f, make: create, kinds: argTypes(node)[:n], filter: -1, distinct: node.Distinct && !f.idempotent}
	for _, a := range node.Args[:n] {
		c.columns = append(c.columns, a.Index)
	}
	if node.Filter != nil {
		c.filter = node.Filter.Index
	}
	return c, err
}

func (c *call) newPartial() (partial, error) {
	p := partial{accumulator: c.make()}
	if !c.distinct {
		return p, nil
	}
	seen, err := newDistinct(c.kinds)
	p.seen = seen
	return p, err
}

// reset forgets all groups.
func (p *partial) reset() {
	p.accumulator.reset()
	if p.seen != nil {
		p.seen.table.Reset()
	}
}

// feed gives the accumulator, to take back if so, the rows that count: those that pass FILTER, where no argument is NULL unless the function takes
// NULLs, and with DISTINCT those whose arguments are new to their group.
func (c *call) feed(p *partial, batch arrow.RecordBatch, groups, rows []uint32, back bool) error {
	if c.filter >= 0 {
		groups, rows = c.whereTrue(batch.Column(c.filter).(*array.Boolean), groups, rows)
	}
	c.args = c.args[:0]
	for _, column := range c.columns {
		arg := batch.Column(column)
		if !c.function.nulls {
			groups, rows = c.whereValid(arg, groups, rows)
		}
		c.args = append(c.args, arg)
	}
	if back && len(rows) > 0 {
		return p.accumulator.(retractor).retract(groups, rows, c.args)
	}
	return c.update(p, groups, rows)
}

func (c *call) update(p *partial, groups, rows []uint32) error {
	if p.seen != nil {
		groups, rows = c.whereNew(p.seen, groups, rows)
	}
	if len(rows) == 0 {
		return nil
	}
	return p.update(groups, rows, c.args)
}

// The following narrow a selection of rows. They write behind where they read, so that one may narrow what another has.

func (c *call) whereTrue(filter *array.Boolean, groups, rows []uint32) (_, _ []uint32) {
	valid := keys.ValidityOf(filter)
	c.groups, c.rows = c.groups[:0], c.rows[:0]
	for i, r := range rows {
		if !valid.Null(r) && filter.Value(int(r)) {
			c.groups, c.rows = append(c.groups, groups[i]), append(c.rows, r)
		}
	}
	return c.groups, c.rows
}

func (c *call) whereValid(arg arrow.Array, groups, rows []uint32) (_, _ []uint32) {
	valid := keys.ValidityOf(arg)
	if !valid.Any() {
		return groups, rows
	}
	c.groups, c.rows = c.groups[:0], c.rows[:0]
	for i, r := range rows {
		if !valid.Null(r) {
			c.groups, c.rows = append(c.groups, groups[i]), append(c.rows, r)
		}
	}
	return c.groups, c.rows
}

func (c *call) whereNew(seen *distinct, groups, rows []uint32) (_, _ []uint32) {
	first := uint32(seen.table.Len())
	ids := seen.find(c.args, groups, rows)
	c.groups, c.rows = c.groups[:0], c.rows[:0]
	for i, id := range ids {
		if id == first { // new ones are numbered in the order of the rows
			first++
			c.groups, c.rows = append(c.groups, groups[i]), append(c.rows, rows[i])
		}
	}
	return c.groups, c.rows
}

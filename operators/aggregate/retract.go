package aggregate

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/operators/keys"
)

// retractor is an accumulator that can take values back. It does so without a trace: counts and sums of integers are exact, and
// min and max count each value. Floats are never subtracted.
//
//	rows      +3 +5 -3      sum 3, 8, 5      max 3, 5, 5
type retractor interface {
	accumulator
	// retract takes back what update has added, or will add.
	retract(groups, rows []uint32, args []arrow.Array) error
}

// CheckRetracts reports whether there is a kernel for a call that can take rows back.
func CheckRetracts(call *plan.AggregateCall) error {
	if err := Check(call); err != nil {
		return err
	}
	if retracting(call) == nil {
		return fmt.Errorf("aggregate: the kernel of %s cannot take rows back", call)
	}
	return nil
}

// retracting returns what makes accumulators that can take rows back; nil if the function has none.
func retracting(call *plan.AggregateCall) func() accumulator {
	f, args := find(call.Name), argTypes(call)
	switch {
	case call.Distinct && !f.idempotent:
		return nil
	}
	create := f.make
	if f.retracting != nil {
		create = f.retracting
	}
	if create == nil {
		return nil
	}
	if _, ok := create(args).(retractor); !ok {
		return nil
	}
	return func() accumulator { return create(args) }
}

// addWeighted aggregates the pane's rows of a batch, of which some may be taken back.
func (o *Operator) addWeighted(p *pane, rows arrow.RecordBatch, groups []uint32, weights []int8) error {
	o.plus.begin()
	o.minus.begin()
	for i, r := range p.rows {
		if weights != nil && weights[r] < 0 {
			o.minus.add(groups[i], r)
			p.live[groups[i]]--
			continue
		}
		o.plus.add(groups[i], r)
		p.live[groups[i]]++
	}
	for i, c := range o.calls {
		err := c.feed(&p.partials[i], rows, o.plus.groups, o.plus.rows, false)
		if err == nil && len(o.minus.rows) > 0 {
			err = c.feed(&p.partials[i], rows, o.minus.groups, o.minus.rows, true)
		}
		if err != nil {
			return fmt.Errorf("aggregate: %s: %w", &o.config.Node.Calls[i], err)
		}
	}
	return nil
}

// there reports whether a group has a row in the result: it has rows, or there is but one group.
func (o *Operator) there(p *pane, group uint32) bool {
	return p.live == nil || p.live[group] > 0 || len(o.config.Node.Groups) == 0
}

func (c *counter) retract(groups, _ []uint32, _ []arrow.Array) error {
	for _, g := range groups {
		c.at[g]--
	}
	return nil
}

func (s *integerTotals[T]) retract(groups, rows []uint32, args []arrow.Array) error {
	values := keys.Values[T](args[0])
	for i, g := range groups {
		v, t := values[rows[i]], &s.at[g]
		lo, borrow := bits.Sub64(t.lo, uint64(v), 0)
		t.lo, t.n = lo, t.n-1
		t.hi -= int64(borrow)
		if v < 0 {
			t.hi++
		}
	}
	return nil
}

func (s *numberTotals) retract(groups, rows []uint32, args []arrow.Array) error {
	values := keys.Values[decimal128.Num](args[0])
	for i, g := range groups {
		t := &s.at[g]
		if v := values[rows[i]]; !t.subtract(v) {
			return fmt.Errorf("%s - %s does not fit 128 bits", t.number().BigInt(), v.BigInt())
		}
		t.n--
	}
	return nil
}

// subtract is the opposite of add.
func (t *total) subtract(v decimal128.Num) bool {
	lo, borrow := bits.Sub64(t.lo, v.LowBits(), 0)
	hi, _ := bits.Sub64(uint64(t.hi), uint64(v.HighBits()), borrow)
	if (t.hi^v.HighBits())&(t.hi^int64(hi)) < 0 {
		return false
	}
	t.lo, t.hi = lo, int64(hi)
	return true
}

func (s *boolTotals) retract(groups, rows []uint32, args []arrow.Array) error {
	values := args[0].(*array.Boolean)
	for i, g := range groups {
		t := &s.at[g]
		t.n--
		if values.Value(int(rows[i])) {
			t.subtract(decimal128.New(0, 1))
		}
	}
	return nil
}

func (a *exactAvg) retract(groups, rows []uint32, args []arrow.Array) error {
	return a.exactSum.(retractor).retract(groups, rows, args)
}

// carried is state that an operator hands over to itself.
type carried map[string][]arrow.RecordBatch

// Write implements engine.StateWriter.
func (c carried) Write(section string, rows arrow.RecordBatch) error {
	rows.Retain()
	c[section] = append(c[section], rows)
	return nil
}

// Read implements engine.StateReader.
func (c carried) Read(section string, yield func(arrow.RecordBatch) error) error {
	for _, rows := range c[section] {
		if err := yield(rows); err != nil {
			return err
		}
	}
	return nil
}

// Owns implements engine.StateReader.
func (carried) Owns(uint64) bool { return true }

// forgetFrom is how many groups without rows there have to be for them to be forgotten.
const forgetFrom = 4096

// forget gives back the memory of groups that have no rows any more, once they are more than half: the others move to new panes.
func (o *Operator) forget() error {
	empty, all := 0, 0
	for _, p := range o.panes.all() {
		empty, all = empty+p.changes.hiding, all+p.table.Len()
	}
	if empty < forgetFrom || 2*empty < all {
		return nil
	}
	state := carried{}
	defer func() {
		for _, rows := range state[groupsSection] {
			rows.Release()
		}
	}()
	if err := o.writeGroups(state); err != nil {
		return err
	}
	for _, p := range o.panes.takeAll() {
		p.release()
	}
	kept := o.bound
	o.bound = openBound()
	err := o.readGroups(state)
	o.bound = kept
	return err
}

// hide notes which groups have no row in what was emitted.
func (c *changes) hide(groups []uint32, there func(uint32) bool) {
	for _, g := range groups {
		for int(g) >= len(c.hidden) {
			c.hidden = append(c.hidden, false)
		}
		switch hidden := !there(g); {
		case hidden && !c.hidden[g]:
			c.hiding++
		case !hidden && c.hidden[g]:
			c.hiding--
		}
		c.hidden[g] = !there(g)
	}
}

// shown reports whether a group has a row in what was emitted.
func (c *changes) shown(g uint32) bool {
	return int(g) < c.emitted && (int(g) >= len(c.hidden) || !c.hidden[g])
}

// liveGroups are the groups to be saved.
func (o *Operator) liveGroups(p *pane) []uint32 {
	o.iota = keys.Iota(o.iota, p.table.Len())
	if p.live == nil {
		return o.iota
	}
	return slices.DeleteFunc(slices.Clone(o.iota), func(g uint32) bool { return !o.there(p, g) })
}

package alert

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/keys"
)

// arrival is a row that waits until all that may come before it has come.
type arrival struct {
	identity
	at  int64
	row string
}

// compare orders rows by what they are, so that it does not matter how they came.
func (a arrival) compare(b arrival) int {
	return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.name, b.name), strings.Compare(a.row, b.row))
}

// arrive keeps a row until the watermark has passed it; false if it has, so that the row is late. One without a time says nothing of when
// its instance is there.
func (o *Operator) arrive(rows arrow.RecordBatch, i int, id identity, row string) bool {
	times := rows.Column(o.node.Time.Group)
	if times.IsNull(i) {
		return true
	}
	at := keys.Values[int64](times)[i]
	if at < o.passed {
		return false
	}
	o.arrived = append(o.arrived, arrival{id, at, row})
	return true
}

// bound is the time that a watermark proves complete. The end of the input proves everything.
func (o *Operator) bound(wm engine.Time) (int64, error) {
	switch wm {
	case engine.MaxTime:
		return math.MaxInt64, nil
	case engine.MinTime:
		return math.MinInt64, nil
	}
	return o.config.Close(wm)
}

// pass takes the rows before a bound, in their order, and what happens between and behind them.
//
//	resolve_after  5 min       a 10:00    a 10:04      a 10:10
//	a until                    10:05      10:09 ──resolved 10:09; begins anew at 10:10, until 10:15
func (o *Operator) pass(bound int64) {
	o.passed = max(o.passed, bound)
	slices.SortFunc(o.arrived, arrival.compare)
	n := 0
	for n < len(o.arrived) && o.arrived[n].at < bound {
		o.see(o.arrived[n])
		n++
	}
	o.arrived = slices.Delete(o.arrived, 0, n)
	if o.next < bound {
		o.passAll(bound)
	}
}

// see has an instance be there at a row's time, and until resolve_after has passed.
func (o *Operator) see(a arrival) {
	i := o.instances[a.name]
	if i == nil {
		i = &instance{identity: a.identity}
		o.instances[a.name] = i
	}
	o.machine.pass(i, a.at, &o.made)
	i.row = a.row
	o.machine.arrive(i, a.at, o.node.Rule.ResolveAfter, &o.made)
	o.next = min(o.next, o.machine.next(i))
}

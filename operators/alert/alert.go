// Package alert is the operator behind CREATE ALERT: a state machine for each instance, driven by the rows of the alert's SELECT and by
// event time. What comes out only adds rows: transitions, with the columns of package engine/alerting.
//
//	rows that are taken back (emit = 'changes')       an instance is there while one of its rows is
//
//	   watermark  ───10:00────────────10:02──────10:03────────────10:04──►
//	   rows            +a                                -a
//	   for = '1 min'   pending 10:00   firing 10:01      resolved 10:03
//
//	rows that only come (emit = 'close')              an instance is there until resolve_after has passed without a row
//
//	   rows, by time   a 10:00  a 10:01  a 10:02                                      resolve_after = '5 min', for = '2 min'
//	                   pending           firing 10:02 ────────────────► resolved 10:07
//
// In the first case a row's time is the watermark at the commit that brings it, so that what comes and goes within a commit is not seen; in
// the second it is a column of the row, and rows are taken in the order of time once the watermark has passed them, so that transitions are
// a function of the rows alone.
//
// Files: identity.go tells instances apart, machine.go has the states, changes.go and arrivals.go drive it in the two cases, output.go makes rows of transitions, snapshot.go
// keeps the state. There is no clock here.
package alert

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/operators/function"
	"github.com/weirdb/weir/operators/keys"
)

// Config says what to watch.
type Config struct {
	Node *plan.Alert
	// Close computes the value of the time column that a watermark proves complete: no row with an earlier one will come. Nil where rows
	// are taken back.
	Close     func(engine.Time) (int64, error)
	Allocator memory.Allocator
}

// Operator implements engine.Operator, engine.Flusher, engine.Snapshotter and engine.Holder.
type Operator struct {
	config    Config
	node      *plan.Alert
	machine   machine
	instances map[string]*instance // by name
	encoder   *keys.Rows           // of rows' values
	out       *output
	made      []transition

	now     int64           // where rows are taken back: the watermark
	serial  int64           // flushes
	touched map[string]bool // instances that may have come or gone since the last flush

	arrived []arrival // where rows only come: those that the watermark has not passed
	passed  int64     // rows before this have been taken: others are late
	next    int64     // no deadline of an instance lies before it
}

// New makes the operator.
func New(c Config) (*Operator, error) {
	layouts := layoutsOf(c.Node)
	encoder, err := keys.NewRows(layouts, true)
	if err != nil {
		return nil, fmt.Errorf("alert: %w", err)
	}
	o := &Operator{
		config: c, node: c.Node, machine: machineOf(c.Node), instances: map[string]*instance{}, encoder: encoder,
		now: int64(engine.MinTime), touched: map[string]bool{}, passed: math.MinInt64, next: never,
	}
	o.out, err = newOutput(c.Node, encoder, c.Allocator)
	return o, err
}

// never is a time that does not come.
const never = math.MaxInt64

// layoutsOf are those of the SELECT's columns.
func layoutsOf(n *plan.Alert) []arrow.DataType {
	var out []arrow.DataType
	for _, f := range n.From.Columns()[:n.Values] {
		out = append(out, f.Type.Arrow())
	}
	return out
}

// Process implements engine.Operator.
func (o *Operator) Process(_ int, b engine.Batch, out engine.Emitter) error {
	of := identitiesOf(o.node, b.Rows)
	values, ends := o.encoder.Encode(b.Rows.Columns()[:o.node.Values], keys.Iota(nil, len(of)))
	start, late := 0, []int32(nil)
	for i, id := range of {
		row := string(values[start:ends[i]])
		start = ends[i]
		switch weight := weightOf(b, i); {
		case o.node.Updating:
			o.change(id, row, weight)
		case weight < 0:
			return errors.New("alert: a row is taken back where rows only come")
		case !o.arrive(b.Rows, i, id, row):
			late = append(late, int32(i))
		}
	}
	return o.putAside(b.Rows, late, out)
}

// putAside puts rows aside that are late.
func (o *Operator) putAside(rows arrow.RecordBatch, late []int32, out engine.Emitter) error {
	if len(late) == 0 {
		return nil
	}
	some := function.Select(o.config.Allocator, rows, late)
	defer some.Release()
	return out.Late(some)
}

func weightOf(b engine.Batch, i int) int64 {
	if b.Weights == nil {
		return 1
	}
	return int64(b.Weights[i])
}

// Advance implements engine.Operator.
func (o *Operator) Advance(wm engine.Time, out engine.Emitter) error {
	if o.node.Updating {
		if wm != engine.MaxTime { // the end of the input is not a time at which something happens
			o.now = max(o.now, int64(wm))
		}
		return nil
	}
	bound, err := o.bound(wm)
	if err != nil {
		return err
	}
	o.pass(bound)
	return o.emit(out)
}

// Flush implements engine.Flusher.
func (o *Operator) Flush(out engine.Emitter) error {
	if !o.node.Updating {
		return nil
	}
	o.settle()
	return o.emit(out)
}

// emit passes on what has been made, in the order of time.
func (o *Operator) emit(out engine.Emitter) error {
	if len(o.made) == 0 {
		return nil
	}
	slices.SortStableFunc(o.made, transition.compare)
	rows := o.out.rows(o.made)
	defer rows.Release()
	o.made = nil
	return out.Emit(engine.Batch{Rows: rows})
}

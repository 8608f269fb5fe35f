// Package over is the operator behind f(x) OVER (PARTITION BY … ORDER BY event_time …): it passes each row on, with a column for
// each call, once the watermark is past the row's time. Calls look back only, so a row's values are then final.
//
//	partition a   ──h──h──h──┤──n──n────┤──p───p──► event time
//	              history    │  new     │ pending
//	                         bound      watermark: what lies before it becomes final, in the order of time, then of arrival
//
// A call is computed in one of four ways (call.go): by a running state for each partition (row_number, count, sum, …); by a
// detector for each partition (anomaly); by finding the row that holds the value (lag, first_value, …); or by DuckDB, over the
// history and the new rows of the partitions that have any. History is kept as far back as the calls' frames reach: the last rows for ROWS n PRECEDING and lag, those
// within the interval for RANGE, all for the rest: a call that DuckDB computes over all rows costs their number again each time
// that its partition moves on.
//
// Rows of one time are peers, and have all come when one of them is final. Calls that count rows take peers in the order of
// arrival; DuckDB leaves their order open. Rows without a time come last, and are final at the end of the input.
//
// To add a running call: a running and a case in newRunning.
package over

import (
	"errors"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/rowstore"
)

// Config is what an Operator is made from.
type Config struct {
	Node  *plan.Over
	Input []types.Field // the columns of the batches to come
	// Shard is which of the instances this is: rows reach it by Hash of the node's partition. The zero Shard is the only instance.
	Shard engine.Shard
	// Closes is the value of the node's Window for a watermark; nil where its time is the event time.
	Closes func(engine.Time) (int64, error)
	// Tables computes what has no way of its own. Needed if there is such a call.
	Tables engine.Tables
	// Allocator is for the batches that the operator emits. Nil stands for Arrow's default. State is on the Go heap.
	Allocator memory.Allocator
}

// Hash returns a function that hashes the partition of each row. Several goroutines may use it.
func Hash(columns []int) func(rows arrow.RecordBatch, out []uint64) { return keys.HashOf(columns) }

// Operator is the window operator. It implements engine.Operator and engine.Snapshotter.
type Operator struct {
	config     Config
	output     *arrow.Schema
	calls      calls
	rows       *rowstore.Store
	table      *keys.Table
	partitions []partition // by group of table
	pending    []entry
	bound      int64 // rows before it are late

	swept int // rows that were held when history was last cut everywhere

	// Scratch memory for the batch in hand.
	groups  []uint32
	kept    []int32
	late    []int32
	columns []arrow.Array
}

// entry is a row that is not final yet, or has just become so.
type entry struct {
	time  int64
	row   rowstore.Ref
	group uint32
}

// New makes the operator, with no state. It refuses calls that look ahead.
func New(c Config) (*Operator, error) {
	if c.Allocator == nil {
		c.Allocator = memory.DefaultAllocator
	}
	if c.Shard.Count == 0 {
		c.Shard.Count = 1
	}
	if err := c.validate(); err != nil {
		return nil, err
	}
	layouts := make([]arrow.DataType, len(c.Node.Partition))
	for i, p := range c.Node.Partition {
		layouts[i] = c.Input[p].Type.Arrow()
	}
	table, err := keys.New(layouts)
	if err != nil {
		return nil, fmt.Errorf("over: %w", err)
	}
	o := &Operator{config: c, table: table, bound: noTime, rows: rowstore.New(types.Schema(c.Input), memory.DefaultAllocator)}
	fields := slices.Clone(c.Input)
	for i := range c.Node.Calls {
		fields = append(fields, types.Field{Name: c.Node.Names[i], Type: c.Node.Calls[i].Type})
	}
	o.output = types.Schema(fields)
	o.calls, err = newCalls(&c)
	return o, err
}

func (c *Config) validate() error {
	for _, i := range append([]int{c.Node.Time}, c.Node.Partition...) {
		if i < 0 || i >= len(c.Input) {
			return fmt.Errorf("over: there is no column %d in the input", i)
		}
	}
	if t := c.Input[c.Node.Time].Type; t.ID != types.Timestamp && t.ID != types.TimestampTZ {
		return fmt.Errorf("over: the event time %s is %s: it has to be a TIMESTAMP or a TIMESTAMP WITH TIME ZONE", c.Input[c.Node.Time].Name, t)
	}
	if len(c.Node.Names) != len(c.Node.Calls) {
		return errors.New("over: calls without names")
	}
	for i := range c.Node.Calls {
		if err := looksBack(&c.Node.Calls[i], c.Node.Time); err != nil {
			return fmt.Errorf("over: %s: %w", &c.Node.Calls[i], err)
		}
	}
	return nil
}

// ahead are the functions that need rows behind the current one, whatever their frame says.
var ahead = []string{"lead", "ntile", "percent_rank", "cume_dist", "fill"}

// looksBack checks that a call orders by event time first and needs no later rows.
func looksBack(c *plan.OverCall, time int) error {
	first := len(c.Orders) > 0 && !c.Orders[0].Descending && !c.Orders[0].NullsFirst
	if !first || c.Orders[0].Expr.Kind != plan.Column || c.Orders[0].Expr.Index != time {
		return errors.New("the order does not begin with the event time, ascending, NULLs last")
	}
	if slices.Contains(ahead, c.Name) || c.End.Kind != plan.CurrentRow && c.End.Kind != plan.Preceding {
		return errors.New("it looks at later rows")
	}
	return nil
}

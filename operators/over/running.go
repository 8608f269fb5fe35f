package over

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// remembering is what a call keeps of each partition.
type remembering interface {
	// grow makes room for states, which begin as those of no rows.
	grow(partitions int)
	// state are the columns of a saved state; save appends a partition's to builders of them, load takes it from row.
	state() []types.Type
	save(partition uint32, b []array.Builder)
	load(partition uint32, columns []arrow.Array, row int) error
}

// running computes a call over all rows of a partition up to the current one, with a state for each partition.
type running interface {
	remembering
	// use names the argument's values among the rows to come; nil without an argument.
	use(argument arrow.Array)
	// begin tells that the next row is not a peer of the one before.
	begin(partition uint32)
	// add counts row of the batch, whose argument is not NULL.
	add(partition, row uint32)
	// result appends the value to a builder of the call's type.
	result(partition uint32, b array.Builder)
}

// runningCall is a call with a running state.
//
//	ROWS …  CURRENT ROW    add a, result a, add b, result b      for the peers a, b
//	RANGE … CURRENT ROW    add a, add b, result a, result b
type runningCall struct {
	index    int // in the node
	state    running
	kind     types.Type
	argument int  // column, -1 without
	filter   int  // column, -1 without
	ranking  bool // takes every row
	peers    bool // the frame ends behind the last peer
}

// newRunningCall returns nil if the call has no running way.
func newRunningCall(index int, c *plan.OverCall, time int) *runningCall {
	r := &runningCall{index: index, kind: c.Type, argument: -1, filter: -1}
	if !onlyTime(c) || c.Distinct || c.IgnoreNulls || c.Exclude != "" || len(c.Args) > 1 {
		return nil
	}
	r.ranking = slices.Contains([]string{"row_number", "rank", "dense_rank", "rank_dense"}, c.Name)
	r.peers = c.Unit != plan.FrameRows && c.Name != "row_number"
	if !r.ranking && (c.Start.Kind != plan.UnboundedPreceding || c.End.Kind != plan.CurrentRow) {
		return nil
	}
	if len(c.Args) == 1 {
		if c.Args[0].Kind != plan.Column {
			return nil
		}
		r.argument = c.Args[0].Index
	}
	if c.Filter != nil {
		if c.Filter.Kind != plan.Column || c.Filter.Type.ID != types.Boolean || r.ranking {
			return nil
		}
		r.filter = c.Filter.Index
	}
	if r.state = newRunning(c); r.state == nil {
		return nil
	}
	return r
}

// newRunning makes the state of a call by name.
func newRunning(c *plan.OverCall) running {
	if len(c.Args) == 0 {
		switch c.Name {
		case "row_number", "count_star", "count":
			return &counting{}
		case "rank":
			return &ranking{}
		case "dense_rank", "rank_dense":
			return &ranking{dense: true}
		}
		return nil
	}
	switch of := c.Args[0].Type; c.Name {
	case "count":
		return &counting{}
	case "sum":
		return newSum(of)
	case "min":
		return newExtreme(of, false)
	case "max":
		return newExtreme(of, true)
	}
	return nil
}

// run returns the call's values for rows, which come in runs of peers.
func (c *runningCall) run(runs []run, rows arrow.RecordBatch, mem memory.Allocator) arrow.Array {
	b := array.NewBuilder(mem, c.kind.Arrow())
	defer b.Release()
	b.Reserve(int(rows.NumRows()))
	counts := c.counts(rows)
	for _, r := range runs {
		c.state.begin(r.group)
		for i := r.from; i < r.to; i++ {
			if counts(uint32(i)) {
				c.state.add(r.group, uint32(i))
			}
			if !c.peers {
				c.state.result(r.group, b)
			}
		}
		for i := r.from; c.peers && i < r.to; i++ {
			c.state.result(r.group, b)
		}
	}
	return b.NewArray()
}

// counts tells which rows the call takes: those that the filter lets through and whose argument is not NULL.
func (c *runningCall) counts(rows arrow.RecordBatch) func(row uint32) bool {
	var argument, passed keys.Validity
	var filter *array.Boolean
	c.state.use(nil)
	if c.argument >= 0 {
		a := rows.Column(c.argument)
		c.state.use(a)
		argument = keys.ValidityOf(a)
	}
	if c.filter >= 0 {
		filter = rows.Column(c.filter).(*array.Boolean)
		passed = keys.ValidityOf(filter)
	}
	return func(row uint32) bool {
		return !argument.Null(row) && (filter == nil || !passed.Null(row) && filter.Value(int(row)))
	}
}

package over

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/function"
	"github.com/weirdb/weir/operators/rowstore"
)

// foundCall is a call whose value is that of another row: the one n before, or the n-th of the partition, or the last peer.
type foundCall struct {
	index  int // in the node
	column int // whose value it is
	n      int
	peers  bool // the frame ends behind the last peer
	row    func(c *foundCall, p *partition, group []entry, i, end int) (rowstore.Ref, bool)
}

// newFoundCall returns nil if the call is none that a row answers, else how far it looks.
func newFoundCall(index int, c *plan.OverCall) (*foundCall, reach) {
	f := &foundCall{index: index, n: 1, peers: c.Unit != plan.FrameRows}
	none := reach{interval: -1}
	if !onlyTime(c) || c.Distinct || c.IgnoreNulls || c.Exclude != "" || c.Filter != nil || len(c.Args) == 0 {
		return nil, none
	}
	if c.Args[0].Kind != plan.Column || c.Args[0].Type.ID == types.Null {
		return nil, none
	}
	f.column = c.Args[0].Index
	if c.Name == "lag" {
		return f.lag(c)
	}
	if c.Start.Kind != plan.UnboundedPreceding || c.End.Kind != plan.CurrentRow {
		return nil, none
	}
	switch c.Name {
	case "last_value":
		f.row = lastPeer
		return f, none
	case "first_value":
		f.row = nthRow
		return f, reach{first: 1, interval: -1}
	case "nth_value":
		n, ok := offset(c.Args[1])
		if !ok || n < 1 || n > fewRows {
			return nil, none
		}
		f.n, f.row = int(n), nthRow
		return f, reach{first: int(n), interval: -1}
	}
	return nil, none
}

// lag takes the value of an earlier row, if it is NULL where there is none.
func (f *foundCall) lag(c *plan.OverCall) (*foundCall, reach) {
	n, ok := lagOffset(c)
	if !ok || len(c.Args) > 2 && !isNull(c.Args[2]) {
		return nil, reach{interval: -1}
	}
	f.n, f.row = n, rowBefore
	return f, reach{rows: n, interval: -1}
}

func isNull(e *plan.Expr) bool { return e.IsConstant() && e.Value.Null }

// rowBefore is n rows before row i of the group, which may be in the history.
func rowBefore(c *foundCall, p *partition, group []entry, i, _ int) (rowstore.Ref, bool) {
	if i >= c.n {
		return group[i-c.n].row, true
	}
	return p.back(c.n - i)
}

func lastPeer(_ *foundCall, _ *partition, group []entry, _, end int) (rowstore.Ref, bool) {
	return group[end-1].row, true
}

// nthRow is the n-th row of the partition, if it is in the frame.
func nthRow(c *foundCall, p *partition, group []entry, _, end int) (rowstore.Ref, bool) {
	if c.n <= len(p.first) {
		return p.first[c.n-1], true
	}
	i := c.n - 1 - len(p.first)
	if i >= end {
		return 0, false
	}
	return group[i].row, true
}

// find returns the call's values for final rows.
//
//	group   rows of one partition; i is a row's position in it, end that behind its frame
func (c *foundCall) find(o *Operator, final []entry, runs []run) arrow.Array {
	var refs []rowstore.Ref
	index := make([]int32, 0, len(final))
	start := 0
	for _, r := range runs {
		if final[start].group != r.group {
			start = r.from
		}
		for i := r.from; i < r.to; i++ {
			end := i + 1
			if c.peers {
				end = r.to
			}
			ref, ok := c.row(c, &o.partitions[r.group], final[start:r.to], i-start, end-start)
			if !ok {
				index = append(index, -1)
				continue
			}
			index = append(index, int32(len(refs)))
			refs = append(refs, ref)
		}
	}
	return c.values(o, refs, index)
}

// values are those of the rows, at index; NULL where that is -1.
func (c *foundCall) values(o *Operator, refs []rowstore.Ref, index []int32) arrow.Array {
	mem := o.config.Allocator
	rows := o.rows.TakeColumns([]int{c.column}, refs, mem)
	defer rows.Release()
	null := array.MakeArrayOfNull(mem, rows.Column(0).DataType(), 1)
	defer null.Release()
	all, err := array.Concatenate([]arrow.Array{rows.Column(0), null}, mem)
	if err != nil {
		panic("over: join columns of one type: " + err.Error())
	}
	defer all.Release()
	for i, at := range index {
		if at < 0 {
			index[i] = int32(len(refs))
		}
	}
	return function.Take(mem, all, index)
}

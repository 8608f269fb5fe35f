package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
)

// over adds a column for each call. Calls with the same partition are computed together.
func (b *builder) over(op *duckplan.Window) (plan.Node, error) {
	node, err := b.build(op.From)
	if err != nil {
		return nil, err
	}
	input := node.Columns()
	width := len(input)
	calls := make([]plan.OverCall, len(op.Calls))
	for i := range op.Calls {
		if calls[i], err = settleOver(op.Calls[i], input); err != nil {
			return nil, err
		}
	}
	columns := identity(width + len(calls)) // where each column of the output is
	twins, done := twinsOf(calls)
	for slices.Contains(done, false) {
		first := slices.Index(done, false)
		var group []plan.OverCall
		added := len(node.Columns())
		for i := range calls {
			if !done[i] && samePartition(&calls[i], &calls[first]) {
				columns[width+i] = added + len(group)
				done[i], group = true, append(group, calls[i])
			}
		}
		if node, err = b.overGroup(node, group); err != nil {
			return nil, err
		}
	}
	for i, twin := range twins {
		columns[width+i] = columns[width+twin]
	}
	if isAscending(columns) && len(columns) == len(node.Columns()) {
		return node, nil
	}
	return kept(node, columns), nil
}

func samePartition(a, b *plan.OverCall) bool {
	return slices.EqualFunc(a.Partition, b.Partition, (*plan.Expr).Equal) && isSession(a) == isSession(b)
}

// settleOver gives the call's expressions the names and types of the input.
func settleOver(c plan.OverCall, input []types.Field) (out plan.OverCall, err error) {
	if err := readDetector(&c); err != nil {
		return c, err
	}
	out = c
	if out.Args, err = settle(c.Args, input); err != nil {
		return out, err
	}
	if out.Partition, err = settle(c.Partition, input); err != nil {
		return out, err
	}
	if out.Orders, err = settleOrders(c.Orders, input); err != nil {
		return out, err
	}
	if out.ArgOrders, err = settleOrders(c.ArgOrders, input); err != nil {
		return out, err
	}
	for _, e := range []**plan.Expr{&out.Filter, &out.Start.Offset, &out.End.Offset} {
		if *e == nil {
			continue
		}
		settled, err := settle([]*plan.Expr{*e}, input)
		if err != nil {
			return out, err
		}
		*e = settled[0]
	}
	return out, checkTime(&out)
}

// overGroup adds the columns of calls with one partition, right behind those of from.
func (b *builder) overGroup(from plan.Node, calls []plan.OverCall) (plan.Node, error) {
	width := len(from.Columns())
	keyed, keys := columnsAnd(from, calls[0].Partition)
	if isSession(&calls[0]) {
		return b.session(keyed, width, keys, calls)
	}
	window := closingKey(keyed, keys)
	if b.final && window == nil {
		return b.overTime(keyed, width, keys, calls)
	}
	names := make([]string, len(calls))
	texts := make([]string, len(calls))
	fields := keyed.Columns()[:width:width]
	for i := range calls {
		names[i], texts[i] = calls[i].String(), calls[i].SQL(byPosition)
		fields = append(fields, types.Field{Name: nameOfOver(&calls[i]), Type: calls[i].Type})
	}
	passed := passedThen(width, len(calls))
	list, keyOut := selectWithKeys(append(columnList("", width), texts...), passed, keys, columnAt)
	n := &plan.Relational{
		From: []plan.Node{keyed}, What: strings.Join(names, ", "), Keys: [][]int{keys}, Fields: fields, Passed: passed,
		SQL: fmt.Sprintf("SELECT %s FROM in0", list), KeyOut: keyOut,
	}
	if window == nil {
		b.noteRanking(n, ranking{from: keyed, width: width, keys: keys}, calls)
	}
	return b.relational(n, window, nil)
}

func nameOfOver(c *plan.OverCall) string {
	if c.Alias != "" {
		return c.Alias
	}
	return c.String()
}

// overTime computes the calls row by row as the watermark passes, if each looks back in event time.
func (b *builder) overTime(keyed plan.Node, width int, keys []int, calls []plan.OverCall) (plan.Node, error) {
	origins := originsOf(keyed)
	windows := slices.ContainsFunc(calls, func(c plan.OverCall) bool { return c.Detector != nil })
	at, window := -1, (*plan.WindowKey)(nil)
	for i := range calls {
		t, w := ordersByTime(&calls[i], origins, windows)
		if t < 0 || i > 0 && t != at || !looksBack(&calls[i]) {
			return nil, &neverCloses{
				calls[i].Name + "(…) OVER (…)", "take a window into the PARTITION BY, or order by the event time and look back only", calls[i].Pos,
			}
		}
		at, window = t, w
	}
	keyed, calls = scoredColumns(keyed, calls)
	n := &plan.Over{From: keyed, Partition: keys, Time: at, Window: window, Calls: calls}
	columns := identity(width)
	for i := range calls {
		n.Names = append(n.Names, nameOfOver(&calls[i]))
		columns = append(columns, len(keyed.Columns())+i)
	}
	if isAscending(columns) {
		return n, nil
	}
	return kept(n, columns), nil
}

// ordersByTime is the column that a call orders by, earliest first, if it is an event time; -1 if it is not. Where windows are allowed, it may
// also be a time that grows with the event time, such as window_start: then a watermark's value of it is returned, too.
func ordersByTime(c *plan.OverCall, origins []*plan.Expr, windows bool) (int, *plan.WindowKey) {
	if len(c.Orders) == 0 || c.Orders[0].Descending || c.Orders[0].NullsFirst || c.Orders[0].Expr.Kind != plan.Column {
		return -1, nil
	}
	at := c.Orders[0].Expr.Index
	if origins[at].Name == eventTime {
		return at, nil
	}
	if t := c.Orders[0].Expr.Type; windows && (t.ID == types.Timestamp || t.ID == types.TimestampTZ) {
		if of := grows(origins[at]); of != nil {
			return at, &plan.WindowKey{Of: of}
		}
	}
	return -1, nil
}

// looksBack reports whether a call's value follows from rows up to the current one and those of its time.
func looksBack(c *plan.OverCall) bool {
	switch c.Name {
	case "row_number", "rank", "dense_rank", "lag":
		return c.Name != "lag" || len(c.Args) < 2 || c.Args[1].IsConstant() && c.Args[1].Value.Int >= 0
	case "lead", "percent_rank", "cume_dist", "ntile", "fill":
		return false
	}
	back := func(b plan.FrameBound) bool {
		return b.Kind == plan.UnboundedPreceding || b.Kind == plan.Preceding || b.Kind == plan.CurrentRow
	}
	return back(c.Start) && back(c.End)
}

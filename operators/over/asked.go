package over

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/rowstore"
)

// asked are the calls that DuckDB computes, over a table of history and new rows.
//
//	in0   c0 … columns that the calls read, number of the row, whether it is new
//	      ──► SELECT w0, w1 FROM (SELECT call AS w0, …) WHERE new ORDER BY number
type asked struct {
	calls   []int // positions in the node
	used    []int // input columns that they read
	columns []types.Type
	sql     string
	result  []types.Type
}

func (a *asked) prepare(c *Config) {
	set := map[int]bool{}
	for _, i := range a.calls {
		columnsOf(&c.Node.Calls[i], set)
		a.result = append(a.result, c.Node.Calls[i].Type)
	}
	for i, f := range c.Input {
		if set[i] {
			a.used = append(a.used, i)
			a.columns = append(a.columns, f.Type)
		}
	}
	number := len(a.used)
	a.columns = append(a.columns, types.Of(types.BigInt), types.Of(types.Boolean))
	var inner, outer []string
	for k, i := range a.calls {
		call := totalOrder(c.Node.Calls[i], len(c.Input))
		inner = append(inner, fmt.Sprintf("%s AS w%d", call.SQL(a.name), k))
		outer = append(outer, fmt.Sprintf("w%d", k))
	}
	a.sql = fmt.Sprintf("SELECT %s FROM (SELECT %s, c%d, c%d FROM in0) WHERE c%d ORDER BY c%d",
		strings.Join(outer, ", "), strings.Join(inner, ", "), number, number+1, number+1, number)
}

// name is an input column's name in in0. The one behind the input's last is the row's number.
func (a *asked) name(e *plan.Expr) string {
	if i, ok := slices.BinarySearch(a.used, e.Index); ok {
		return fmt.Sprintf("c%d", i)
	}
	return fmt.Sprintf("c%d", len(a.used))
}

// totalOrder lets calls that count rows take peers in the order of arrival.
func totalOrder(c plan.OverCall, number int) plan.OverCall {
	if c.Unit == plan.FrameRows || c.Name == "row_number" || c.Name == "lag" {
		c.Orders = append(slices.Clone(c.Orders), plan.Order{Expr: plan.Col(number, "number", types.Of(types.BigInt))})
	}
	return c
}

// columnsOf adds the columns that a call reads.
func columnsOf(c *plan.OverCall, set map[int]bool) {
	exprs := append(append(slices.Clone(c.Args), c.Partition...), c.Filter, c.Start.Offset, c.End.Offset)
	for _, o := range append(slices.Clone(c.Orders), c.ArgOrders...) {
		exprs = append(exprs, o.Expr)
	}
	for _, e := range exprs {
		if e != nil {
			e.Columns(set)
		}
	}
}

// ask computes the calls for final rows. The caller releases the batch, which has a column for each call.
func (o *Operator) ask(final []entry) (arrow.RecordBatch, error) {
	a := &o.calls.asked
	refs, isNew := o.withHistory(final)
	rows := o.rows.TakeColumns(a.used, refs, o.config.Allocator)
	defer rows.Release()
	number, flag := array.NewInt64Builder(o.config.Allocator), array.NewBooleanBuilder(o.config.Allocator)
	defer number.Release()
	defer flag.Release()
	for i := range refs {
		number.Append(int64(i))
	}
	flag.AppendValues(isNew, nil)
	numbers, flags := number.NewArray(), flag.NewArray()
	defer numbers.Release()
	defer flags.Release()
	fields := make([]types.Field, len(a.columns))
	for i, t := range a.columns {
		fields[i] = types.Field{Name: fmt.Sprintf("c%d", i), Type: t}
	}
	in := array.NewRecordBatch(types.Schema(fields), append(slices.Clone(rows.Columns()), numbers, flags), rows.NumRows())
	defer in.Release()
	answers, err := o.config.Tables.Query(a.sql, []engine.Table{{Columns: a.columns, Rows: in}}, a.result)
	if err != nil {
		return nil, fmt.Errorf("over: %w", err)
	}
	if answers.NumRows() != int64(len(final)) {
		answers.Release()
		return nil, fmt.Errorf("over: %d answers for %d rows from %s", answers.NumRows(), len(final), a.sql)
	}
	return answers, nil
}

// withHistory puts the history of each partition before its final rows, and tells the two apart.
func (o *Operator) withHistory(final []entry) (refs []rowstore.Ref, isNew []bool) {
	for i, e := range final {
		if i == 0 || final[i-1].group != e.group {
			p := &o.partitions[e.group]
			refs = append(refs, p.first...)
			for _, x := range p.history {
				refs = append(refs, x.row)
			}
		}
		for len(isNew) < len(refs) {
			isNew = append(isNew, false)
		}
		refs, isNew = append(refs, e.row), append(isNew, true)
	}
	return refs, isNew
}

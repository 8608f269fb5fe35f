package function

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// holes are the expressions that DuckDB computes before the kernels run.
type holes struct {
	eval  engine.Evaluator
	input []types.Field
	exprs []*plan.Expr
}

// fill computes all holes in one call.
func (f *frame) fill() error {
	if len(f.asked.exprs) == 0 {
		return nil
	}
	filled, err := f.asked.compute(f.rows, f.asked.exprs)
	if err != nil {
		return f.asked.blame(f.rows, err)
	}
	f.filled = filled
	return nil
}

// ask has DuckDB compute an expression whose kernel refused, and why is the reason.
func (f *frame) ask(e *plan.Expr, why error) (arrow.Array, error) {
	if f.asked.eval == nil {
		return nil, fmt.Errorf("compute %s: %w", e, why)
	}
	out, err := f.asked.compute(f.rows, []*plan.Expr{e})
	if err != nil {
		return nil, &failure{e, err}
	}
	defer out.Release()
	return retained(out.Column(0)), nil
}

// compute evaluates expressions over the columns that they read.
func (h *holes) compute(rows arrow.RecordBatch, exprs []*plan.Expr) (arrow.RecordBatch, error) {
	columns := needed(exprs)
	view := h.project(rows, columns)
	defer view.Release()
	texts := make([]string, len(exprs))
	for i, e := range exprs {
		texts[i] = text(e, columns)
	}
	out, err := h.eval.Eval(texts, view.Schema(), view)
	if err != nil {
		return nil, err
	}
	if out.NumRows() != rows.NumRows() || int(out.NumCols()) != len(exprs) {
		defer out.Release()
		return nil, fmt.Errorf("duckdb returned %d rows of %d columns for %d rows and %d expressions",
			out.NumRows(), out.NumCols(), rows.NumRows(), len(exprs))
	}
	return out, nil
}

func needed(exprs []*plan.Expr) []int {
	set := map[int]bool{}
	for _, e := range exprs {
		e.Columns(set)
	}
	columns := make([]int, 0, len(set))
	for i := range set {
		columns = append(columns, i)
	}
	slices.Sort(columns)
	return columns
}

// project is a batch of the given columns, named c0, c1, …. It always has a column, because DuckDB cannot scan none.
func (h *holes) project(rows arrow.RecordBatch, columns []int) arrow.RecordBatch {
	fields := make([]types.Field, len(columns))
	arrays := make([]arrow.Array, len(columns))
	for i, c := range columns {
		fields[i] = types.Field{Name: "c" + strconv.Itoa(i), Type: h.input[c].Type}
		arrays[i] = unsliced(rows.Column(c))
	}
	defer releaseAll(arrays)
	if len(columns) > 0 {
		return array.NewRecordBatch(types.Schema(fields), arrays, rows.NumRows())
	}
	fields = []types.Field{{Name: "c0", Type: types.Of(types.Boolean)}}
	dummy := array.MakeArrayOfNull(memory.DefaultAllocator, arrow.FixedWidthTypes.Boolean, int(rows.NumRows()))
	defer dummy.Release()
	return array.NewRecordBatch(types.Schema(fields), []arrow.Array{dummy}, rows.NumRows())
}

// unsliced copies a slice of a STRUCT column: Arrow's C interface would apply the offset twice, to the struct and to its fields,
// and DuckDB would read other rows.
func unsliced(a arrow.Array) arrow.Array {
	if a.DataType().ID() != arrow.STRUCT || a.Data().Offset() == 0 {
		return retained(a)
	}
	index := make([]int32, a.Len())
	for i := range index {
		index[i] = int32(i)
	}
	return Take(memory.DefaultAllocator, a, index)
}

// text is the SQL of e over the columns c0, c1, …. The planner's marker of a tumbling window means time_bucket. DECIMAL
// arithmetic gets its type said: the plan has already cast its arguments to that, and bound again it would come out wider.
func text(e *plan.Expr, columns []int) string {
	known := e.Rewrite(func(x *plan.Expr) *plan.Expr {
		switch {
		case x.Kind == plan.Call && x.Name == tumble:
			return plan.Fn("time_bucket", x.Type, x.Args[1], x.Args[0])
		case x.Kind == plan.Call && x.Type.ID == types.Decimal:
			return &plan.Expr{Kind: plan.Cast, Type: x.Type, Args: []*plan.Expr{x}, Pos: -1}
		}
		return x
	})
	return known.SQL(func(x *plan.Expr) string {
		name := "c" + strconv.Itoa(slices.Index(columns, x.Index))
		if ambiguous(x.Type) {
			return "CAST(" + name + " AS " + x.Type.String() + ")"
		}
		return name
	})
}

// ambiguous types share their layout with another type, for which an evaluator has to take a column.
func ambiguous(t types.Type) bool {
	for _, f := range t.Fields {
		if ambiguous(f.Type) {
			return true
		}
	}
	return t.ID == types.HugeInt || t.ID == types.UUID || t.ID == types.JSON
}

// blame finds the expression that failed, by computing them one at a time.
func (h *holes) blame(rows arrow.RecordBatch, all error) error {
	for _, e := range h.exprs {
		out, err := h.compute(rows, []*plan.Expr{e})
		if err != nil {
			return &failure{e, err}
		}
		out.Release()
	}
	return fmt.Errorf("compute a batch of %d expressions: %w", len(h.exprs), all)
}

// failure says that DuckDB could not compute an expression, in DuckDB's words without its class, the position in the
// text that we made up, and our names of columns.
type failure struct {
	expr  *plan.Expr
	cause error
}

func (f *failure) Error() string {
	return "compute " + f.expr.String() + ": " + reason(f.cause.Error())
}

func (f *failure) Unwrap() error { return f.cause }

var (
	class  = regexp.MustCompile(`^(.*?: )?[A-Z][A-Za-z -]* Error: `)
	source = regexp.MustCompile(` when casting from source column c\d+`)
)

func reason(message string) string {
	first, _, _ := strings.Cut(message, "\n")
	first = source.ReplaceAllString(class.ReplaceAllString(first, ""), "")
	r, size := utf8.DecodeRuneInString(first)
	return string(unicode.ToLower(r)) + first[size:]
}

package file

import (
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine/types"
)

// converted are columns in the declared types, and the rows that had a value which is none of its type.
type converted struct {
	columns []arrow.Array
	bad     map[int]string // by row: what is wrong
}

func (c *converted) release() { releaseAll(c.columns) }

func releaseAll(columns []arrow.Array) {
	for _, column := range columns {
		if column != nil {
			column.Release()
		}
	}
}

// convert gives columns of a file, n rows, the types that the queries expect, as DuckDB's TRY_CAST does. A nil column is all
// NULL. The input is borrowed.
func (p *partition) convert(in []arrow.Array, n int) (converted, error) {
	out := converted{columns: make([]arrow.Array, len(in))}
	var cast []int // columns that need DuckDB
	for i, column := range in {
		want := p.columns[i].Type
		switch {
		case column == nil || n == 0:
			out.columns[i] = array.MakeArrayOfNull(p.mem, want.Arrow(), n)
		case asItIs(want) && arrow.TypeEqual(column.DataType(), want.Arrow()):
			column.Retain()
			out.columns[i] = column
		default:
			cast = append(cast, i)
		}
	}
	if len(cast) == 0 {
		return out, nil
	}
	if err := p.cast(in, n, cast, &out); err != nil {
		out.release()
		return converted{}, err
	}
	return out, nil
}

// asItIs reports whether every value of a type's layout is one of the type: not so for a JSON text, which may be none.
func asItIs(t types.Type) bool {
	if t.ID == types.JSON || t.ID == types.UUID {
		return false
	}
	for _, f := range t.Fields {
		if !asItIs(f.Type) {
			return false
		}
	}
	return true
}

// cast converts the given columns in one evaluation.
func (p *partition) cast(in []arrow.Array, n int, cast []int, out *converted) error {
	fields := make([]arrow.Field, len(cast))
	inputs := make([]arrow.Array, len(cast))
	exprs := make([]string, len(cast))
	for j, i := range cast {
		name := fmt.Sprintf("c%d", j)
		inputs[j] = in[i]
		fields[j] = arrow.Field{Name: name, Type: in[i].DataType(), Nullable: true}
		exprs[j] = fmt.Sprintf("TRY_CAST(%s AS %s)", name, p.columns[i].Type)
	}
	schema := arrow.NewSchema(fields, nil)
	rows := array.NewRecordBatch(schema, inputs, int64(n))
	defer rows.Release()
	result, err := p.eval.Eval(exprs, schema, rows)
	if err != nil {
		return fmt.Errorf("file: convert the columns of %s: %w", p.path, err)
	}
	defer result.Release()
	for j, i := range cast {
		out.columns[i] = result.Column(j)
		out.columns[i].Retain()
		out.compare(p.columns[i], in[i], result.Column(j))
	}
	return p.checkLayouts(out, cast)
}

func (p *partition) checkLayouts(out *converted, cast []int) error {
	for _, i := range cast {
		if got := out.columns[i].DataType(); got.ID() != p.columns[i].Type.Arrow().ID() {
			return fmt.Errorf("file: column %s was converted to %s, not to %s", p.columns[i].Name, got, p.columns[i].Type.Arrow())
		}
	}
	return nil
}

// compare finds the rows of a column that were not NULL before the cast and are after it.
func (c *converted) compare(want types.Field, before, after arrow.Array) {
	if before.NullN() == after.NullN() {
		return
	}
	for row := range before.Len() {
		if before.IsNull(row) || !after.IsNull(row) {
			continue
		}
		if c.bad == nil {
			c.bad = map[int]string{}
		}
		if c.bad[row] == "" {
			c.bad[row] = fmt.Sprintf("column %s: %s is no %s", want.Name, quoteValue(before.ValueStr(row)), want.Type)
		}
	}
}

// drop leaves out the bad rows.
func (c *converted) drop(n int, mem memory.Allocator) error {
	for i, column := range c.columns {
		kept, err := keep(column, c.bad, n, mem)
		if err != nil {
			return fmt.Errorf("file: leave out rows: %w", err)
		}
		column.Release()
		c.columns[i] = kept
	}
	return nil
}

// keep joins the runs of good rows.
//
//	rows  0 1 2 3 4 5 6      bad 2, 5      runs [0 1] [3 4] [6]
func keep(column arrow.Array, bad map[int]string, n int, mem memory.Allocator) (arrow.Array, error) {
	var runs []arrow.Array
	defer func() { releaseAll(runs) }()
	start := 0
	for row := 0; row <= n; row++ {
		if row < n && bad[row] == "" {
			continue
		}
		if row > start {
			runs = append(runs, array.NewSlice(column, int64(start), int64(row)))
		}
		start = row + 1
	}
	if len(runs) == 0 {
		return array.NewSlice(column, 0, 0), nil
	}
	return array.Concatenate(runs, mem)
}

func quoteValue(text string) string {
	const most = 100
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return "'" + text + "'"
}

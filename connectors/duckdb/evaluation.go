package duckdb

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/types"
)

// request is what an evaluator is asked for, apart from the rows.
type request struct {
	exprs   []string
	schema  *arrow.Schema
	columns []types.Type // nil: what the schema suggests
	result  []types.Type // nil: what the expressions give
}

// columnName finds what may be a column's name in an expression. That it may also find other words does no harm.
var columnName = regexp.MustCompile(`(?i)\bc([0-9]+)\b`)

// key tells requests apart. Column names do not count.
func (q request) key() string {
	var b strings.Builder
	for _, x := range q.exprs {
		fmt.Fprintf(&b, "%d:%s", len(x), x)
	}
	for i := range q.schema.NumFields() {
		b.WriteByte('|')
		b.WriteString(q.schema.Field(i).Type.String())
	}
	for _, t := range q.columns {
		b.WriteString("<" + t.String())
	}
	for _, t := range q.result {
		b.WriteString(">" + t.String())
	}
	return b.String()
}

// used are the positions of the columns that the expressions may name, ascending.
func (q request) used() []int {
	var out []int
	for _, x := range q.exprs {
		for _, m := range columnName.FindAllStringSubmatch(x, -1) {
			if i, err := strconv.Atoi(m[1]); err == nil && i < q.schema.NumFields() {
				out = append(out, i)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sql is the statement that answers the request over a view of the used columns.
func (q request) sql(view string, used []int) string {
	inner := make([]string, len(used), len(used)+1)
	for k, i := range used {
		inner[k] = fmt.Sprintf("c%d", i)
		if q.columns != nil && ambiguous(q.columns[i]) {
			inner[k] = fmt.Sprintf("CAST(c%d AS %s) AS c%d", i, q.columns[i], i)
		}
	}
	if len(inner) == 0 {
		inner = append(inner, "*")
	}
	outer := make([]string, len(q.exprs))
	for i, x := range q.exprs {
		outer[i] = fmt.Sprintf("(%s) AS e%d", x, i)
		if q.result != nil && q.result[i].ID != types.Null {
			outer[i] = fmt.Sprintf("CAST((%s) AS %s) AS e%d", x, q.result[i], i)
		}
	}
	return fmt.Sprintf("SELECT %s FROM (SELECT %s FROM %s)", strings.Join(outer, ", "), strings.Join(inner, ", "), view)
}

// ambiguous reports whether DuckDB takes the Arrow layout of a type for another type.
func ambiguous(t types.Type) bool {
	switch t.ID {
	case types.HugeInt, types.UUID, types.JSON:
		return true
	}
	for _, f := range t.Fields {
		if ambiguous(f.Type) {
			return true
		}
	}
	return false
}

// evaluation is a planned request.
type evaluation struct {
	used      []int // columns of the rows that the feed shows
	feed      *feed
	statement *statement
	columns   []types.Field // of the result
}

func newEvaluation(s *session, view string, q request) (*evaluation, error) {
	ev := &evaluation{used: q.used()}
	var err error
	if ev.feed, err = newFeed(s, view, feedSchema(q.schema, ev.used)); err != nil {
		return nil, err
	}
	if ev.statement, err = s.prepare(q.sql(view, ev.used)); err != nil {
		ev.feed.close()
		return nil, err
	}
	if ev.columns, err = ev.statement.columns(); err != nil {
		ev.close()
		return nil, err
	}
	return ev, nil
}

func (ev *evaluation) close() {
	ev.statement.close()
	ev.feed.close()
}

// feedSchema names the used columns by their positions. A table needs a column: without any it gets a NULL one.
func feedSchema(schema *arrow.Schema, used []int) *arrow.Schema {
	fields := make([]arrow.Field, len(used))
	for k, i := range used {
		fields[k] = arrow.Field{Name: fmt.Sprintf("c%d", i), Type: schema.Field(i).Type, Nullable: true}
	}
	if len(fields) == 0 {
		fields = []arrow.Field{{Name: "none", Type: arrow.Null, Nullable: true}}
	}
	return arrow.NewSchema(fields, nil)
}

// input lays the rows out as the feed shows them. The caller releases the result.
func (ev *evaluation) input(rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	if len(ev.used) == 0 {
		none := array.NewNull(int(rows.NumRows()))
		defer none.Release()
		return array.NewRecordBatch(ev.feed.schema, []arrow.Array{none}, rows.NumRows()), nil
	}
	columns := make([]arrow.Array, len(ev.used))
	for k, i := range ev.used {
		columns[k] = rows.Column(i)
	}
	return compact(columns, rows.NumRows(), ev.feed.schema)
}

// gather reads a result to its end, into one batch.
func gather(res *result, mem memory.Allocator) (arrow.RecordBatch, error) {
	var parts []arrow.RecordBatch
	defer func() {
		for _, p := range parts {
			p.Release()
		}
	}()
	for {
		part, err := res.next(context.Background())
		if err != nil {
			return nil, err
		}
		if part == nil {
			break
		}
		parts = append(parts, part)
	}
	return concat(res.schema, parts, mem)
}

// concat joins batches. The caller releases the result.
func concat(schema *arrow.Schema, parts []arrow.RecordBatch, mem memory.Allocator) (arrow.RecordBatch, error) {
	if len(parts) == 1 {
		parts[0].Retain()
		return parts[0], nil
	}
	columns := make([]arrow.Array, 0, schema.NumFields())
	defer func() {
		for _, c := range columns {
			c.Release()
		}
	}()
	rows := int64(0)
	for _, p := range parts {
		rows += p.NumRows()
	}
	for i := range schema.NumFields() {
		column, err := concatColumn(schema.Field(i).Type, i, parts, mem)
		if err != nil {
			return nil, err
		}
		columns = append(columns, column)
	}
	return array.NewRecordBatch(schema, columns, rows), nil
}

func concatColumn(dt arrow.DataType, i int, parts []arrow.RecordBatch, mem memory.Allocator) (arrow.Array, error) {
	if len(parts) == 0 {
		builder := array.NewBuilder(mem, dt)
		defer builder.Release()
		return builder.NewArray(), nil
	}
	arrays := make([]arrow.Array, len(parts))
	for k, p := range parts {
		arrays[k] = p.Column(i)
	}
	return array.Concatenate(arrays, mem)
}

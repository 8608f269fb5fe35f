package duckdb

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2/mapping"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

var _ engine.Tables = (*Evaluator)(nil)

// Query implements engine.Tables. What is asked is planned once for each text and its types. Rows may come from any allocator
// and may be slices; what is returned is owned as Eval's result is. The error is DuckDB's, an *Error inside; a position in it is
// one in the text that tablesSQL makes.
//
//	in0 ─► feed ─► materialized ─┬─► SELECT … FROM in0 a JOIN in0 b JOIN in1 ─► cast to the result's types ─► one batch
//	in1 ─► feed ─► materialized ─┘
func (e *Evaluator) Query(sql string, inputs []engine.Table, result []types.Type) (arrow.RecordBatch, error) {
	for i, in := range inputs {
		if len(in.Columns) != int(in.Rows.NumCols()) {
			return nil, fmt.Errorf("duckdb: querying tables: in%d has %d columns, and types for %d", i, in.Rows.NumCols(), len(in.Columns))
		}
	}
	q, err := e.tablesQuery(sql, inputs, result)
	if err != nil {
		return nil, queryError("planning "+sql, err)
	}
	out, err := q.run(e, inputs)
	if strings.Contains(sql, plan.DetectorPush) { // whose plan keeps the rows that it has scored
		e.drop(sql, inputs, result)
	}
	if err != nil {
		return nil, queryError("running "+sql, err)
	}
	return out, nil
}

// drop forgets the plan of a SELECT.
func (e *Evaluator) drop(sql string, inputs []engine.Table, result []types.Type) {
	key := tablesKey(sql, inputs, result)
	e.queries[key].close()
	delete(e.queries, key)
}

// tablesQuery is a planned SELECT over tables.
type tablesQuery struct {
	feeds     []*feed // one for each table
	statement *statement
	columns   []types.Field // of the answer
	schema    *arrow.Schema // of the rows that are returned
}

// tablesQuery finds or makes the plan of a SELECT.
func (e *Evaluator) tablesQuery(sql string, inputs []engine.Table, result []types.Type) (*tablesQuery, error) {
	key := tablesKey(sql, inputs, result)
	if q, ok := e.queries[key]; ok {
		return q, nil
	}
	if len(e.known)+len(e.queries) >= maxEvaluations {
		e.forget()
	}
	q := &tablesQuery{schema: types.Schema(columnsOf(result, "r"))}
	if err := q.plan(e, sql, inputs, result); err != nil {
		q.close()
		return nil, err
	}
	e.queries[key] = q
	return q, nil
}

// tablesKey tells SELECTs over tables apart.
func tablesKey(sql string, inputs []engine.Table, result []types.Type) string {
	var b strings.Builder
	b.WriteString(sql)
	for _, in := range inputs {
		b.WriteString("\x00<")
		for _, t := range in.Columns {
			b.WriteString(t.String() + ",")
		}
	}
	b.WriteString("\x00>")
	for _, t := range result {
		b.WriteString(t.String() + ",")
	}
	return b.String()
}

// columnsOf names columns by their positions.
func columnsOf(ts []types.Type, prefix string) []types.Field {
	out := make([]types.Field, len(ts))
	for i, t := range ts {
		out[i] = types.Field{Name: fmt.Sprintf("%s%d", prefix, i), Type: t}
	}
	return out
}

func (q *tablesQuery) plan(e *Evaluator, sql string, inputs []engine.Table, result []types.Type) error {
	var views []string
	for _, in := range inputs {
		e.made++
		view := fmt.Sprintf("feed%d", e.made)
		f, err := newFeed(e.session, view, tableSchema(in.Columns))
		if err != nil {
			return err
		}
		q.feeds, views = append(q.feeds, f), append(views, view)
	}
	with := withTables(views, inputs)
	if err := e.countColumns(with+"FROM ("+sql+"\n)", len(result)); err != nil {
		return err
	}
	var err error
	if q.statement, err = e.session.prepare(tablesSQL(with, sql, result)); err != nil {
		return err
	}
	q.columns, err = q.statement.columns()
	return err
}

// countColumns refuses a SELECT with another number of columns: casting by position would leave columns out in silence.
func (e *Evaluator) countColumns(sql string, want int) error {
	p, err := e.session.prepare(sql)
	if err != nil {
		return err
	}
	defer p.close()
	if n := int(mapping.PreparedStatementColumnCount(p.stmt)); n != want {
		return fmt.Errorf("the answer has %d columns, not %d", n, want)
	}
	return nil
}

func (q *tablesQuery) close() {
	if q.statement != nil {
		q.statement.close()
	}
	for _, f := range q.feeds {
		f.close()
	}
}

// run answers for the tables. It pins their buffers while DuckDB reads them.
func (q *tablesQuery) run(e *Evaluator, inputs []engine.Table) (arrow.RecordBatch, error) {
	var pinner runtime.Pinner
	defer pinner.Unpin()
	for i, f := range q.feeds {
		given, err := tableRows(inputs[i].Rows, f.schema)
		if err != nil {
			return nil, err
		}
		defer given.Release()
		pinBatch(&pinner, given)
		f.give(given)
		defer f.give(nil) // one that the SELECT does not name is not read
	}
	res, err := q.statement.query(context.Background(), q.columns, false)
	if err != nil {
		return nil, err
	}
	defer res.close()
	out, err := gather(res, e.memory)
	if err != nil {
		return nil, err
	}
	return laidOut(out, q.schema), nil
}

// laidOut gives the batch, which it takes over, the schema: other names, and NULL for what has no type, which DuckDB answers
// as INTEGER.
func laidOut(rows arrow.RecordBatch, schema *arrow.Schema) arrow.RecordBatch {
	defer rows.Release()
	columns := make([]arrow.Array, rows.NumCols())
	for i, c := range rows.Columns() {
		columns[i] = c
		if schema.Field(i).Type.ID() == arrow.NULL {
			none := array.NewNull(c.Len())
			defer none.Release()
			columns[i] = none
		}
	}
	return array.NewRecordBatch(schema, columns, rows.NumRows())
}

package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// retraction applies changes that take rows back. They go through two temporary tables of the writer's own:
//
//	batches ─► delta (columns, w) ─┬─ rows with w < 0 left over ─► gone (columns, n, id) ─► DELETE n equal rows of each
//	                               └─ rows with w > 0 left over ─► INSERT
//
// Both are emptied in the same transaction, so that nothing stays in them. The statements are planned anew each time: DuckDB
// plans by the statistics of the tables, which are wrong once the tables have changed.
type retraction struct {
	view        string
	columns     []types.Field
	delta, gone string // table names, not quoted
	sql         retractionSQL
}

// retractionSQL are the statements, in the order in which they run.
type retractionSQL struct {
	fillGone, countGone, dropGone, insert, dropDelta string
}

func newRetraction(ctx context.Context, s *session, view string, columns []types.Field) (*retraction, error) {
	r := &retraction{view: view, columns: columns, delta: "delta of " + view, gone: "gone of " + view}
	delta, gone := temporary(r.delta), temporary(r.gone)
	r.sql = retractionStatements(columns, tableName(view), delta, gone)
	return r, s.exec(ctx, retractionTables(columns, delta, gone))
}

func temporary(table string) string { return "temp.main." + types.QuoteIdent(table) }

func retractionTables(columns []types.Field, delta, gone string) string {
	var defs strings.Builder
	for i, c := range columns {
		fmt.Fprintf(&defs, "c%d %s, ", i, c.Type)
	}
	return fmt.Sprintf("CREATE OR REPLACE TEMP TABLE %s (%sw TINYINT); CREATE OR REPLACE TEMP TABLE %s (%sn BIGINT, id BIGINT)",
		delta, defs.String(), gone, defs.String())
}

func retractionStatements(columns []types.Field, table, delta, gone string) retractionSQL {
	names, nulls := make([]string, len(columns)), make([]string, len(columns))
	for i := range columns {
		names[i] = fmt.Sprintf("c%d", i)
		nulls[i] = fmt.Sprintf("count(*) - count(c%d)", i)
	}
	all := strings.Join(names, ", ")
	return retractionSQL{
		fillGone: fmt.Sprintf("INSERT INTO %s SELECT %s, -sum(w), row_number() OVER () FROM %s GROUP BY %s HAVING sum(w) < 0",
			gone, all, delta, all),
		countGone: fmt.Sprintf("SELECT coalesce(sum(n), 0)::BIGINT, %s FROM %s", strings.Join(nulls, ", "), gone),
		// Of equal rows the first are those that the negative ones cancel; the rest stay themselves, in their order.
		insert: fmt.Sprintf(`INSERT INTO %s SELECT %s FROM (SELECT *, rowid AS r,
			row_number() OVER (PARTITION BY %s, w > 0 ORDER BY rowid) AS k,
			count(*) FILTER (w < 0) OVER (PARTITION BY %s) AS cancelled FROM %s) WHERE w > 0 AND k > cancelled ORDER BY r`,
			table, all, all, all, delta),
		dropGone:  "DELETE FROM " + gone,
		dropDelta: "DELETE FROM " + delta,
	}
}

func (r *retraction) apply(ctx context.Context, s *session, c engine.Change) error {
	if err := r.load(s, c.Batches); err != nil {
		return err
	}
	left, err := s.execute(ctx, r.sql.fillGone)
	if err != nil {
		return err
	}
	if left > 0 {
		if err := r.remove(ctx, s); err != nil {
			return err
		}
	}
	return s.executeAll(ctx, r.sql.insert, r.sql.dropDelta)
}

// remove deletes what gone names, all of it or an error.
func (r *retraction) remove(ctx context.Context, s *session) error {
	want := int64(0)
	sure := make([]bool, len(r.columns)) // columns in which gone has no NULL
	err := s.each(ctx, r.sql.countGone, func(r row) {
		want = r.int(0)
		for i := range sure {
			sure[i] = r.int(i+1) == 0
		}
	})
	if err != nil {
		return err
	}
	got, err := s.execute(ctx, r.removeSQL(sure))
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("of %d rows to take back the table has only %d: it has come apart from the operators' state", want, got)
	}
	_, err = s.execute(ctx, r.sql.dropGone)
	return err
}

// removeSQL deletes the rows that gone names. There is no index to find them by: the table is scanned once for the columns and once
// for the rowids. Where a column is compared with =, DuckDB skips the row groups that lie outside of what gone has in it: changes
// of the latest windows do not read the older ones. It skips nothing for IS NOT DISTINCT FROM, which NULLs need.
func (r *retraction) removeSQL(sure []bool) string {
	equal := make([]string, len(r.columns))
	for i, c := range r.columns {
		compare := "IS NOT DISTINCT FROM"
		if sure[i] && skips(c.Type) {
			compare = "="
		}
		equal[i] = fmt.Sprintf("t.%s %s g.c%d", types.QuoteIdent(c.Name), compare, i)
	}
	return fmt.Sprintf(`DELETE FROM %s WHERE rowid IN (SELECT r FROM (
		SELECT t.rowid AS r, g.n AS n, row_number() OVER (PARTITION BY g.id ORDER BY t.rowid) AS k
		FROM %s t JOIN %s g ON %s) WHERE k <= n)`, tableName(r.view), tableName(r.view), temporary(r.gone), strings.Join(equal, " AND "))
}

// skips reports whether values of a type tend to lie together, as times and ever-growing numbers do, so that looking whether a
// row group can be skipped pays.
func skips(t types.Type) bool {
	switch t.ID {
	case types.Date, types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS, types.TimestampTZ:
		return true
	}
	return t.Integral()
}

// load writes the batches, with their weights, to delta.
func (r *retraction) load(s *session, batches []engine.Batch) error {
	weighted := make([]arrow.RecordBatch, len(batches))
	for i, b := range batches {
		weighted[i] = withWeights(b)
		defer weighted[i].Release()
	}
	return s.appendRows("temp", "main", r.delta, weighted...)
}

// withWeights adds the weights as a column.
func withWeights(b engine.Batch) arrow.RecordBatch {
	builder := array.NewInt8Builder(memory.DefaultAllocator)
	defer builder.Release()
	builder.AppendValues(b.Weights, nil)
	for range int(b.Rows.NumRows()) - len(b.Weights) {
		builder.Append(1)
	}
	weights := builder.NewInt8Array()
	defer weights.Release()
	fields := append(slices.Clone(b.Rows.Schema().Fields()), arrow.Field{Name: "w", Type: arrow.PrimitiveTypes.Int8})
	columns := append(slices.Clone(b.Rows.Columns()), weights)
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), columns, b.Rows.NumRows())
}

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
	delta, gone string // table names
	sql         retractionSQL
}

// retractionSQL are the statements, in the order in which they run.
type retractionSQL struct {
	fillGone, countGone, remove, dropGone, insert, dropDelta string
}

func newRetraction(ctx context.Context, s *session, view string, columns []types.Field) (*retraction, error) {
	r := &retraction{delta: "delta of " + view, gone: "gone of " + view}
	delta, gone := "temp.main."+types.QuoteIdent(r.delta), "temp.main."+types.QuoteIdent(r.gone)
	r.sql = retractionStatements(columns, tableName(view), delta, gone)
	return r, s.exec(ctx, retractionTables(columns, delta, gone))
}

func retractionTables(columns []types.Field, delta, gone string) string {
	var defs strings.Builder
	for i, c := range columns {
		fmt.Fprintf(&defs, "c%d %s, ", i, c.Type)
	}
	return fmt.Sprintf("CREATE OR REPLACE TEMP TABLE %s (%sw TINYINT); CREATE OR REPLACE TEMP TABLE %s (%sn BIGINT, id BIGINT)",
		delta, defs.String(), gone, defs.String())
}

func retractionStatements(columns []types.Field, table, delta, gone string) retractionSQL {
	names, equal := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		names[i] = fmt.Sprintf("c%d", i)
		equal[i] = fmt.Sprintf("t.%s IS NOT DISTINCT FROM g.c%d", types.QuoteIdent(c.Name), i)
	}
	all, match := strings.Join(names, ", "), strings.Join(equal, " AND ")
	return retractionSQL{
		fillGone: fmt.Sprintf("INSERT INTO %s SELECT %s, -sum(w), row_number() OVER () FROM %s GROUP BY %s HAVING sum(w) < 0",
			gone, all, delta, all),
		countGone: fmt.Sprintf("SELECT coalesce(sum(n), 0)::BIGINT FROM %s", gone),
		remove: fmt.Sprintf(`DELETE FROM %s WHERE rowid IN (SELECT r FROM (
			SELECT t.rowid AS r, g.n AS n, row_number() OVER (PARTITION BY g.id ORDER BY t.rowid) AS k
			FROM %s t JOIN %s g ON %s) WHERE k <= n)`, table, table, gone, match),
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
	if err := s.each(ctx, r.sql.countGone, func(r row) { want = r.int(0) }); err != nil {
		return err
	}
	got, err := s.execute(ctx, r.sql.remove)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("of %d rows to take back the table has only %d: it has come apart from the operators' state", want, got)
	}
	_, err = s.execute(ctx, r.sql.dropGone)
	return err
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

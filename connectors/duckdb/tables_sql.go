package duckdb

import (
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// withTables names the views in0, in1, … and gives their columns the types that they are meant to have. A view can be read once
// only, whereas a SELECT may name a table more than once: so it is materialized. That, and OFFSET 0, also keep DuckDB from pushing
// a filter into the view, which does not know how to filter.
func withTables(views []string, inputs []engine.Table) string {
	if len(views) == 0 {
		return ""
	}
	parts := make([]string, len(views))
	for i, view := range views {
		parts[i] = fmt.Sprintf("in%d AS MATERIALIZED (SELECT %s FROM %s OFFSET 0)", i, tableColumns(inputs[i].Columns), view)
	}
	return "WITH " + strings.Join(parts, ", ") + " "
}

func tableColumns(columns []types.Type) string {
	items := make([]string, len(columns))
	for i, t := range columns {
		items[i] = fmt.Sprintf("c%d", i)
		if ambiguous(t) {
			items[i] = fmt.Sprintf("CAST(c%d AS %s) AS c%d", i, t, i)
		}
	}
	if len(items) == 0 {
		return "*"
	}
	return strings.Join(items, ", ")
}

// tablesSQL is the statement that answers a SELECT over the tables, cast to the types of the result.
func tablesSQL(with, sql string, result []types.Type) string {
	casts, names := make([]string, len(result)), make([]string, len(result))
	for i, t := range result {
		names[i] = fmt.Sprintf("r%d", i)
		casts[i] = names[i]
		if t.ID != types.Null && !t.Unnamed() {
			casts[i] = fmt.Sprintf("CAST(r%d AS %s) AS r%d", i, t, i)
		}
	}
	return fmt.Sprintf("%sSELECT %s FROM (%s\n) AS answer(%s)", with, strings.Join(casts, ", "), sql, strings.Join(names, ", "))
}

// tableSchema is that of a table's feed. A view needs a column: a table without any gets a NULL one.
func tableSchema(columns []types.Type) *arrow.Schema {
	if len(columns) == 0 {
		columns = []types.Type{types.Of(types.Null)}
	}
	return types.Schema(columnsOf(columns, "c"))
}

// tableRows lays rows out as their feed shows them. The caller releases the result.
func tableRows(rows arrow.RecordBatch, schema *arrow.Schema) (arrow.RecordBatch, error) {
	if rows.NumCols() == 0 {
		none := array.NewNull(int(rows.NumRows()))
		defer none.Release()
		return array.NewRecordBatch(schema, []arrow.Array{none}, rows.NumRows()), nil
	}
	return compact(rows.Columns(), rows.NumRows(), schema)
}

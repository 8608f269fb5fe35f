package duckplan

import (
	"encoding/json"
	"fmt"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// TableScan scans a table that DuckDB keeps. Its output is the columns that Read lists. What DuckDB filters inside the scan, and
// columns that it needs for that only, come as a Filter and a Projection above it.
type TableScan struct {
	Catalog, Schema, Table string
	Columns                []types.Field // of the whole table
	Read                   []int         // positions in Columns, in output order
}

func (*TableScan) operator() {}

func (o *object) tableScan(columns []types.Field, read []int) Operator {
	s := &TableScan{Columns: columns, Read: read}
	var raw, filters json.RawMessage
	o.take("function_data", &raw)
	d := open("scan of a table", raw)
	d.take("catalog", &s.Catalog)
	d.take("schema", &s.Schema)
	d.take("table", &s.Table)
	var index bool
	d.take("is_index_scan", &index)
	if index {
		d.fail(fmt.Errorf("duckplan: scan of an index of %s, which the planner does not expect", s.Table))
	}
	d.skip("is_create_index", "result_ids")
	if err := d.close(); err != nil {
		o.fail(err)
	}
	o.take("table_filters", &filters)
	predicates := o.scanFilters(s, filters)
	var kept []int
	o.take("projection_ids", &kept)
	o.skip("parameters", "named_parameters")
	return s.with(predicates, kept)
}

// with puts a filter and a projection on the scan, where they change anything.
func (s *TableScan) with(predicates []*plan.Expr, kept []int) (out Operator) {
	out = s
	if len(predicates) > 0 {
		out = &Filter{From: out, Predicates: predicates}
	}
	if len(kept) == 0 || isAll(kept, len(s.Read)) {
		return out
	}
	exprs := make([]*plan.Expr, len(kept))
	for i, at := range kept {
		c := s.Columns[s.Read[at]]
		exprs[i] = plan.Col(at, c.Name, c.Type)
	}
	return &Projection{From: out, Exprs: exprs}
}

func isAll(kept []int, n int) bool {
	for i, at := range kept {
		if at != i {
			return false
		}
	}
	return len(kept) == n
}

package duckplan

import (
	"encoding/json"
	"fmt"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// DummyScan gives one row for a SELECT without FROM. Its output has no column that anything refers to.
type DummyScan struct{}

// Values gives, for each row of From, all its Rows: VALUES, or a table that DuckDB holds in memory, such as that of DESCRIBE. Expressions are over the columns of From, which is a DummyScan unless
// the VALUES stand in a LATERAL. Its output is one column for each of Types; the columns of From do not come out.
type Values struct {
	From  Operator
	Rows  [][]*plan.Expr
	Types []types.Type
}

// EmptyResult gives no rows: DuckDB has proved that a condition is never true. Its output is one column for each of Types.
type EmptyResult struct{ Types []types.Type }

func (*DummyScan) operator()   {}
func (*Values) operator()      {}
func (*EmptyResult) operator() {}

func (o *object) dummyScan() Operator {
	o.skip("table_index", "children")
	return &DummyScan{}
}

func (o *object) values() Operator {
	v := &Values{From: o.child(), Types: o.takeTypes("expr_types")}
	o.skip("table_index")
	var rows [][]json.RawMessage
	o.take("expressions", &rows)
	for _, row := range rows {
		exprs := make([]*plan.Expr, len(row))
		for i, raw := range row {
			var err error
			if exprs[i], err = parseExpr(raw); err != nil {
				o.fail(err)
			}
		}
		v.Rows = append(v.Rows, exprs)
	}
	return v
}

// chunks reads a table in memory, which comes as a list of values for each column.
func (o *object) chunks() Operator {
	v := &Values{From: &DummyScan{}, Types: o.takeTypes("chunk_types")}
	var table struct {
		Columns [][]json.RawMessage `json:"values"`
	}
	o.take("collection", &table)
	for i, column := range table.Columns {
		for row, raw := range column {
			value, t, err := parseValue(raw)
			if err != nil {
				o.fail(err)
			}
			if i == 0 {
				v.Rows = append(v.Rows, nil)
			}
			if row >= len(v.Rows) {
				o.fail(fmt.Errorf("duckplan: %s has columns of different lengths", o.kind))
				return nil
			}
			v.Rows[row] = append(v.Rows[row], plan.Lit(value, t))
		}
	}
	o.skip("table_index", "children")
	return v
}

func (o *object) emptyResult() Operator {
	e := &EmptyResult{Types: o.takeTypes("return_types")}
	o.skip("bindings", "children")
	return e
}

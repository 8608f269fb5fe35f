package planner

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
)

// constants is a table that the text itself holds.
func (b *builder) constants(op duckplan.Operator) (plan.Node, error) {
	open := &neverCloses{"a table of constants", "use emit = 'changes'", -1}
	n := &plan.Relational{What: "constants", Keys: [][]int{nil}, Always: true}
	switch op := op.(type) {
	case *duckplan.DummyScan:
		n.SQL, n.Fields = "SELECT 0", []types.Field{{Name: "dummy", Type: types.Of(types.Integer)}}
	case *duckplan.EmptyResult:
		n.SQL, n.Fields = emptySQL(op.Types)
	case *duckplan.Values:
		if _, alone := op.From.(*duckplan.DummyScan); !alone {
			return nil, refuse(op)
		}
		n.SQL, n.Fields = valuesSQL(op)
	}
	n.Passed = passedThen(0, len(n.Fields))
	return b.relational(n, nil, open)
}

// constantTables are the table functions that give the same rows for the same arguments.
var constantTables = map[string]bool{"range": true, "generate_series": true, "repeat": true, "repeat_row": true, "unnest": true}

// tableFunction is a table that a function makes of constants.
func (b *builder) tableFunction(op *duckplan.Get) (plan.Node, error) {
	args := make([]string, len(op.Args))
	for i, a := range op.Args {
		args[i] = a.SQL(byPosition)
	}
	names := columnList("", len(op.Columns))
	columns, fields := make([]string, len(op.Read)), make([]types.Field, len(op.Read))
	for i, at := range op.Read {
		columns[i], fields[i] = names[at], op.Columns[at]
	}
	n := &plan.Relational{
		What: op.Function + "(" + strings.Join(args, ", ") + ")", Keys: [][]int{nil}, Always: true, Fields: fields, Passed: passedThen(0, len(fields)),
		SQL: fmt.Sprintf("SELECT %s FROM %s(%s) AS made(%s)", strings.Join(columns, ", "), op.Function, strings.Join(args, ", "), strings.Join(names, ", ")),
	}
	return b.relational(n, nil, &neverCloses{"a table of constants", "use emit = 'changes'", -1})
}

func emptySQL(of []types.Type) (string, []types.Field) {
	columns, fields := make([]string, len(of)), make([]types.Field, len(of))
	for i, t := range of {
		columns[i], fields[i] = fmt.Sprintf("CAST(NULL AS %s)", t), types.Field{Name: fmt.Sprintf("col%d", i), Type: t}
	}
	return "SELECT " + strings.Join(columns, ", ") + " WHERE false", fields
}

func valuesSQL(op *duckplan.Values) (string, []types.Field) {
	rows := make([]string, len(op.Rows))
	for i, row := range op.Rows {
		cells := make([]string, len(row))
		for k, e := range row {
			cells[k] = e.SQL(byPosition)
		}
		rows[i] = "(" + strings.Join(cells, ", ") + ")"
	}
	fields := make([]types.Field, len(op.Types))
	for i, t := range op.Types {
		fields[i] = types.Field{Name: fmt.Sprintf("col%d", i), Type: t}
	}
	return "SELECT * FROM (VALUES " + strings.Join(rows, ", ") + ")", fields
}

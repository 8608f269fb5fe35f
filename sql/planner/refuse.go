package planner

import (
	"fmt"

	"github.com/weirdb/weir/sql/duckplan"
)

// refuse says which construct an operator stands for that has no translation, and what to write instead.
func refuse(op duckplan.Operator) error {
	switch op := op.(type) {
	case *duckplan.Join:
		return refuseJoin(op)
	case *duckplan.DelimJoin:
		return foreign("a correlated subquery", "SELECT", "keep each part in a view of its own and join the views when you read them")
	case *duckplan.Window:
		return foreign("OVER (…)", "OVER", "group by a window such as tumble(…), or compute it when you read the view")
	case *duckplan.SetOperation:
		return foreign(string(op.Kind), string(op.Kind), "write a view for each part")
	case *duckplan.Limit:
		if _, ordered := op.From.(*duckplan.OrderBy); ordered {
			return foreign("ORDER BY … LIMIT", "LIMIT", "leave it out, and order and limit when you read the view")
		}
		return foreign("LIMIT", "LIMIT", "leave it out, and limit when you read the view")
	case *duckplan.Unnest:
		return foreign("UNNEST", "UNNEST", "keep the list, and unnest it when you read the view")
	case *duckplan.CTE, *duckplan.CTERef:
		return foreign("a CTE that is MATERIALIZED or used more than once", "WITH", "leave MATERIALIZED out, or write a view for each use")
	case *duckplan.Distinct:
		return foreign("DISTINCT ON", "ON", "group by the key and use max, min or count")
	case *duckplan.Aggregate:
		return foreign("GROUPING SETS, ROLLUP and CUBE", "GROUP", "write a view for each grouping")
	case *duckplan.DummyScan:
		return foreign("a query without a source", "SELECT", "name a source after FROM")
	case *duckplan.Values:
		return foreign("VALUES", "VALUES", "name a source after FROM")
	case *duckplan.EmptyResult:
		return foreign("a query that can have no rows", "WHERE", "a condition in it is never true")
	case *duckplan.TableScan:
		return foreign("the table "+op.Table, op.Table, "name a source after FROM")
	}
	return fmt.Errorf("planner: no translation for %T", op)
}

// refuseSourceless says why a query reads no source: it names none, or DuckDB has proved that it needs none.
func refuseSourceless(op duckplan.Operator) error {
	for {
		if empty, ok := op.(*duckplan.EmptyResult); ok {
			return refuse(empty)
		}
		inputs := duckplan.Inputs(op)
		if len(inputs) != 1 {
			return refuse(&duckplan.DummyScan{})
		}
		op = inputs[0]
	}
}

func refuseJoin(op *duckplan.Join) error {
	const instead = "keep each source in a view of its own and join the views when you read them"
	switch {
	case op.AsOf:
		return foreign("an ASOF join", "ASOF", instead)
	case len(op.Conditions) == 0 && op.Predicate == nil:
		return foreign("a cross join or subquery", "JOIN", instead)
	case len(op.Conditions) == 0:
		return foreign("a join", "JOIN", instead)
	}
	return foreign("a join or subquery", "JOIN", instead)
}

func foreign(construct, keyword, instead string) error {
	return &duckplan.Foreign{
		Unsupported: duckplan.Unsupported{Construct: construct, Instead: instead, Position: -1},
		Keyword:     keyword,
	}
}

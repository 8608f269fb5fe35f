package duckplan

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/plan"
)

// printTree prints a tree of operators, columns as #position.
func printTree(op Operator) string {
	var b strings.Builder
	printAt(&b, op, 0)
	return b.String()
}

func printAt(b *strings.Builder, op Operator, depth int) {
	fmt.Fprintf(b, "%s%s\n", strings.Repeat("  ", depth), strings.TrimRight(describe(op), " "))
	for _, in := range Inputs(op) {
		printAt(b, in, depth+1)
	}
}

func describe(op Operator) string {
	switch op := op.(type) {
	case *Get:
		return fmt.Sprintf("get %s(%s) %v", op.Function, texts(op.Args), op.Read)
	case *TableScan:
		return fmt.Sprintf("table %s.%s.%s %v", op.Catalog, op.Schema, op.Table, op.Read)
	case *Filter:
		return "filter " + texts(op.Predicates) + keptText(op.Kept)
	case *Projection:
		return "project " + texts(op.Exprs)
	case *Aggregate:
		return describeAggregate(op)
	case *Distinct:
		return "distinct on (" + texts(op.On) + ")" + orderText(op.Orders)
	case *OrderBy:
		return "order" + orderText(op.Orders) + keptText(op.Kept)
	case *Limit:
		return "limit " + limitText(op.Count) + " offset " + limitText(op.Offset)
	case *Window:
		calls := make([]string, len(op.Calls))
		for i := range op.Calls {
			calls[i] = op.Calls[i].SQL(byPosition)
		}
		return "window " + strings.Join(calls, "; ")
	case *Unnest:
		return "unnest " + texts(op.Lists) + fmt.Sprintf(" as %v", op.Types)
	case *Values:
		rows := make([]string, len(op.Rows))
		for i, row := range op.Rows {
			rows[i] = "(" + texts(row) + ")"
		}
		return "values " + strings.Join(rows, ", ")
	case *Join:
		return describeJoin(op)
	case *DelimJoin:
		return fmt.Sprintf("delim %s by %s flipped %t", describeJoin(&op.Join), texts(op.Columns), op.Flipped)
	case *DelimGet:
		return fmt.Sprintf("delim get %v", op.Types)
	case *SetOperation:
		return fmt.Sprintf("%s all %t", op.Kind, op.All)
	case *CTE:
		return fmt.Sprintf("cte %d %s", op.ID, op.Name)
	case *CTERef:
		return fmt.Sprintf("cte ref %d %v", op.ID, op.Types)
	case *EmptyResult:
		return fmt.Sprintf("empty %v", op.Types)
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", op), "*duckplan.")
}

func describeAggregate(a *Aggregate) string {
	text := "aggregate"
	for i := range a.Calls {
		text += " " + a.Calls[i].SQL(byPosition)
	}
	text += " by " + texts(a.Groups)
	if a.Sets != nil {
		text += fmt.Sprintf(" sets %v", a.Sets)
	}
	if len(a.Groupings) > 0 {
		text += fmt.Sprintf(" groupings %v", a.Groupings)
	}
	return text
}

func describeJoin(j *Join) string {
	text := "join " + string(j.Kind)
	if j.AsOf {
		text = "asof " + text
	}
	for _, c := range j.Conditions {
		text += fmt.Sprintf(" [%s %s %s]", c.Left.SQL(byPosition), c.Op, c.Right.SQL(byPosition))
	}
	if j.Predicate != nil {
		text += " and " + j.Predicate.SQL(byPosition)
	}
	if j.Correlated > 0 {
		text += fmt.Sprintf(" correlated %d", j.Correlated)
	}
	return text + keptText(j.LeftKept) + keptText(j.RightKept)
}

func byPosition(c *plan.Expr) string { return fmt.Sprintf("#%d", c.Index) }

func texts(exprs []*plan.Expr) string {
	parts := make([]string, len(exprs))
	for i, e := range exprs {
		parts[i] = e.SQL(byPosition)
	}
	return strings.Join(parts, ", ")
}

func orderText(orders []plan.Order) string {
	text := ""
	for _, o := range orders {
		text += fmt.Sprintf(" %s desc %t nulls first %t", o.Expr.SQL(byPosition), o.Descending, o.NullsFirst)
	}
	return text
}

func keptText(kept []int) string {
	if kept == nil {
		return ""
	}
	return fmt.Sprintf(" kept %v", kept)
}

func limitText(v LimitValue) string {
	switch {
	case v.Expr == nil:
		return "none"
	case v.Percent:
		return v.Expr.SQL(byPosition) + "%"
	}
	return v.Expr.SQL(byPosition)
}

package verify

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// openWindows takes the rows of windows that are still open out of what is missing. A view that writes a window when it closes does
// not have them yet. Windows close in order, so a window has closed
//
//   - if the lowest watermark of the view's partitions has passed its end, or
//   - if the table has a row of it or of a later one: a partition was idle, or the input had ended.
//
// What is missing beyond both is open, and not compared.
func (c *comparison) openWindows() error {
	if !c.closes() || c.ended {
		return nil
	}
	n, err := c.results.number(c.ctx, "SELECT count(*) FROM weir_verify.missing")
	if err != nil || n == 0 {
		return err
	}
	column, passed := c.windowColumn()
	if column == "" {
		extra, err := c.results.number(c.ctx, "SELECT count(*) FROM weir_verify.extra")
		if err == nil && extra == 0 {
			c.out.Refused = fmt.Sprintf("%s of the batch are not in the table, and do not say which window they belong to, so that it may be "+
				"open still; add window_start to the view's columns, or, if the input had ended, say --ended", count(n, "row"))
		}
		return err
	}
	key := types.QuoteIdent(column)
	open := fmt.Sprintf("%[1]s IS NOT NULL AND NOT coalesce(%[2]s, false) AND NOT coalesce(%[1]s <= (SELECT max(%[1]s) FROM %[3]s), false)",
		key, passed, c.table())
	if c.out.Open, err = c.results.number(c.ctx, "SELECT count(*) FROM weir_verify.missing WHERE "+open); err != nil || c.out.Open == 0 {
		return err
	}
	from, err := c.results.table(c.ctx, fmt.Sprintf("SELECT min(%s) FROM weir_verify.missing WHERE %s", key, open))
	if err != nil {
		return err
	}
	c.out.OpenFrom = from.Rows[0][0]
	return c.results.exec(c.ctx, "DELETE FROM weir_verify.missing WHERE "+open)
}

// windowColumn is the column of the view that tells a row's window, and a condition over it: the lowest watermark has passed the
// window's end. The column is empty if there is none.
func (c *comparison) windowColumn() (column, passed string) {
	watermark := fmt.Sprintf("(SELECT min(watermark) FROM weir_results.weir.positions WHERE query = %s)", types.QuoteString(c.view.Name))
	if a := closing(c.view.Plan); a != nil {
		for i, f := range c.view.Columns {
			if groupOf(c.view.Plan, i, a) != a.Window.Group {
				continue
			}
			of := a.Window.Of.SQL(func(x *plan.Expr) string { return fmt.Sprintf("CAST(%s AS %s)", watermark, x.Type) })
			of = strings.ReplaceAll(of, `"weir_tumble"(`, `weir_verify.weir_tumble(`)
			return f.Name, fmt.Sprintf("(isfinite(%s) AND %s < %s)", watermark, types.QuoteIdent(f.Name), of)
		}
	}
	for _, f := range c.view.Columns {
		if strings.EqualFold(f.Name, "window_end") {
			return f.Name, fmt.Sprintf("%s <= %s", types.QuoteIdent(f.Name), watermark)
		}
	}
	return "", ""
}

// closing is the highest aggregate with a window; nil if there is none above a fork.
func closing(root plan.Node) *plan.Aggregate {
	for n := root; ; n = n.Inputs()[0] {
		if a, ok := n.(*plan.Aggregate); ok && a.Window != nil {
			return a
		}
		if len(n.Inputs()) != 1 {
			return nil
		}
	}
}

// groupOf is the group of an aggregate that a node's column is; -1 if it is none.
func groupOf(n plan.Node, column int, a *plan.Aggregate) int {
	switch n := n.(type) {
	case *plan.Aggregate:
		if n == a && column < len(a.Groups) {
			return column
		}
	case *plan.Filter:
		return groupOf(n.From, column, a)
	case *plan.Project:
		if e := n.Exprs[column]; e.Kind == plan.Column {
			return groupOf(n.From, e.Index, a)
		}
	}
	return -1
}

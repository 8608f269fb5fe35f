package verify

import (
	"fmt"
	"slices"
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
				"open still; add %s to the view's columns, or, if the input had ended, say --ended", count(n, "row"), c.wanted())
		}
		return err
	}
	key := types.QuoteIdent(column)
	open := fmt.Sprintf("NOT coalesce(%[2]s, false) AND NOT coalesce(%[1]s <= (SELECT max(%[1]s) FROM %[3]s), false)",
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

// windowColumn is the column of the view that tells a row's window, or its time where rows are written as the watermark passes each, and a
// condition over it: the row has been written by the lowest watermark. The column is empty if there is none.
func (c *comparison) windowColumn() (column, passed string) {
	watermark := fmt.Sprintf("(SELECT min(watermark) FROM weir_results.weir.positions WHERE query = %s)", types.QuoteString(c.view.Name))
	if at, found := closing(c.view.Plan); found {
		for i, f := range c.view.Columns {
			if follow(c.view.Plan, i, at.node) == at.column {
				return f.Name, at.passed(types.QuoteIdent(f.Name), watermark)
			}
		}
	}
	for _, f := range c.view.Columns {
		if strings.EqualFold(f.Name, "window_end") {
			return f.Name, fmt.Sprintf("%[1]s IS NULL OR %[1]s <= %[2]s", types.QuoteIdent(f.Name), watermark)
		}
	}
	return "", ""
}

// wanted is the column that the view ought to have.
func (c *comparison) wanted() string {
	if at, _ := closing(c.view.Plan); at.node != nil && at.window == nil {
		return at.node.Columns()[at.column].Name
	}
	return "window_start"
}

// closer is a node that writes a row once, when the watermark has passed a column of it.
type closer struct {
	node   plan.Node
	column int
	window *plan.WindowKey // how far the column has come by a watermark; nil if it is the event time
}

// passed is a condition over the column: the watermark has passed it.
func (c closer) passed(column, watermark string) string {
	of := watermark
	if c.window != nil {
		of = c.window.Of.SQL(func(x *plan.Expr) string { return fmt.Sprintf("CAST(%s AS %s)", watermark, x.Type) })
		of = strings.ReplaceAll(of, `"weir_tumble"(`, `weir_verify.weir_tumble(`)
	}
	condition := fmt.Sprintf("(isfinite(%s) AND %s < %s)", watermark, column, of)
	if _, over := c.node.(*plan.Over); over { // which has rows without a time wait for the end of the input
		return condition
	}
	return column + " IS NULL OR " + condition
}

// closing is the highest node of a plan that waits for the watermark; false if there is none above a fork.
func closing(root plan.Node) (closer, bool) {
	for n := root; ; n = n.Inputs()[0] {
		if c, ok := closerOf(n); ok || len(n.Inputs()) != 1 {
			return c, ok
		}
	}
}

func closerOf(n plan.Node) (closer, bool) {
	switch n := n.(type) {
	case *plan.Aggregate:
		if n.Window != nil {
			return closer{n, n.Window.Group, n.Window}, true
		}
	case *plan.Over:
		return closer{n, n.Time, n.Window}, true
	case *plan.Relational:
		if n.Window != nil && len(n.From) == 1 {
			at := slices.Index(n.Passed, n.Keys[0][n.Window.Group])
			return closer{n, at, n.Window}, at >= 0
		}
	}
	return closer{}, false
}

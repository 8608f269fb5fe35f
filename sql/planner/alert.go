package planner

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// AlertOver puts the instances of an alert on the rows of a planned SELECT. Instance are the columns that tell them apart; timed says that
// all sources have event time. The columns are those of package alerting, then the SELECT's.
//
//	alert                                  transitions
//	  project service, errors, service     the SELECT's columns, then the instance columns as texts, for which NULL is 'NULL'
//	    …                                  the SELECT
func AlertOver(v *View, instance []int, timed bool, rule plan.AlertRule) (*View, error) {
	node := &plan.Alert{Values: len(v.Columns), Updating: v.Updating, Timed: timed, Rule: rule}
	if !v.Updating {
		if node.Time = timeKey(v); node.Time == nil {
			return nil, fmt.Errorf("no column says when its rows are from, so that nothing tells when one is over: select a timestamp that grows " +
				"with event time, such as window_end or the source's WATERMARK column, or keep the rows current with emit = 'changes'")
		}
	}
	from, below := &plan.Project{From: v.Plan}, v.Plan.Columns()
	for i, c := range v.Columns {
		from.Exprs, from.Names = append(from.Exprs, plan.Col(i, c.Name, below[i].Type)), append(from.Names, c.Name)
	}
	for _, i := range instance {
		from.Exprs, from.Names = append(from.Exprs, instanceText(i, v.Columns[i].Name, below[i].Type)), append(from.Names, "instance "+v.Columns[i].Name)
		node.Keys = append(node.Keys, v.Columns[i].Name)
	}
	node.From = from
	out := *v
	out.Plan, out.Updating, out.Ages = node, false, nil
	out.Columns = append(node.Columns()[:len(node.Columns())-len(v.Columns)], v.Columns...)
	return &out, nil
}

// instanceText is an instance column as a text that is never NULL.
func instanceText(at int, name string, t types.Type) *plan.Expr {
	text := types.Of(types.Varchar)
	value := plan.Col(at, name, t)
	if !t.Equal(text) {
		value = &plan.Expr{Kind: plan.Cast, Args: []*plan.Expr{value}, Type: text, Pos: -1}
	}
	return plan.Fn(plan.Coalesce, text, value, plan.Lit(plan.Value{Text: "NULL"}, text))
}

// timeKey is the column that says when a row is from: the end of its window or, if that is not selected, what grows with event time and
// closes soonest. Nil if there is none.
func timeKey(v *View) *plan.WindowKey {
	origins := originsOf(v.Plan)
	for i, c := range v.Columns {
		if strings.EqualFold(c.Name, "window_end") && inMicros(c.Type) {
			if of := grows(origins[i]); of != nil {
				return &plan.WindowKey{Group: i, Of: of}
			}
		}
	}
	if v.Ages != nil && inMicros(v.Columns[v.Ages.Group].Type) {
		return v.Ages
	}
	return nil
}

// inMicros reports whether a type is a time in microseconds.
func inMicros(t types.Type) bool { return t.ID == types.Timestamp || t.ID == types.TimestampTZ }

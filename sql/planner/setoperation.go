package planner

import (
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/sql/duckplan"
)

// setOperation puts tables together. DuckDB puts a Distinct above one without ALL.
func (b *builder) setOperation(op *duckplan.SetOperation) (plan.Node, error) {
	inputs := make([]plan.Node, len(op.From))
	for i, in := range op.From {
		var err error
		if inputs[i], err = b.build(in); err != nil {
			return nil, err
		}
	}
	columns := inputs[0].Columns()
	if op.Kind == duckplan.Union {
		names := make([]string, len(columns))
		for i, c := range columns {
			names[i] = c.Name
		}
		return &plan.Union{From: inputs, Names: names}, nil
	}
	word := string(op.Kind)
	if op.All {
		word += " ALL"
	}
	all := columnsSQL("", len(columns))
	n := &plan.Relational{
		From: inputs, What: strings.ToLower(word), Fields: columns, Passed: identity(len(columns)),
		SQL:  "SELECT " + all + " FROM in0 " + word + " SELECT " + all + " FROM in1",
		Keys: [][]int{identity(len(columns)), identity(len(columns))}, KeyOut: identity(len(columns)),
	}
	open := &neverCloses{word, "select a window or the event time on both sides", -1}
	return b.relational(n, commonWindow(inputs[0], inputs[1], n.Keys[0], n.Keys[1]), open)
}

// commonWindow is a key that grows with event time, in the same way, on both sides.
func commonWindow(left, right plan.Node, leftKeys, rightKeys []int) *plan.WindowKey {
	for i := range leftKeys {
		l, r := closingKey(left, leftKeys[i:i+1]), closingKey(right, rightKeys[i:i+1])
		if l != nil && r != nil && l.Of.Equal(r.Of) {
			return &plan.WindowKey{Group: i, Of: l.Of}
		}
	}
	return nil
}

package duckplan

import (
	"github.com/weirdb/weir/engine/types"
)

// CTE computes Definition once, for the CTERefs with its ID in From, which may also stand in the definitions of CTEs inside From.
// Its output is that of From.
type CTE struct {
	ID         int
	Name       string
	Definition Operator
	From       Operator
}

// CTERef gives the rows of a CTE's Definition; its output are the definition's columns, with the names and types here.
type CTERef struct {
	ID     int // of the CTE, which this is below
	Fields []types.Field
}

func (*CTE) operator()    {}
func (*CTERef) operator() {}

func (o *object) cte() Operator {
	c := &CTE{}
	o.take("table_index", &c.ID)
	o.take("ctename", &c.Name)
	sides := o.inputs(2)
	c.Definition, c.From = sides[0], sides[1]
	o.skip("column_count", "materialize")
	return c
}

func (o *object) cteRef() Operator {
	r := &CTERef{}
	o.take("cte_index", &r.ID)
	var names []string
	o.take("bound_columns", &names)
	for i, t := range o.takeTypes("chunk_types") {
		f := types.Field{Type: t}
		if i < len(names) {
			f.Name = names[i]
		}
		r.Fields = append(r.Fields, f)
	}
	var recurring bool
	o.take("is_recurring", &recurring)
	if recurring {
		o.fail(&Foreign{Unsupported{Construct: "a recursive CTE", Position: -1}, "RECURSIVE"})
	}
	o.skip("table_index", "children")
	return r
}

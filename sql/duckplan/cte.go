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

// CTERef gives the rows of a CTE's Definition; its output are all the definition's columns, of these types.
type CTERef struct {
	ID    int // of the CTE, which this is below
	Types []types.Type
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
	r := &CTERef{Types: o.takeTypes("chunk_types")}
	o.take("cte_index", &r.ID)
	var recurring bool
	o.take("is_recurring", &recurring)
	if recurring {
		o.fail(&Foreign{Unsupported{Construct: "a recursive CTE", Position: -1}, "RECURSIVE"})
	}
	o.skip("table_index", "children", "bound_columns") // the names are those of the text, also of columns that were removed
	return r
}

package duckplan

import (
	"encoding/json"
	"fmt"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// Unnest gives one row for each element of the lists, which are read side by side: rows last as long as the longest list, with
// NULLs for the elements of shorter ones. A row of which all lists are empty or NULL gives nothing. Its output is the input's
// columns, then one column for each list.
type Unnest struct {
	From  Operator
	Lists []*plan.Expr
	Types []types.Type // of the elements
}

func (*Unnest) operator() {}

func (o *object) unnest() Operator {
	u := &Unnest{From: o.child()}
	o.skip("unnest_index")
	var raws []json.RawMessage
	o.take("expressions", &raws)
	for _, raw := range raws {
		var c classed
		if err := json.Unmarshal(raw, &c); err != nil || c.Class != "BOUND_UNNEST" {
			o.fail(fmt.Errorf("duckplan: %s over class %q", o.kind, c.Class))
			return nil
		}
		e := open(c.Class, raw)
		u.Lists, u.Types = append(u.Lists, e.takeExpr("child")), append(u.Types, e.takeType("return_type"))
		if err := e.close(); err != nil {
			o.fail(err)
		}
	}
	return u
}

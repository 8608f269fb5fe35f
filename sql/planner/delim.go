package planner

import (
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/sql/duckplan"
)

// delimGet gives the distinct values that a correlated subquery depends on: the rows that they come from are computed once more.
func (b *builder) delimGet(op *duckplan.DelimGet) (plan.Node, error) {
	from, err := b.build(op.Of.Rows())
	if err != nil {
		return nil, err
	}
	exprs, err := settle(op.Of.Columns, from.Columns())
	if err != nil {
		return nil, err
	}
	return b.grouped(from, exprs, nil)
}

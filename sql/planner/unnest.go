package planner

import (
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/sql/duckplan"
)

func (b *builder) unnest(op *duckplan.Unnest) (plan.Node, error) {
	from, err := b.build(op.From)
	if err != nil {
		return nil, err
	}
	lists, err := settle(op.Lists, from.Columns())
	return &plan.Expand{From: from, Lists: lists, Names: columnNames(lists)}, err
}

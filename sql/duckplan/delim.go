package duckplan

import (
	"fmt"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// DelimJoin joins rows with a subquery that depends on them (correlated subqueries, LATERAL). The subquery is computed once for
// each combination of values that it depends on: below it, a DelimGet gives these combinations, without duplicates.
//
//	delim join on k          for each k of a: the answer of the subquery for it
//	  scan a                 ── Columns: k ──┐
//	  aggregate by k                         │
//	    join                                 │
//	      scan b                             ▼
//	      delim get          SELECT DISTINCT k FROM a
//
// Its output is that of the Join. Where a column is nested, DuckDB numbers the rows by a row_number() OVER () below, makes the number
// the first of Columns, and joins by it alone. Rows of a stream have no number that stays: unnumber puts a STRUCT of the other
// Columns in its place.
type DelimJoin struct {
	Join
	// Columns are what the subquery depends on, over the columns of Left; of Right, if Flipped.
	Columns []*plan.Expr
	Flipped bool // the subquery is Left, and Right are the rows that it depends on
}

// DelimGet gives the distinct values of the Columns of a DelimJoin; its output is one column for each.
type DelimGet struct {
	Of    *DelimJoin // which this is below, on the side of the subquery
	Types []types.Type
}

func (*DelimJoin) operator() {}
func (*DelimGet) operator()  {}

// Rows is the side that the subquery depends on.
func (j *DelimJoin) Rows() Operator {
	if j.Flipped {
		return j.Right
	}
	return j.Left
}

// Subquery is the side with the DelimGets of this join.
func (j *DelimJoin) Subquery() Operator {
	if j.Flipped {
		return j.Left
	}
	return j.Right
}

func (o *object) delimJoin() Operator {
	d := &DelimJoin{Join: *o.join(), Columns: o.takeExprs("duplicate_eliminated_columns")}
	o.take("delim_flipped", &d.Flipped)
	o.joinConditions(&d.Join)
	if d.normalize() {
		d.Flipped = !d.Flipped
	}
	if o.err == nil {
		d.unnumber()
		d.adopt(d.Subquery())
	}
	return d
}

// unnumber replaces the numbers of rows by what tells them apart for the subquery: the values that it depends on.
func (j *DelimJoin) unnumber() {
	side := &j.Left
	if j.Flipped {
		side = &j.Right
	}
	for f, ok := (*side).(*Filter); ok && f.Kept == nil; f, ok = (*side).(*Filter) { // what could be pushed below the join
		side = &f.From
	}
	w, ok := (*side).(*Window)
	if !ok || len(w.Calls) != 1 || w.Calls[0].Alias != "delim_index" || len(j.Columns) < 2 || j.Columns[0].Kind != plan.Column {
		return
	}
	values := j.Columns[1:]
	fields := make([]types.Field, len(values))
	for i, v := range values {
		fields[i] = types.Field{Name: fmt.Sprintf("v%d", i), Type: v.Type}
	}
	p := &Projection{From: w.From}
	for i := range j.Columns[0].Index {
		p.Exprs = append(p.Exprs, plan.Col(i, "", types.Type{}))
	}
	number := plan.Fn("struct_pack", types.StructOf(fields...), values...)
	number.Alias = "delim_index"
	p.Exprs = append(p.Exprs, number)
	*side = p
	j.Correlated = min(j.Correlated, 1)
}

// adopt ties the DelimGets below op to j. Those of a subquery inside have been tied to its own join already.
func (j *DelimJoin) adopt(op Operator) {
	if get, ok := op.(*DelimGet); ok && get.Of == nil {
		get.Of = j
	}
	for _, in := range Inputs(op) {
		j.adopt(in)
	}
}

func (o *object) delimGet() Operator {
	o.skip("table_index", "children")
	return &DelimGet{Types: o.takeTypes("chunk_types")}
}

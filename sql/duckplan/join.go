package duckplan

import (
	"encoding/json"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// JoinKind says which rows and columns a Join gives.
type JoinKind string

// The kinds of join. DuckDB's RIGHT_SEMI and RIGHT_ANTI come with their sides swapped, as SemiJoin and AntiJoin.
const (
	InnerJoin  JoinKind = "INNER"  // left columns, right columns: each pair that matches
	LeftJoin   JoinKind = "LEFT"   // left columns, right columns; NULLs on the right for a left row without a match
	RightJoin  JoinKind = "RIGHT"  // left columns, right columns; NULLs on the left for a right row without a match
	FullJoin   JoinKind = "FULL"   // left columns, right columns; NULLs on either side
	SemiJoin   JoinKind = "SEMI"   // left columns: each left row that has a match, once
	AntiJoin   JoinKind = "ANTI"   // left columns: each left row that has no match; a NULL matches nothing
	MarkJoin   JoinKind = "MARK"   // left columns, then the mark: IN, ANY, or EXISTS as a BOOLEAN
	SingleJoin JoinKind = "SINGLE" // left columns, right columns, as LeftJoin; an error at a second match, of scalar subqueries
)

// Join pairs rows of two inputs: a join, cross product, ASOF join, or what DuckDB makes of IN, EXISTS and scalar subqueries. Its
// output is the columns that its kind says, in that order; LeftKept and RightKept, if not nil, list which columns of a side come out.
//
// The mark of a MarkJoin is TRUE if a right row matches, NULL if none does but a comparison with NULL leaves it open (as IN does),
// and FALSE otherwise. The first Correlated conditions say only which right rows belong to the left row: the mark is about the last
// condition, among those rows. With no condition behind the correlated ones it is EXISTS, which is never NULL.
//
// An AsOf join pairs a left row with the one right row that fulfils the equalities, and among them the one inequality (>=, >, <= or
// <) the most closely.
type Join struct {
	Left, Right Operator
	Kind        JoinKind
	AsOf        bool
	Conditions  []Condition // all must hold
	// Predicate must hold too; nil if there is none. It is over the left columns followed by the right ones, all of them.
	Predicate           *plan.Expr
	LeftKept, RightKept []int // nil for all columns
	Correlated          int
}

// Condition compares an expression over the left input's columns with one over the right input's.
type Condition struct {
	Left, Right *plan.Expr
	Op          string // as plan.Call names it: plan.Equal, plan.Less, plan.NotDistinctFrom, …
}

func (*Join) operator() {}

// comparisonJoin reads the join of which each condition compares the two sides.
func (o *object) comparisonJoin() Operator {
	j := o.join()
	j.AsOf = o.kind == "LOGICAL_ASOF_JOIN"
	o.joinConditions(j)
	var duplicates []json.RawMessage
	o.take("duplicate_eliminated_columns", &duplicates)
	if len(duplicates) > 0 {
		o.fail(&Unsupported{Construct: "a join that eliminates duplicates", Position: -1})
	}
	o.skip("delim_flipped")
	j.normalize()
	return j
}

// joinConditions reads what is between the sides.
func (o *object) joinConditions(j *Join) {
	j.Conditions = o.takeConditions()
	if o.has("predicate") {
		j.Predicate = o.takeExpr("predicate")
	}
	o.skip("predicate")
	if marks := o.takeTypes("mark_types"); j.Kind == MarkJoin {
		j.Correlated = len(marks)
	}
}

// anyJoin reads the join on any condition at all.
func (o *object) anyJoin() Operator {
	j := o.join()
	j.Predicate = o.takeExpr("condition")
	if j.Kind == "RIGHT_SEMI" || j.Kind == "RIGHT_ANTI" {
		o.fail(&Unsupported{Construct: "the join " + string(j.Kind), Position: -1})
	}
	return j
}

// crossProduct is the inner join without conditions.
func (o *object) crossProduct() Operator {
	sides := o.inputs(2)
	return &Join{Left: sides[0], Right: sides[1], Kind: InnerJoin}
}

// join reads what all joins with conditions have.
func (o *object) join() *Join {
	sides := o.inputs(2)
	j := &Join{Left: sides[0], Right: sides[1]}
	o.take("join_type", &j.Kind)
	switch j.Kind {
	case InnerJoin, LeftJoin, RightJoin, FullJoin, SemiJoin, AntiJoin, MarkJoin, SingleJoin, "RIGHT_SEMI", "RIGHT_ANTI":
	default:
		o.fail(&Unsupported{Construct: "the join " + string(j.Kind), Position: -1})
	}
	j.LeftKept, j.RightKept = o.takeMap("left_projection_map"), o.takeMap("right_projection_map")
	o.skip("mark_index")
	return j
}

// normalize swaps the sides of a join that gives rows of its right side. It reports whether it did.
func (j *Join) normalize() bool {
	kind, swap := map[JoinKind]JoinKind{"RIGHT_SEMI": SemiJoin, "RIGHT_ANTI": AntiJoin}[j.Kind]
	if !swap || j.Predicate != nil {
		return false
	}
	j.Kind, j.Left, j.Right = kind, j.Right, j.Left
	j.LeftKept, j.RightKept = j.RightKept, j.LeftKept
	for i, c := range j.Conditions {
		j.Conditions[i] = Condition{Left: c.Right, Right: c.Left, Op: plan.Flipped(c.Op)}
	}
	return true
}

func (o *object) takeConditions() []Condition {
	var raws []json.RawMessage
	o.take("conditions", &raws)
	out := make([]Condition, len(raws))
	for i, raw := range raws {
		c := open("join condition", raw)
		var kind string
		c.take("comparison", &kind)
		out[i] = Condition{Left: c.takeExpr("left"), Right: c.takeExpr("right"), Op: operators[kind]}
		if out[i].Op == "" {
			c.fail(&Unsupported{Construct: "the comparison " + kind, Position: -1})
		}
		if err := c.close(); err != nil {
			o.fail(err)
		}
	}
	return out
}

// takeTypes reads a list of types.
func (o *object) takeTypes(name string) []types.Type {
	var list []logicalType
	o.take(name, &list)
	out := make([]types.Type, len(list))
	for i := range list {
		t, err := list[i].resolve()
		if err != nil {
			o.fail(err)
		}
		out[i] = t
	}
	return out
}

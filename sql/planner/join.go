package planner

import (
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
)

func (b *builder) join(op *duckplan.Join) (plan.Node, error) {
	if u := b.undelimit(op); u != nil {
		return b.withoutDelim(op, u)
	}
	left, err := b.side(op.Left)
	if err != nil {
		return nil, err
	}
	right, err := b.side(op.Right)
	if err != nil {
		return nil, err
	}
	j := &joining{op: op, kind: joinKinds[op.Kind], left: left, right: right, lefts: len(left.Columns()), rights: len(right.Columns())}
	if err := j.settle(); err != nil {
		return nil, err
	}
	var out plan.Node
	switch {
	case op.Kind == duckplan.MarkJoin:
		out, err = b.mark(j)
	case op.AsOf:
		out, err = b.asof(j)
	default:
		out, err = b.pairs(j)
	}
	if err != nil {
		return nil, err
	}
	return j.restore(out), nil
}

// joinKinds are the plan's words for DuckDB's. A scalar subquery is a left join that finds one row at most.
var joinKinds = map[duckplan.JoinKind]plan.JoinKind{
	duckplan.InnerJoin: plan.InnerJoin, duckplan.LeftJoin: plan.LeftJoin, duckplan.RightJoin: plan.RightJoin, duckplan.FullJoin: plan.FullJoin,
	duckplan.SemiJoin: plan.SemiJoin, duckplan.AntiJoin: plan.AntiJoin, duckplan.SingleJoin: plan.LeftJoin,
}

// joining is a join being translated. Both sides get columns for the keys that are expressions, behind their own.
type joining struct {
	op            *duckplan.Join
	kind          plan.JoinKind
	left, right   plan.Node
	lefts, rights int // columns of the sides by themselves
	keys          []plan.KeyPair
	residual      []*plan.Expr // over the columns of left, then of right
}

// settle divides the conditions into keys and the rest.
func (j *joining) settle() error {
	leftColumns, rightColumns := j.left.Columns(), j.right.Columns()
	var leftKeys, rightKeys, rest []*plan.Expr
	var nulls []bool
	for _, c := range j.op.Conditions {
		sides, err := settle([]*plan.Expr{c.Left}, leftColumns)
		if err != nil {
			return err
		}
		others, err := settle([]*plan.Expr{c.Right}, rightColumns)
		if err != nil {
			return err
		}
		l, r := sides[0], others[0]
		if (c.Op == plan.Equal || c.Op == plan.NotDistinctFrom) && l.Type.Equal(r.Type) && j.op.Kind != duckplan.MarkJoin {
			leftKeys, rightKeys, nulls = append(leftKeys, l), append(rightKeys, r), append(nulls, c.Op == plan.NotDistinctFrom)
			continue
		}
		rest = append(rest, plan.Fn(c.Op, types.Of(types.Boolean), l, shift(r, j.lefts)))
	}
	if j.op.Predicate != nil {
		predicate, err := settle([]*plan.Expr{j.op.Predicate}, append(leftColumns[:j.lefts:j.lefts], rightColumns...))
		if err != nil {
			return err
		}
		rest = append(rest, conjuncts(predicate[0])...)
	}
	var leftAt, rightAt []int
	j.left, leftAt = columnsAnd(j.left, leftKeys)
	j.right, rightAt = columnsAnd(j.right, rightKeys)
	for i := range leftKeys {
		j.keys = append(j.keys, plan.KeyPair{Left: leftAt[i], Right: rightAt[i], Nulls: nulls[i]})
	}
	more := len(j.left.Columns()) - j.lefts
	for _, e := range rest {
		j.residual = append(j.residual, e.Rewrite(func(x *plan.Expr) *plan.Expr {
			if x.Kind != plan.Column || x.Index < j.lefts {
				return x
			}
			return shift(x, more)
		}))
	}
	return nil
}

// shift counts the columns of an expression from another start.
func shift(e *plan.Expr, by int) *plan.Expr {
	return e.Rewrite(func(x *plan.Expr) *plan.Expr {
		if x.Kind != plan.Column {
			return x
		}
		c := *x
		c.Index += by
		return &c
	})
}

// conjuncts takes an AND apart.
func conjuncts(e *plan.Expr) []*plan.Expr {
	if e.Kind != plan.Call || e.Name != plan.And {
		return []*plan.Expr{e}
	}
	var out []*plan.Expr
	for _, a := range e.Args {
		out = append(out, conjuncts(a)...)
	}
	return out
}

// restore drops the columns that were added for keys, and those that DuckDB does not keep.
func (j *joining) restore(n plan.Node) plan.Node {
	var columns []int
	keep := func(from, n int, kept []int) {
		if kept == nil {
			kept = identity(n)
		}
		for _, k := range kept {
			columns = append(columns, from+k)
		}
	}
	keep(0, j.lefts, j.op.LeftKept)
	wide := len(j.left.Columns())
	switch {
	case j.op.Kind == duckplan.MarkJoin:
		columns = append(columns, wide)
	case j.kind != plan.SemiJoin && j.kind != plan.AntiJoin:
		keep(wide, j.rights, j.op.RightKept)
	}
	if len(columns) == len(n.Columns()) && isAscending(columns) {
		return n
	}
	return kept(n, columns)
}

func isAscending(columns []int) bool {
	for i, c := range columns {
		if c != i {
			return false
		}
	}
	return true
}

// pairs is a join that gives rows for pairs, or for rows without a partner.
func (b *builder) pairs(j *joining) (plan.Node, error) {
	if found, err := b.lookup(j); found != nil || err != nil {
		return found, err
	}
	n := &plan.Join{Left: j.left, Right: j.right, Kind: j.kind, Keys: j.keys, Residual: j.residual, Changes: !b.final}
	if !b.final {
		return n, nil
	}
	leftKeys, rightKeys := j.keyColumns()
	if window := commonWindow(j.left, j.right, leftKeys, rightKeys); window != nil {
		return b.windowJoin(j, window)
	}
	if n.Bounds = j.bounds(); n.Bounds == nil {
		return nil, &neverCloses{
			"a join without a window", "join on a window of both sides (a.window_start = b.window_start), or bound the event times: " +
				"b.ts BETWEEN a.ts AND a.ts + INTERVAL '1 hour'", -1,
		}
	}
	return n, nil
}

func (j *joining) keyColumns() (left, right []int) {
	for _, k := range j.keys {
		left, right = append(left, k.Left), append(right, k.Right)
	}
	return left, right
}

// windowJoin joins the rows of a window once it has closed.
func (b *builder) windowJoin(j *joining, window *plan.WindowKey) (plan.Node, error) {
	leftKeys, rightKeys := j.keyColumns()
	join := plan.Join{Left: j.left, Right: j.right, Kind: j.kind, Keys: j.keys, Residual: j.residual}
	columns, passed := j.output()
	n := &plan.Relational{
		From: []plan.Node{j.left, j.right}, What: join.Describe(), Keys: [][]int{leftKeys, rightKeys}, Fields: join.Columns(), Passed: passed,
		SQL: "SELECT " + strings.Join(columns, ", ") + " FROM in0 AS l " + strings.ToUpper(string(j.kind)) + " JOIN in1 AS r ON " + j.conditionSQL(),
	}
	return b.relational(n, window, nil)
}

// conditionSQL prints keys and residual over tables l and r.
func (j *joining) conditionSQL() string {
	return sqlOf(append(j.keyExprs(), j.residual...), len(j.left.Columns()))
}

// output lists the columns that the join gives, over tables l and r, and which column of the left side each passes on; -1 if none.
func (j *joining) output() (columns []string, passed []int) {
	wide := len(j.left.Columns())
	columns, passed = columnList("l.", wide), identity(wide)
	if j.kind != plan.SemiJoin && j.kind != plan.AntiJoin {
		rights := len(j.right.Columns())
		columns, passed = append(columns, columnList("r.", rights)...), passedThen(wide, rights)
	}
	if j.kind == plan.RightJoin || j.kind == plan.FullJoin {
		passed = passedThen(0, len(passed))
	}
	return columns, passed
}

// keyExprs are the keys as conditions over the columns of left, then of right.
func (j *joining) keyExprs() []*plan.Expr {
	left, right := j.left.Columns(), j.right.Columns()
	out := make([]*plan.Expr, len(j.keys))
	for i, k := range j.keys {
		op := plan.Equal
		if k.Nulls {
			op = plan.NotDistinctFrom
		}
		out[i] = plan.Fn(op, types.Of(types.Boolean), plan.Col(k.Left, left[k.Left].Name, left[k.Left].Type),
			plan.Col(len(left)+k.Right, right[k.Right].Name, right[k.Right].Type))
	}
	return out
}

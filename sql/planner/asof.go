package planner

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/plan"
)

// asof pairs each left row with the nearest right row.
func (b *builder) asof(j *joining) (plan.Node, error) {
	if !b.final {
		return b.asofChanges(j)
	}
	wide := len(j.left.Columns())
	times := append(originsOf(j.left), originsOf(j.right)...)
	open := &neverCloses{"an ASOF join on other columns than the event times", "join on the WATERMARK columns: a.ts >= b.ts", -1}
	if len(j.residual) != 1 || j.kind != plan.InnerJoin && j.kind != plan.LeftJoin {
		return nil, open
	}
	left, right, op, ok := comparedTimes(j.residual[0], times, wide)
	if !ok || left.micros != 0 || right.micros != 0 || op != plan.Greater && op != plan.GreaterEqual {
		return nil, open
	}
	return &plan.Asof{Left: j.left, Right: j.right, Kind: j.kind, Keys: j.keys, LeftTime: left.column, RightTime: right.column - wide,
		Strict: op == plan.Greater}, nil
}

func (b *builder) asofChanges(j *joining) (plan.Node, error) {
	leftKeys, rightKeys := j.keyColumns()
	join := plan.Join{Left: j.left, Right: j.right, Kind: j.kind, Keys: j.keys, Residual: j.residual}
	columns, passed := j.output()
	list, keyOut := selectWithKeys(columns, passed, leftKeys, func(k int) string { return fmt.Sprintf("l.c%d", k) })
	n := &plan.Relational{
		From: []plan.Node{j.left, j.right}, What: "asof " + join.Describe(), Keys: [][]int{leftKeys, rightKeys}, Fields: join.Columns(), Passed: passed,
		KeyOut: keyOut, SQL: "SELECT " + list + " FROM in0 AS l ASOF " + strings.ToUpper(string(j.kind)) + " JOIN in1 AS r ON " + j.conditionSQL(),
	}
	return b.relational(n, nil, nil)
}

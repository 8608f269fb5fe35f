package planner

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// mark adds a BOOLEAN column that says whether a row has a partner: IN, ANY and EXISTS where their value is needed.
//
//	TRUE   a right row fulfils the condition
//	NULL   none does, but for one that the correlated conditions let in it is NULL
//	FALSE  otherwise
func (b *builder) mark(j *joining) (plan.Node, error) {
	wide := len(j.left.Columns())
	among, about := j.residual[:j.op.Correlated], j.residual[j.op.Correlated:]
	where := sqlOf(among, wide)
	condition := sqlOf(about, wide)
	n := &plan.Relational{
		From: []plan.Node{j.left, j.right}, What: "mark join on " + plan.ListSQL(j.residual, nil), Keys: [][]int{nil, nil},
		Fields: append(j.left.Columns()[:wide:wide], types.Field{Name: "mark", Type: types.Of(types.Boolean)}), Passed: passedThen(wide, 1),
		SQL: fmt.Sprintf("SELECT %s, (SELECT CASE WHEN bool_or(%s) THEN true WHEN bool_or((%s) IS NULL) THEN NULL ELSE false END FROM in1 AS r WHERE %s) FROM in0 AS l",
			columnsSQL("l.", wide), condition, condition, where),
	}
	return b.relational(n, nil, &neverCloses{"IN or EXISTS whose value is used", "filter on it alone, or use emit = 'changes'", -1})
}

func sqlOf(conditions []*plan.Expr, wide int) string {
	if len(conditions) == 0 {
		return "true"
	}
	parts := make([]string, len(conditions))
	for i, c := range conditions {
		parts[i] = c.SQL(ofSides(wide))
	}
	return strings.Join(parts, " AND ")
}

package planner

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
)

// isSession reports whether a call stands for the start or end of a session, as the macro of that name makes it.
func isSession(c *plan.OverCall) bool {
	return len(c.Args) == 1 && (c.Args[0].Name == plan.SessionStart || c.Args[0].Name == plan.SessionEnd)
}

// session adds the sessions' starts and ends, as calls ask for them.
func (b *builder) session(keyed plan.Node, width int, keys []int, calls []plan.OverCall) (plan.Node, error) {
	marker := calls[0].Args[0]
	micros, ok := microsOf(marker.Args[1])
	if !ok || micros < 0 {
		return nil, &duckplan.Mistake{Message: "session: the gap must be a constant of days or less that is not negative, such as INTERVAL '10 seconds'", Position: -1}
	}
	if marker.Args[0].Kind != plan.Column {
		return nil, &duckplan.Mistake{Message: "session: the time must be a column", Position: -1}
	}
	n := &plan.Session{From: keyed, Time: marker.Args[0].Index, Gap: micros, Keys: keys}
	var out plan.Node = n
	switch closes := originsOf(keyed)[n.Time].Name == eventTime; {
	case b.final && !closes:
		return nil, &neverCloses{"session over a column that is no event time", "use the column of the source's WATERMARK", -1}
	case !b.final:
		out = sessionChanges(n, marker.Args[1])
	}
	wide := len(keyed.Columns())
	columns := identity(width)
	for i := range calls {
		at := wide
		if calls[i].Args[0].Name == plan.SessionEnd {
			at++
		}
		columns = append(columns, at)
	}
	return kept(out, columns), nil
}

// sessionChanges keeps sessions by the definition that the macro has in the result database.
func sessionChanges(n *plan.Session, gap *plan.Expr) plan.Node {
	fields := n.Columns()
	width := len(fields) - 2
	by := make([]string, len(n.Keys))
	for i, k := range n.Keys {
		by[i] = fmt.Sprintf("c%d, ", k)
	}
	partition, ts := strings.Join(by, ""), fmt.Sprintf("c%d", n.Time)
	span := gap.Value.SQL(types.Of(types.Interval))
	alone := strings.TrimSuffix(partition, ", ")
	if alone != "" {
		alone = "PARTITION BY " + alone + " "
	}
	list, keyOut := selectWithKeys(append(columnList("", width), fmt.Sprintf("min(%[2]s) OVER (PARTITION BY %[1]sweir_session)", partition, ts),
		fmt.Sprintf("max(%[2]s) OVER (PARTITION BY %[1]sweir_session) + %[3]s", partition, ts, span)), passedThen(width, 2), n.Keys, columnAt)
	return &plan.Relational{
		From: []plan.Node{n.From}, What: n.Describe(), Keys: [][]int{n.Keys}, Fields: fields, Passed: passedThen(width, 2), Changes: true,
		EventTime: eventTimeColumns([]plan.Node{n.From}),
		KeyOut:    keyOut,
		SQL: fmt.Sprintf(`SELECT %[1]s FROM (SELECT *, sum(weir_new) OVER (%[2]sORDER BY %[3]s RANGE UNBOUNDED PRECEDING) AS weir_session
FROM (SELECT *, CASE WHEN %[3]s - lag(%[3]s) OVER (%[2]sORDER BY %[3]s) <= %[4]s THEN 0 ELSE 1 END AS weir_new FROM in0 WHERE %[3]s IS NOT NULL))`,
			list, alone, ts, span),
	}
}

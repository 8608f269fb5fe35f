package live

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/weirdb/weir/dashboards/grafana/pkg/macro"
	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// historyRows is how many rows a channel that adds rows begins with at most, and finds again after a gap.
const historyRows = 10_000

// history is the newest rows that a view had at an epoch, in the order in which they came.
type history struct {
	epoch int64
	rows  []row
	cut   bool // there were more
}

// historySQL reads rows and the epoch that they are of in one statement, and thus in one transaction. Rows lie in the table in the order in
// which they came. A table without rows still gives its epoch.
func historySQL(p Path) string {
	return fmt.Sprintf(`SELECT c.epoch AS "weir epoch", r.* FROM weir.checkpoint AS c
LEFT JOIN (SELECT rowid AS "weir row", %s FROM main.%s WHERE %s ORDER BY rowid DESC LIMIT %d) AS r ON true ORDER BY r."weir row"`,
		list(p.Columns), macro.Identifier(p.View), condition(p.Where), historyRows+1)
}

func condition(where string) string {
	if where == "" {
		return "true"
	}
	return "(" + where + ")"
}

func list(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = macro.Identifier(n)
	}
	return strings.Join(quoted, ", ")
}

var errNoCommit = errors.New("weir has committed nothing yet; try again in a moment")

// history reads a view's newest rows.
func (h *Hub) history(ctx context.Context, p Path, caller weir.Caller) (*history, error) {
	t, err := h.client.Table(ctx, weir.Query{SQL: historySQL(p), Limit: historyRows + 1, Caller: caller})
	if err != nil {
		return nil, err
	}
	if len(t.Rows) == 0 {
		return nil, errNoCommit
	}
	out := &history{}
	if out.epoch, err = strconv.ParseInt(strings.Trim(string(t.Rows[0][0]), `"`), 10, 64); err != nil {
		return nil, fmt.Errorf("reading the epoch of %s: %w", p.View, err)
	}
	if string(t.Rows[0][1]) == "null" {
		return out, nil
	}
	for _, r := range t.Rows {
		out.rows = append(out.rows, r[2:])
	}
	if out.cut = len(out.rows) > historyRows; out.cut {
		out.rows = out.rows[1:]
	}
	return out, nil
}

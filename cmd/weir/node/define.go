package node

import (
	"context"
	"errors"

	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/sql/catalog"
)

// readOnly refuses a statement that changes definitions, where only queries may be sent.
func readOnly(statement string) error {
	return &server.UserError{Code: "refused", Position: -1,
		Message: statement + " works here only if weir runs with --writable; statements in the files that `weir run` is given always do"}
}

// define changes definitions that the engine does not run by, while it goes on. Those who show or use them are told then. The answer names
// what has changed.
func (n *Node) define(ctx context.Context, sql string, tell func()) (*server.Result, error) {
	n.asking.Lock()
	defer n.asking.Unlock()
	before := n.catalog.Mark()
	done, err := n.inChange(ctx, sql)
	if err != nil && len(done.changes) > 0 { // it could not be stored
		err = errors.Join(err, n.catalog.Restore(before))
	}
	if err != nil {
		return nil, mistakeOf(err)
	}
	tell()
	answer := catalog.Answer{Columns: []string{"changed"}, Rows: [][]string{{""}}}
	if len(done.changes) > 0 {
		answer.Rows[0][0] = done.changes[0].Name
	}
	return answerResult(answer), nil
}

package node

import (
	"errors"
	"regexp"

	"github.com/weirdb/weir/connectors/server"
)

// tableUnknown finds a table that does not exist, in what DuckDB says.
var tableUnknown = regexp.MustCompile(`^Table with name (.+) does not exist!`)

// ofSource says of a query's mistake that the table which does not exist is a source; other errors stay as they are.
func (n *Node) ofSource(err error) error {
	var mistake *server.UserError
	if !errors.As(err, &mistake) {
		return err
	}
	m := tableUnknown.FindStringSubmatch(mistake.Message)
	if m == nil || !n.hasSource(m[1]) {
		return err
	}
	told := *mistake
	told.Message, told.Candidates = m[1]+" is a source, and sources keep no rows: a view over it does, such as CREATE MATERIALIZED VIEW … AS FROM "+m[1], nil
	return &told
}

func (n *Node) hasSource(name string) bool {
	n.asking.Lock()
	defer n.asking.Unlock()
	return n.catalog.Source(name) != nil
}

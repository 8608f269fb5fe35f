package node

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirdb/weir/connectors/server"
)

// TestAskedForASource: who asks for a source's rows is told that a view has them, and who mistypes a name what is like it.
func TestAskedForASource(t *testing.T) {
	n := open(t, filepath.Join(t.TempDir(), "weir.duckdb"), &events{}, Options{Postgres: true})
	apply(t, n, source+"CREATE MATERIALIZED VIEW counted AS SELECT a, count(*) AS c FROM s GROUP BY a;", "")
	for sql, want := range map[string]string{"SELECT * FROM s": "s is a source, and sources keep no rows", "FROM S": "S is a source", "FROM countd": "countd does not exist!\nDid you mean \"counted\"?"} {
		_, asked := n.Query(t.Context(), sql, server.Limits{MaxRows: 10})
		_, read := n.Read(t.Context(), sql, nil, server.Limits{})
		_, _, described := n.Describe(t.Context(), sql)
		for _, err := range []error{asked, read, described} {
			var mistake *server.UserError
			if !errors.As(err, &mistake) || !strings.Contains(mistake.Message, want) || mistake.Position < 0 {
				t.Errorf("%s: %v, want %s, and its place", sql, err, want)
			}
		}
	}
}

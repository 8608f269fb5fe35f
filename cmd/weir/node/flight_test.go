package node

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/weirdb/weir/connectors/server"
)

// TestFlightReadsOnly: over Flight SQL nothing is changed, also where the HTTP API may; what Weir answers by itself is answered.
func TestFlightReadsOnly(t *testing.T) {
	n := open(t, filepath.Join(t.TempDir(), "weir.duckdb"), &events{}, Options{Writable: true})
	apply(t, n, ratesTable+source+"CREATE MATERIALIZED VIEW counted AS SELECT a, count(*) AS c FROM s GROUP BY a;", "")
	for _, sql := range []string{"INSERT INTO rates VALUES (1, 1)", "ALTER MATERIALIZED VIEW counted PAUSE", "DELETE FROM rates"} {
		_, err := n.ReadRow(t.Context(), sql, nil, server.Limits{})
		var user *server.UserError
		if !errors.As(err, &user) || user.Code != "read_only" {
			t.Errorf("%s: %v", sql, err)
		}
	}
	for sql, columns := range map[string]int{"SHOW VIEWS": 6, "EXPLAIN counted": 1, "SELECT * FROM counted": 2} {
		result, err := n.ReadRow(t.Context(), sql, nil, server.Limits{})
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		if len(result.Columns) != columns {
			t.Errorf("%s has %v", sql, result.Columns)
		}
		result.Close()
	}
}

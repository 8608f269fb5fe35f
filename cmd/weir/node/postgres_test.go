package node

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/weirdb/weir/connectors/server"
)

// TestPostgresReadsOnly: over the PostgreSQL protocol nothing is changed, also where the HTTP API may.
func TestPostgresReadsOnly(t *testing.T) {
	n := open(t, filepath.Join(t.TempDir(), "weir.duckdb"), &events{}, Options{Writable: true, Postgres: true})
	apply(t, n, ratesTable+source+"CREATE MATERIALIZED VIEW counted AS SELECT a, count(*) AS c FROM s GROUP BY a;", "")
	for _, sql := range []string{"INSERT INTO rates VALUES (1, 1)", "CREATE TABLE x (a INT)", "ALTER MATERIALIZED VIEW counted PAUSE", "DROP MATERIALIZED VIEW counted",
		"DELETE FROM rates"} {
		_, err := n.Read(t.Context(), sql, nil, server.Limits{})
		var user *server.UserError
		if !errors.As(err, &user) || user.Code != "read_only" {
			t.Errorf("%s: %v", sql, err)
		}
		if _, _, err := n.Describe(t.Context(), sql); !errors.As(err, &user) || user.Code != "read_only" {
			t.Errorf("describing %s: %v", sql, err)
		}
	}
	for sql, columns := range map[string]int{"SHOW VIEWS": 6, "SHOW SOURCES": 6, "EXPLAIN counted": 1, "SELECT * FROM counted": 2,
		"FROM postgres.info.tables": 12} {
		described, parameters, err := n.Describe(t.Context(), sql)
		if err != nil || len(described) != columns || len(parameters) != 0 {
			t.Errorf("describing %s: %v, %v", sql, described, err)
		}
		result, err := n.Read(t.Context(), sql, nil, server.Limits{})
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

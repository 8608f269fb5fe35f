package e2e

import (
	"flag"
	"strings"
)

var fixedSeed = flag.Uint64("seed", 0, "seed of the generated events; 0 for another one each time")

// view is a view under test.
type view struct {
	name, emit, query string
}

// views are one of each kind: windows that are written once, groups that change, rows that only pass.
var views = []view{
	{"per_window", "close", `SELECT window_start, window_end, k, count(*) AS c, sum(n) AS total, sum(v) AS exact, count(DISTINCT n) AS d
FROM tumble(ev, ts, INTERVAL '10 seconds') GROUP BY ALL`},
	{"per_key", "changes", `SELECT k, count(*) AS c, sum(v) AS exact, max(id) AS last, min(ts) AS first, count(DISTINCT n) AS d FROM ev GROUP BY k`},
	{"passed", "", `SELECT id, upper(k) AS k, v * 2 AS twice, ts FROM ev WHERE n > 90`},
}

// statement is the view's CREATE.
func (v view) statement() string {
	with := ""
	if v.emit != "" {
		with = " WITH (emit = '" + v.emit + "')"
	}
	return "CREATE MATERIALIZED VIEW " + v.name + with + " AS\n" + v.query + ";\n"
}

func statements(views []view) string {
	var b strings.Builder
	for _, v := range views {
		b.WriteString(v.statement())
	}
	return b.String()
}

package scoring_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // registers the driver "duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/sql/scoring"
)

// asker asks a DuckDB of its own.
func asker(t *testing.T) engine.Ask {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return func(query, argument string) (answer string, err error) {
		err = db.QueryRowContext(context.Background(), query, argument).Scan(&answer)
		return answer, err
	}
}

func check(method string, columns int, options map[string]any) error {
	if method != "auto" && method != "ewma" {
		return fmt.Errorf("there is no detector '%s'", method)
	}
	for name := range options {
		if name != "span" && name != "season" {
			return fmt.Errorf("unknown option %s", name)
		}
	}
	return nil
}

const (
	auto = `last_value(weir_anomaly('{"method":"auto"}', `
	ewma = `last_value(weir_anomaly('{"method":"ewma"}', `
)

// TestPlanned looks at the planner's form, in which all that is no call stays as it is.
func TestPlanned(t *testing.T) {
	r, ask := scoring.Rewriter{Check: check, Planned: true}, asker(t)
	for text, want := range map[string]string{
		"SELECT anomaly(x) OVER (ORDER BY ts) AS a FROM t":                                          "SELECT " + auto + "x)) OVER (ORDER BY ts) AS a FROM t",
		"SELECT Anomaly(x) OVER (ORDER BY ts) a FROM t":                                             "SELECT " + auto + "x)) OVER (ORDER BY ts) a FROM t",
		"SELECT anomaly( f(x, 2) ,y)over w AS a FROM t WINDOW w AS (ORDER BY ts)":                   "SELECT " + auto + "f(x, 2), y)) over w AS a FROM t WINDOW w AS (ORDER BY ts)",
		"SELECT anomaly(x, detector := 'ewma') OVER w AS a FROM t WINDOW w AS (ORDER BY ts)":        "SELECT " + ewma + "x)) OVER w AS a FROM t WINDOW w AS (ORDER BY ts)",
		"SELECT anomaly(span => 2.5, x, season := INTERVAL '1 day') OVER (ORDER BY ts) AS a FROM t": `SELECT last_value(weir_anomaly('{"method":"auto","options":{"season":"1 day","span":2.5}}', x)) OVER (ORDER BY ts) AS a FROM t`,
		"FROM t WHERE x IN (SELECT anomaly(1) OVER (ORDER BY ts) FROM u)":                           "FROM t WHERE x IN (SELECT " + auto + `1)) OVER (ORDER BY ts) AS "anomaly" FROM u)`,
		"SELECT 1, anomaly(x) OVER (ORDER BY ts), 2 FROM t":                                         "SELECT 1, " + auto + `x)) OVER (ORDER BY ts) AS "anomaly", 2 FROM t`,
		"SELECT (anomaly_ewma(x) OVER (ORDER BY ts)).score FROM t":                                  "SELECT (" + ewma + `x)) OVER (ORDER BY ts)).score AS "score" FROM t`,
		"SELECT round((anomaly(x) OVER (ORDER BY ts)).score, 2), y FROM t":                          "SELECT round((" + auto + `x)) OVER (ORDER BY ts)).score, 2) AS "anomaly", y FROM t`,
		"SELECT (anomaly(x) OVER (ORDER BY ts)).score IS DISTINCT FROM 1 FROM t":                    "SELECT (" + auto + `x)) OVER (ORDER BY ts)).score IS DISTINCT FROM 1 AS "anomaly" FROM t`,
		"SELECT f(1, anomaly(x) OVER (ORDER BY ts)), g((SELECT 1), anomaly(y) OVER (ORDER BY ts))":  "SELECT f(1, " + auto + `x)) OVER (ORDER BY ts)) AS "anomaly", g((SELECT 1), ` + auto + `y)) OVER (ORDER BY ts)) AS "anomaly"`,
		"SELECT (anomaly(x) OVER (ORDER BY ts)).score - (anomaly_ewma(x) OVER (ORDER BY ts)).score": "SELECT (" + auto + "x)) OVER (ORDER BY ts)).score - (" + ewma + `x)) OVER (ORDER BY ts)).score AS "score"`,
		"FROM t SELECT 'é', anomaly(x) OVER (ORDER BY ts)":                                          "FROM t SELECT 'é', " + auto + `x)) OVER (ORDER BY ts) AS "anomaly"`,
		"FROM (SELECT anomaly(x) OVER (ORDER BY ts) FROM t)":                                        "FROM (SELECT " + auto + `x)) OVER (ORDER BY ts) AS "anomaly" FROM t)`,
		"SELECT x FROM t QUALIFY (anomaly(x) OVER (ORDER BY ts)).is_anomaly":                        "SELECT x FROM t QUALIFY (" + auto + "x)) OVER (ORDER BY ts)).is_anomaly",
		"SELECT 'anomaly(x) OVER (ORDER BY ts)', \"anomaly\" FROM anomaly_log -- anomaly(":          "SELECT 'anomaly(x) OVER (ORDER BY ts)', \"anomaly\" FROM anomaly_log -- anomaly(",
		"SELEC anomaly(x)": "SELEC anomaly(x)",
		"SELECT w, count(*) AS n, anomaly(count(*)) OVER (ORDER BY w) AS a, 1 AS one, f(v) FROM t GROUP BY ALL ORDER BY w": "SELECT w, count(*) AS n, " + auto +
			"count(*))) OVER (ORDER BY w) AS a, 1 AS one, f(v) FROM t GROUP BY 1, 5 ORDER BY w",
		"FROM (SELECT w, (anomaly(sum(x)) OVER (ORDER BY w)).score FROM t GROUP BY ALL) SELECT w, max(score) GROUP BY ALL": "FROM (SELECT w, (" + auto +
			`sum(x))) OVER (ORDER BY w)).score AS "score" FROM t GROUP BY 1) SELECT w, max(score) GROUP BY ALL`,
		"SELECT *, anomaly(sum(x)) OVER (ORDER BY w) AS a FROM t GROUP BY ALL": "SELECT *, " + auto + "sum(x))) OVER (ORDER BY w) AS a FROM t GROUP BY ALL",
	} {
		got, err := r.Rewrite(text, ask)
		if err != nil || got.SQL != want {
			t.Errorf("%s\n got %s\nwant %s\nerror %v", text, got.SQL, want, err)
		}
	}
}

// TestComputed looks at the form that DuckDB computes.
func TestComputed(t *testing.T) {
	const row = `hash(k, (b + 1)), ts, x, y`
	text := "SELECT anomaly(x, y) OVER w AS a FROM t WINDOW w AS (PARTITION BY k, b+1 ORDER BY ts)"
	want := `SELECT weir_scored('{"method":"auto"}', max(weir_push('{"method":"auto"}', ` + row + `)) OVER (PARTITION BY k, (b + 1)), count(*) OVER (PARTITION BY k, (b + 1)), ` + row +
		`) AS a FROM t WINDOW w AS (PARTITION BY k, b+1 ORDER BY ts)`
	got, err := scoring.Rewriter{Check: check}.Rewrite(text, asker(t))
	if err != nil || got.SQL != want {
		t.Errorf(" got %s\nwant %s\nerror %v", got.SQL, want, err)
	}
}

// TestOrigin finds each word of a text again, wherever its copies stand.
func TestOrigin(t *testing.T) {
	ask := asker(t)
	const text = "SELECT 'ü', before, anomaly(first + second, span := 3) OVER (PARTITION BY key ORDER BY time), behind FROM data"
	for _, planned := range []bool{true, false} {
		got, err := scoring.Rewriter{Check: check, Planned: planned}.Rewrite(text, ask)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"before", "first", "second", "key", "time", "behind", "data"} {
			for from := 0; ; from++ {
				at := strings.Index(got.SQL[from:], word)
				if at < 0 {
					break
				}
				if from += at; got.Place(from) != strings.Index(text, word) {
					t.Errorf("planned %v: %s at %d of %s comes from %d", planned, word, from, got.SQL, got.Place(from))
				}
			}
		}
	}
}

// TestMistakes marks in each text where the mistake is.
func TestMistakes(t *testing.T) {
	ask := asker(t)
	for marked, want := range map[string]string{
		"SELECT anomaly(x, ^spam := 1) OVER (ORDER BY ts)":                                  "unknown option spam",
		"SELECT anomaly(x, span := 1, ^span := 2) OVER (ORDER BY ts)":                       "option span is given twice",
		"SELECT anomaly(x, detector := 'ewma', ^detector := 'ewma') OVER (ORDER BY ts)":     "option detector is given twice",
		"SELECT anomaly_ewma(x, ^detector := 'auto') OVER (ORDER BY ts)":                    "leave detector out",
		"SELECT anomaly(x, ^0.9) OVER (ORDER BY ts)":                                        "options go by name, as in anomaly(x, threshold := 0.9)",
		"SELECT anomaly(x, ^'ewma', span := 3) OVER (ORDER BY ts)":                          "detector := 'ewma'",
		"SELECT anomaly(^'x') OVER (ORDER BY ts)":                                           "name a column without quotes",
		"SELECT x FROM t WHERE (^anomaly(x) OVER (ORDER BY ts)).is_anomaly":                 "put the condition into QUALIFY",
		"SELECT y FROM t GROUP BY y HAVING (^anomaly(max(x)) OVER (ORDER BY y)).is_anomaly": "put the condition into QUALIFY",
		"SELECT anomaly(x, span := ^y) OVER (ORDER BY ts)":                                  "must be a constant",
		"SELECT anomaly(x, span := ^NULL) OVER (ORDER BY ts)":                               "must be a constant",
		"SELECT anomaly(x, detector := ^'emwa') OVER (ORDER BY ts)":                         "there is no detector 'emwa'",
		"SELECT 'ü', ^anomaly_emwa(x) OVER (ORDER BY ts)":                                   "there is no detector 'emwa'",
		"SELECT ^anomaly(x) FROM t":                                                         "needs OVER",
		"SELECT y, ^anomaly(x) OVER (PARTITION BY y)":                                       "needs an ORDER BY",
		"SELECT ^anomaly() OVER (ORDER BY ts)":                                              "needs a number",
		"SELECT ^anomaly(x) OVER (ORDER BY ts ROWS 3 PRECEDING)":                            "leave the frame out",
		"SELECT ^anomaly(x) OVER w FROM t WINDOW w AS (ORDER BY ts DESC)":                   "leave DESC",
		"SELECT anomaly(^anomaly(x) OVER (ORDER BY ts)) OVER (ORDER BY ts)":                 "into a subquery",
	} {
		at := strings.Index(marked, "^")
		_, err := scoring.Rewriter{Check: check}.Rewrite(strings.Replace(marked, "^", "", 1), ask)
		var mistake *engine.TextError
		if !errors.As(err, &mistake) || mistake.Position != at || !strings.Contains(mistake.Message, want) {
			t.Errorf("%s: error %v at %+v, want %s", marked, err, mistake, want)
		}
	}
}

// TestMacro rewrites the bodies of macros, and nothing else of them.
func TestMacro(t *testing.T) {
	r, ask := scoring.Rewriter{Check: check, Planned: true}, asker(t)
	for _, c := range []struct {
		text  string
		table bool
		want  string
	}{
		{"m(x, t := 1) AS anomaly(x) OVER (ORDER BY t)", false, "m(x, t := 1) AS " + auto + "x)) OVER (ORDER BY t)"},
		{"m(x) AS f(x, (1)), (x, t) AS (anomaly(x) OVER (ORDER BY t)).score", false, "m(x) AS f(x, (1)), (x, t) AS (" + auto + "x)) OVER (ORDER BY t)).score"},
		{"m(t) AS TABLE SELECT a, (b) AS c, anomaly(x) OVER (ORDER BY ts) FROM query_table(t)", true,
			"m(t) AS TABLE SELECT a, (b) AS c, " + auto + `x)) OVER (ORDER BY ts) AS "anomaly" FROM query_table(t)`},
	} {
		got, err := r.Macro(c.text, c.table, ask)
		if err != nil || got.SQL != c.want {
			t.Errorf("%s\n got %s\nwant %s\nerror %v", c.text, got.SQL, c.want, err)
		}
		if at := strings.Index(got.SQL, "OVER"); err == nil && got.Place(at) != strings.Index(c.text, "OVER") {
			t.Errorf("%s: OVER comes from %d", c.text, got.Place(at))
		}
	}
	_, err := r.Macro("m(x) AS anomaly(x, spam := 1) OVER (ORDER BY t)", false, ask)
	var mistake *engine.TextError
	if !errors.As(err, &mistake) || mistake.Position != 19 {
		t.Errorf("error %v at %+v", err, mistake)
	}
}

package pipelinetest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFiles runs the files in testdata, in which every expectation holds.
func TestFiles(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.test.sql")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".test.sql"), func(t *testing.T) {
			t.Parallel()
			var said bytes.Buffer
			if r := Run(t.Context(), &said, path); r.Failed > 0 || r.Passed == 0 {
				t.Errorf("%d passed, %d failed\n%s", r.Passed, r.Failed, said.String())
			}
		})
	}
}

const pipeline = `CREATE SOURCE s (k VARCHAR, v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1 second') WITH (connector = 'memory');
CREATE MATERIALIZED VIEW sums AS SELECT k, sum(v) AS total FROM s GROUP BY k;
CREATE MATERIALIZED VIEW ten AS SELECT window_start, count(*) AS n FROM tumble(s, ts, INTERVAL '10 seconds') GROUP BY ALL;
CREATE MATERIALIZED VIEW casts AS SELECT CAST(k AS INTEGER) AS i FROM s WHERE v = 7;
INSERT INTO s (k, v, ts) VALUES ('a', 1, '2026-01-01 00:00:01'), ('b', 2, '2026-01-01 00:00:12');
`

// run1 runs a text behind the pipeline, which has 5 lines.
func run1(t *testing.T, text string) (Result, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.test.sql")
	if err := os.WriteFile(path, []byte(pipeline+text), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	r := Run(t.Context(), &said, path)
	return r, strings.ReplaceAll(said.String(), path, "x.test.sql")
}

// TestFailures: a difference is told with its line and the rows, and the file goes on.
func TestFailures(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"EXPECT sums ROWS ('a', 1), ('b', 3), ('b', 3);", "x.test.sql:6: EXPECT sums ROWS (…)\n  - b | 3\n  - b | 3\n  + b | 2\n"},
		{"\nEXPECT sums EMPTY;", "x.test.sql:7: EXPECT sums EMPTY\n  + a | 1\n  + b | 2\n"},
		{"EXPECT SELECT k FROM sums ORDER BY k DESC ROWS ('a'), ('b');", "x.test.sql:6: EXPECT SELECT k FROM sums ORDER BY k DESC ROWS (…)\n  - a\n    b\n  + a\n"},
		{"EXPECT ten ROWS 2;", "x.test.sql:6: EXPECT ten ROWS 2\n  expected are 2 rows, there are 1:\n  + 2026-01-01 00:00:00 | 1\n"},
		{"EXPECT LATE ten ROWS ('2026-01-01');", "x.test.sql:6: EXPECT LATE ten ROWS (…)\n  - 2026-01-01 00:00:00\n"},
		{"EXPECT DEAD LETTERS s ROWS ('x');", "x.test.sql:6: EXPECT DEAD LETTERS s ROWS (…)\n  - x\n"},
	} {
		r, said := run1(t, c.text+"\nEXPECT sums ROWS 2;")
		if said != c.want || r != (Result{Passed: 1, Failed: 1}) {
			t.Errorf("%s\n%+v\n%s\nwant\n%s", c.text, r, said, c.want)
		}
	}
}

// TestMistakes: what cannot be run ends the file, with the place.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"EXPCT sums EMPTY;", `line 6, column 1: found "EXPCT" where CREATE …, INCLUDE`},
		{"EXPECT sums;", `line 6, column 12: found ";" where ROWS (…), ROWS and a number, or EMPTY should stand`},
		{"EXPECT nosuch EMPTY;", "line 6, column 8: there is no view nosuch"},
		{"EXPECT sums ROWS (1);", "line 6, column 18: the rows have 1 values, but there are 2 columns: \"k\", \"total\""},
		{"EXPECT sums ROWS ('a', 'b');", "line 6, column 18: "},
		{"EXPECT sums ROWS ('a', nosuch);", "line 6, column 24: "},
		{"EXPECT SELECT nosuch FROM sums EMPTY;", "line 6, column 15: Referenced column \"nosuch\" not found"},
		{"INSERT INTO nosuch VALUES (1);", "line 6, column 13: there is no source nosuch; there are s"},
		{"INSERT INTO s VALUES (1);", "line 6, column 15: 1 values for the 3 columns k, v, ts of source s"},
		{"INSERT INTO s (k, x) VALUES (1, 2);", "line 6, column 19: source s has no column x; it has k, v, ts"},
		{"INSERT INTO s (v) VALUES ('many');", "line 6, column 1: Could not convert string 'many' to INT32"},
		{"INSERT INTO s (v) SELECT 1 +;", "line 6, column 2"},
		{"INSERT INTO s JSON 7;", `line 6, column 20: found "7" where a record in quotes should stand`},
		{"ADVANCE WATERMARK s TO 'noon';", "line 6, column 24: "},
		{"ADVANCE CLOCK BY INTERVAL 'long';", "line 6, column 27: 'long' is not a span of time"},
		{"IDLE s;", "PARTITION and its name should"},
		{"CLOSE s;\nINSERT INTO s (v) VALUES (1);", "line 7, column 13: source s was closed in line 6"},
		{"CREATE SOURCE t (a INTEGER) WITH (connector = 'memory');", "line 6, column 1: definitions come before the first INSERT"},
		{"INCLUDE 'x.sql';", "line 6, column 1: INCLUDE comes before"},
		{"INSERT INTO s (k, v) VALUES ('x', 7);\nEXPECT casts EMPTY;", "line 7, column 1: view casts has failed: "},
	} {
		r, said := run1(t, c.text+"\nEXPECT sums ROWS 99;")
		if !strings.Contains(said, c.want) || r != (Result{Failed: 1}) {
			t.Errorf("%s\n%+v\n%s\nwant\n%s", c.text, r, said, c.want)
		}
	}
}

// TestDefinitions: a mistake in one has its place in the file.
func TestDefinitions(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("p.sql", "CREATE SOURCE s (a INTEGER) WITH (connector = 'kafka', topic = 'x', brokers = 'b');\n\nCREATE MATERIALIZED VIEW v AS SELECT b FROM s;")
	for text, want := range map[string]string{
		"INCLUDE 'p.sql'; EXPECT v EMPTY": "p.sql: line 3, column 38: Referenced column \"b\" not found",
		"INCLUDE 'q.sql'; EXPECT v EMPTY": "line 1, column 9: INCLUDE: open ",
		"CREATE SOURCE s (a INTEGER)\nWITH (connector = 'memory');\nCREATE MATERIALIZED VIEW v AS\n  SELECT b FROM s; EXPECT v EMPTY": "line 4, column 10: Referenced column",
		"CREATE SOURCE s (a INTEGER) WITH (connector = 'memory');":                                                                    "the file expects nothing",
	} {
		var said bytes.Buffer
		if r := Run(t.Context(), &said, write("x.test.sql", text)); r.Failed != 1 || !strings.Contains(said.String(), want) {
			t.Errorf("%s\n%+v %s\nwant %s", text, r, said.String(), want)
		}
	}
}

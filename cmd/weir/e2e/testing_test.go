package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// example is a block of shell, and the block of its output if that follows at once.
var example = regexp.MustCompile("(?s)```sh\n(.*?)```\n(?:```\n(.*?)```\n)?")

// logLine is a line of the log, which has the time and is not shown on pages.
var logLine = regexp.MustCompile(`(?m)^time=.*\n`)

// TestTestingPage runs the examples of docs/testing.md in order, and wants the output that the page shows.
func TestTestingPage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := example.FindAllStringSubmatch(string(page), -1)
	if len(examples) < 4 {
		t.Fatalf("the page has %d examples only", len(examples))
	}
	dir := t.TempDir()
	for _, x := range examples {
		cmd := exec.Command("bash", "-c", x[1]) // some are to fail
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(weir)+":"+os.Getenv("PATH"))
		out, _ := cmd.CombinedOutput()
		if out = logLine.ReplaceAll(out, nil); string(out) != x[2] {
			t.Errorf("%s\ngot\n%s\nwant\n%s", x[1], out, x[2])
		}
	}
}

// The exit codes, and what a database says that is in use.
func TestVerify(t *testing.T) {
	dir := small(t)
	write(t, dir, "good.test.sql", "INCLUDE 'x.sql'; INSERT INTO ev (id, ts) VALUES (1, '2026-01-01'); EXPECT LATE per_window EMPTY;")
	write(t, dir, "bad.test.sql", "INCLUDE 'x.sql'; EXPECT LATE per_window ROWS 1;")
	out, _ := run(t, dir, 0, "test", "good.test.sql")
	says(t, "test", out, "1 passed, 0 failed")
	out, said := run(t, dir, 1, "test", "good.test.sql", "bad.test.sql")
	says(t, "test", out+said, "bad.test.sql:1: EXPECT LATE per_window ROWS 1", "1 passed, 1 failed", "weir: 1 of 2 failed")
	p := follow(t, dir)
	p.read(3)
	_, said = run(t, dir, 1, "verify", "--db", "x.duckdb", "x.sql")
	says(t, "database taken", said, "x.duckdb is open in another process (pid ", "stop it first")
	p.kill()
	out, _ = run(t, dir, 0, "verify", "--db", "x.duckdb", "x.sql")
	says(t, "verify after kill -9", out, "view per_window: equal: ", "windows from", "view per_key: equal: ", "view passed: equal: ")
	run(t, dir, 0, "run", "--once", "--db", "x.duckdb", "x.sql")
	out, _ = run(t, dir, 0, "verify", "--ended", "--db", "x.duckdb")
	says(t, "verify after the end", out, "view per_window: equal: ", " over 3 events")
}

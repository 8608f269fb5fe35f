package e2e

import (
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// spans are what differs from one answer to the next: spans of time, shares, and the tables' widths, which follow them.
var spans = regexp.MustCompile(`\d+(\.\d+)? (s|%)|[ ─┬┼┴]+|epoch \d+`)

// TestOperationsWhy runs the example of weir why in docs/operations.md as it stands, and wants the answer that the page shows.
func TestOperationsWhy(t *testing.T) {
	page, err := os.ReadFile("../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "## Why is a window still open?")
	if !found {
		t.Fatal("docs/operations.md does not say why a window is open")
	}
	script := shellBlock.FindStringSubmatch(section)[1]
	want := regexp.MustCompile("(?s)```\n(by_sensor: .*?)```").FindStringSubmatch(section)[1]
	at := freeAddress(t)
	script = strings.NewReplacer("bin/weir run", weir+" run --listen "+at, "bin/weir why", weir+" why --server http://"+at,
		"sleep 3", "until "+weir+" why --server http://"+at+" by_sensor 2>/dev/null | grep 'last commit: epoch 1' >/dev/null; do sleep 0.1; done").Replace(script)
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n"+script)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, want := spans.ReplaceAllString(string(out), " "), spans.ReplaceAllString(want, " "); !strings.Contains(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestOperationsPlan runs the example of weir plan in docs/operations.md as it stands, and wants the answer that the page shows.
func TestOperationsPlan(t *testing.T) {
	page, err := os.ReadFile("../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "## Changing a query")
	if !found {
		t.Fatal("docs/operations.md does not say how to change a query")
	}
	want := regexp.MustCompile("(?s)```\n(┌.*?)```").FindStringSubmatch(section)[1]
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", strings.ReplaceAll(shellBlock.FindStringSubmatch(section)[1], "bin/weir", weir))
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if err != nil || string(out) != want {
		t.Errorf("%v, got\n%s\nwant\n%s", err, out, want)
	}
}

// TestOperationsReplay runs the example of weir replay in docs/operations.md as it stands, and wants the answer that the page shows.
func TestOperationsReplay(t *testing.T) {
	page, err := os.ReadFile("../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "## Dead letters\n")
	if !found {
		t.Fatal("docs/operations.md does not say how dead letters are replayed")
	}
	script := shellBlock.FindStringSubmatch(section)[1]
	want := regexp.MustCompile("(?s)```\n(\\d+ chosen.*?)```").FindStringSubmatch(section)[1]
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", strings.ReplaceAll(script, "bin/weir", weir)+"\n"+weir+" verify --db orders.duckdb >&2")
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if err != nil || string(out) != want {
		t.Errorf("%v\ngot\n%s\nwant\n%s", err, out, want)
	}
}

// rounds are as many as there are polls that come apart.
var rounds = regexp.MustCompile(`'weir.rounds': '\d+', `)

// TestOperationsTraces runs the example of traces in docs/operations.md, and wants the spans that the page shows.
func TestOperationsTraces(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3, in which the example's collector is written, is not installed: apt-get install python3")
	}
	page, err := os.ReadFile("../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "## Traces")
	if !found {
		t.Fatal("docs/operations.md does not tell of traces")
	}
	script := shellBlock.FindStringSubmatch(section)[1]
	want := regexp.MustCompile("(?s)```\n(start .*?)```").FindStringSubmatch(section)[1]
	at := freeAddress(t)
	_, port, _ := net.SplitHostPort(at)
	script = strings.NewReplacer("bin/weir run", weir+" run", "4318", port, "sleep 1", "until (: < /dev/tcp/127.0.0.1/"+port+") 2>/dev/null; do sleep 0.1; done").Replace(script)
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n"+script)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, want := rounds.ReplaceAllString(string(out), ""), rounds.ReplaceAllString(want, ""); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestOperationsPostgres runs the example of the PostgreSQL protocol in docs/operations.md as it stands, and wants what the page shows.
func TestOperationsPostgres(t *testing.T) {
	if _, err := exec.LookPath("psql"); err != nil {
		t.Skip("psql is not installed: apt-get install postgresql-client")
	}
	page, err := os.ReadFile("../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "## The PostgreSQL protocol")
	if !found {
		t.Fatal("docs/operations.md does not tell about the PostgreSQL protocol")
	}
	script := shellBlock.FindStringSubmatch(section)[1]
	want := regexp.MustCompile("(?s)```\n( .*?)```").FindStringSubmatch(section)[1]
	at := freeAddress(t)
	script = strings.NewReplacer("bin/weir run", weir+" run --listen ''", "127.0.0.1:5432", at, "sleep 3",
		"until psql -X postgres://"+at+"/results -Atc 'SELECT count(*) FROM by_sensor' 2>/dev/null | grep 2 >/dev/null; do sleep 0.1; done").Replace(script)
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n"+script)
	cmd.Dir = t.TempDir()
	cmd.Env = append(cmd.Environ(), "LC_ALL=C.UTF-8", "PGUSER=ann", "PAGER=")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), want) {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}

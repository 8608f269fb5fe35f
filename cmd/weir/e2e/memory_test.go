package e2e

import (
	"bufio"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

var (
	stateMB = flag.Int("state-mb", 300, "how large the state is in TestStateLargerThanMemory")
	memory  = flag.String("memory", "256MB", "what weir may use in TestStateLargerThanMemory")
)

const padding = 400 // bytes of each left row

// TestStateLargerThanMemory joins two files on a key that comes at any time, and counts distinct texts, both with far more state than
// memory: the answers are DuckDB's, and the process keeps to its bound.
//
//	go test ./cmd/weir/e2e -run TestStateLargerThanMemory -state-mb 4000 -memory 512MB -timeout 60m
func TestStateLargerThanMemory(t *testing.T) {
	dir, rows := t.TempDir(), *stateMB<<20/padding
	writeFarApart(t, dir, rows)
	write(t, dir, "x.sql", `
		CREATE SOURCE item (id BIGINT, ts TIMESTAMP, pad VARCHAR, WATERMARK FOR ts AS ts) WITH (connector = 'file', path = 'item.ndjson', format = 'json');
		CREATE SOURCE paid (id BIGINT, ts TIMESTAMP, amount BIGINT, WATERMARK FOR ts AS ts) WITH (connector = 'file', path = 'paid.ndjson', format = 'json');
		CREATE MATERIALIZED VIEW matched AS SELECT i.id, left(i.pad, 12) AS pad, p.amount FROM item i JOIN paid p ON i.id = p.id;
		CREATE MATERIALIZED VIEW pads AS SELECT count(DISTINCT pad) AS pads, count(*) AS n FROM item;`)
	runBounded(t, dir, rows, 2**stateMB) // each text lies in two views; on the heap there were as much garbage
	j := newJudge(t, filepath.Join(dir, "x.duckdb"))
	j.exec(strings.ReplaceAll(`CREATE TABLE item AS FROM read_json('DIR/item.ndjson', columns = {id: 'BIGINT', ts: 'TIMESTAMP', pad: 'VARCHAR'});
		CREATE TABLE paid AS FROM read_json('DIR/paid.ndjson', columns = {id: 'BIGINT', ts: 'TIMESTAMP', amount: 'BIGINT'})`, "DIR", dir))
	j.equal([]view{
		{name: "matched", query: "SELECT i.id, left(i.pad, 12) AS pad, p.amount FROM item i JOIN paid p ON i.id = p.id"},
		{name: "pads", query: "SELECT count(DISTINCT pad) AS pads, count(*) AS n FROM item"},
	})
}

// TestKeptLargerThanMemory keeps the newest row of each of many keys, ranks rows of which some are taken back, and gathers texts, all with
// far more state than memory: five times the texts, of which one is in the groups below the ranks.
func TestKeptLargerThanMemory(t *testing.T) {
	dir, rows := t.TempDir(), *stateMB<<20/padding
	writeFarApart(t, dir, rows)
	views := []view{
		{name: "newest", query: "SELECT count(*) AS n, sum(length(pad)) AS bytes FROM (FROM item QUALIFY row_number() OVER (PARTITION BY id ORDER BY pad DESC) = 1)"},
		{name: "ranked", query: "SELECT part, id, pad FROM (SELECT id % 10 AS part, id, max(pad) AS pad FROM item GROUP BY ALL) QUALIFY row_number() OVER (PARTITION BY part ORDER BY pad DESC) <= 2"},
		{name: "joined", query: "SELECT window_start, id % 100 AS part, length(string_agg(pad, '')) AS bytes FROM tumble(item, ts, INTERVAL '1 hour') GROUP BY ALL"},
		{name: "middle", query: "SELECT window_start, id % 100 AS part, quantile_disc(pad, 0.5) AS middle FROM tumble(item, ts, INTERVAL '1 hour') GROUP BY ALL"},
	}
	text := `CREATE SOURCE item (id BIGINT, ts TIMESTAMP, pad VARCHAR, WATERMARK FOR ts AS ts) WITH (connector = 'file', path = 'item.ndjson', format = 'json');`
	for _, v := range views {
		text += "CREATE MATERIALIZED VIEW " + v.name + " AS " + v.query + ";"
	}
	write(t, dir, "x.sql", text)
	runBounded(t, dir, rows, 5**stateMB)
	j := newJudge(t, filepath.Join(dir, "x.duckdb"))
	j.exec(strings.ReplaceAll("CREATE TABLE item AS FROM read_json('DIR/item.ndjson', columns = {id: 'BIGINT', ts: 'TIMESTAMP', pad: 'VARCHAR'})", "DIR", dir))
	j.equal(views)
}

// runBounded runs x.sql to its end, which must take less memory than the state, in MB.
func runBounded(t *testing.T, dir string, rows, state int) {
	t.Helper()
	p := start(t, dir, "run", "--db", "x.duckdb", "--once", "--quiet", "--memory", *memory, "x.sql")
	<-p.done
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Fatalf("exit code %d\n%s", code, p.stderr.String())
	}
	peak := p.cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10
	t.Logf("%d rows of %d bytes, --memory %s: at most %d MB in memory", rows, padding, *memory, peak)
	if int(peak) > state {
		t.Errorf("the process had up to %d MB in memory, the state is %d MB", peak, state)
	}
}

// writeFarApart writes items and payments. One item in ten is paid for, anywhere in the file.
func writeFarApart(t *testing.T, dir string, rows int) {
	t.Helper()
	pad := strings.Repeat("x", padding-12)
	order := rand.New(rand.NewPCG(1, 1)).Perm(rows)
	writeLines(t, filepath.Join(dir, "item.ndjson"), rows, func(i int) string {
		return fmt.Sprintf(`{"id":%d,"ts":"2026-01-01T00:00:00","pad":"%011d-%s"}`, i, i, pad)
	})
	writeLines(t, filepath.Join(dir, "paid.ndjson"), rows, func(i int) string {
		id := rows + i
		if i%10 == 0 {
			id = order[i]
		}
		return fmt.Sprintf(`{"id":%d,"ts":"2026-01-01T00:00:00","amount":%d}`, id, i)
	})
}

func writeLines(t *testing.T, path string, n int, line func(i int) string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	for i := range n {
		w.WriteString(line(i) + "\n")
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

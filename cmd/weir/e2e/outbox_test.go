package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A sink that cannot be reached has its view stand still, visibly, over kill -9 too, while the others go on; once it can be reached the view goes
// on, and the sink has everything once.
func TestFullOutboxAcrossKills(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	passed := views[2]
	write(t, dir, "x.sql", followed+statements(views)+
		"CREATE SINK out WITH (connector = 'file', path = 'mounted/out.ndjson', format = 'json', max_outbox = '5 kB') AS FROM passed;")
	e := newEvents(rng, 0)
	var all []byte
	for range 3 {
		p := follow(t, dir, "--commit-interval", "20ms")
		url, said := p.url(), ""
		for deadline := time.Now().Add(60 * time.Second); !strings.Contains(said, "passed: it stands still") && time.Now().Before(deadline); {
			lines := e.lines(nil, 300)
			all = append(all, lines...)
			appendTo(t, dir, lines)
			time.Sleep(50 * time.Millisecond)
			said, _ = run(t, dir, 0, "why", "--server", url, "passed")
		}
		says(t, "weir why", said, "more waits for sink out than its max_outbox of 5.0 kB", "retrying (sink out: deliver epoch", "mounted/out.ndjson: no such file or directory")
		out, _ := run(t, dir, 0, "sql", "--server", url, "--format", "csv", "-c", "SHOW VIEWS")
		says(t, "SHOW VIEWS", out, ",backpressured\n", ",running\n")
		p.kill()
	}
	_, said := run(t, dir, 1, "run", "--db", "x.duckdb", "--once", "x.sql")
	says(t, "--once", said, "sink out: file: open sink: open mounted/out.ndjson")
	if err := os.Mkdir(filepath.Join(dir, "mounted"), 0o755); err != nil {
		t.Fatal(err)
	}
	finish(t, dir)
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), all)
	j.equal([]view{views[1], passed})
	j.delivered(passed, filepath.Join(dir, "mounted", "out.ndjson"))
}

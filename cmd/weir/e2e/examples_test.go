package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/shop"
)

// inExamples copies the files of an example to a folder, makes its data, and runs it to the end.
func inExamples(t *testing.T, name string) (dir string, j *judge) {
	t.Helper()
	dir = t.TempDir()
	for _, file := range []string{name + ".sql", name + ".awk"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", file))
		if os.IsNotExist(err) && strings.HasSuffix(file, ".awk") {
			continue // the source makes its events itself
		}
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, file, string(text))
		if strings.HasSuffix(file, ".awk") {
			makeData(t, dir, name)
		}
	}
	p := start(t, dir, "run", "--once", "--quiet", "--db", "x.duckdb", name+".sql")
	if code := p.wait(); code != 0 {
		t.Fatalf("exit code %d\n%s", code, p.stderr.String())
	}
	return dir, newJudge(t, filepath.Join(dir, "x.duckdb"))
}

func makeData(t *testing.T, dir, name string) {
	t.Helper()
	made := exec.Command("awk", "-f", name+".awk")
	made.Dir = dir
	out, err := made.Output()
	if err != nil {
		t.Skipf("awk is not installed: apt-get install mawk (%v)", err)
	}
	write(t, dir, name+".ndjson", string(out))
}

// score says how much of what was found is wrong, and how much of what is wrong was found, once a detector has warmed up.
func score(t *testing.T, j *judge, what, rows, wrong string) {
	t.Helper()
	rows = "(FROM " + rows + " WHERE reason IS NULL OR reason NOT LIKE 'warming up%')"
	both := j.number("SELECT count(*) FROM " + rows + " WHERE is_anomaly AND (" + wrong + ")")
	found, injected := j.number("SELECT count(*) FROM "+rows+" WHERE is_anomaly"), j.number("SELECT count(*) FROM "+rows+" WHERE "+wrong)
	precision, recall := float64(both)/float64(max(found, 1)), float64(both)/float64(max(injected, 1))
	t.Logf("%s: %d injected, %d found: precision %.2f, recall %.2f", what, injected, found, precision, recall)
	if precision < 0.95 || recall < 0.95 {
		t.Errorf("%s: precision %.2f, recall %.2f, want 0.95 of both", what, precision, recall)
	}
}

// TestExamples: the examples find what was injected into their data.
func TestExamples(t *testing.T) {
	t.Run("latency", func(t *testing.T) {
		dir, j := inExamples(t, "latency")
		score(t, j, "slow minutes", "r.main.latency", "injected")
		told, err := os.ReadFile(filepath.Join(dir, "slow.ndjson"))
		if n := strings.Count(string(told), `"firing"`); err != nil || n != 3 || strings.Count(string(told), `"resolved"`) != n {
			t.Errorf("the alert has told (%v):\n%s", err, told)
		}
	})
	t.Run("sensors", func(t *testing.T) {
		_, j := inExamples(t, "sensors")
		score(t, j, "spikes", "r.main.readings", "injected")
		silent := j.rows("SELECT sensor FROM r.main.silences WHERE last_seen < TIMESTAMP '2026-03-02 23:50:00'")
		if fmt.Sprint(silent) != "[s07]" {
			t.Errorf("silent before the end: %v, want s07 once", silent)
		}
	})
	t.Run("payments", func(t *testing.T) {
		_, j := inExamples(t, "payments")
		score(t, j, "failing payments", "r.main.failing", minutesOf(shop.PaymentOutage))
		score(t, j, "large amounts", "r.main.amounts", minutesOf(shop.LargeAmounts))
	})
}

// minutesOf is the condition that window_start lies in an anomaly of the shop's, on the day of the example.
func minutesOf(kind shop.Kind) string {
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	conditions := []string{"false"}
	for _, a := range shop.Anomalies(from, from.Add(24*time.Hour)) {
		if a.Kind == kind {
			conditions = append(conditions, fmt.Sprintf("window_start >= TIMESTAMP '%s' AND window_start < TIMESTAMP '%s'", a.From.Format(time.DateTime), a.To.Format(time.DateTime)))
		}
	}
	return strings.Join(conditions, " OR ")
}

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestOperationsFlight runs the example of Flight SQL in docs/operations.md as it stands, and wants what the page shows.
func TestOperationsFlight(t *testing.T) {
	cache, _ := os.UserCacheDir()
	python := filepath.Join(cache, "weir", "python-flightsql", "bin", "python3")
	if exec.Command(python, "-c", "import adbc_driver_flightsql.dbapi, pyarrow").Run() != nil {
		t.Skip("ADBC for Python is not installed: go test ./connectors/flightsql -run Python installs it in " + filepath.Dir(filepath.Dir(python)))
	}
	page, err := os.ReadFile("../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "## Arrow Flight SQL")
	if !found {
		t.Fatal("docs/operations.md does not tell about Flight SQL")
	}
	script := shellBlock.FindStringSubmatch(section)[1]
	want := regexp.MustCompile("(?s)```\n(window_start: .*?)```").FindStringSubmatch(section)[1]
	at, flight := freeAddress(t), freeAddress(t)
	script = strings.NewReplacer("bin/weir run", weir+" run --listen "+at, "127.0.0.1:32010", flight, "python3 ask.py", python+" ask.py",
		"sleep 3", "until "+weir+" sql --server http://"+at+" -c 'SELECT count(*) AS n FROM by_sensor' 2>/dev/null | grep 2 >/dev/null; do sleep 0.1; done").Replace(script)
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n"+script)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if err != nil || string(out) != want {
		t.Errorf("%v, got\n%s\nwant\n%s", err, out, want)
	}
}

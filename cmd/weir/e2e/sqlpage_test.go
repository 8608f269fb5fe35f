package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSQLPage runs every example of docs/sql.md over the events in docs/examples, and has weir verify compare each view with what
// DuckDB computes for the same text.
func TestSQLPage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/sql.md")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, block := range regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		text.WriteString(block[1] + "\n")
	}
	views := strings.Count(text.String(), "CREATE MATERIALIZED VIEW")
	if views < 30 {
		t.Fatalf("the page has %d examples", views)
	}
	dir := t.TempDir()
	file, db := filepath.Join(dir, "page.sql"), filepath.Join(dir, "page.duckdb")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	pageWeir(t, "run", "--once", "--quiet", "--db", db, file)
	said := pageWeir(t, "verify", "--db", db)
	if equal := strings.Count(said, ": equal: "); equal != views {
		t.Errorf("%d of %d views are equal:\n%s", equal, views, said)
	}
	if strings.Contains(said, "equal: 0 rows") {
		t.Errorf("an example shows nothing:\n%s", said)
	}
}

// TestSQLPageRefusals has each refusal on the page refused, for the reason that the page gives.
func TestSQLPageRefusals(t *testing.T) {
	page, err := os.ReadFile("../../../docs/sql.md")
	if err != nil {
		t.Fatal(err)
	}
	sources := regexp.MustCompile("(?s)```sql\n(CREATE SOURCE.*?)```").FindStringSubmatch(string(page))[1]
	rows := regexp.MustCompile("(?m)^\\| `(SELECT|WITH) (.*)` \\| (.*) \\|$").FindAllStringSubmatch(string(page), -1)
	if len(rows) < 10 {
		t.Fatalf("the page has %d refusals", len(rows))
	}
	for _, row := range rows {
		file := filepath.Join(t.TempDir(), "refused.sql")
		text := sources + "CREATE MATERIALIZED VIEW v AS " + row[1] + " " + row[2] + ";\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(weir, "explain", file)
		cmd.Dir = "../../.."
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), row[3]) {
			t.Errorf("%s %s: want it refused with %q, got %s", row[1], row[2], row[3], out)
		}
	}
}

func pageWeir(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(weir, args...)
	cmd.Dir = "../../.."
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("weir %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

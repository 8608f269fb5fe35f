package pgwire

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/weirdb/weir/connectors/duckdb"
)

// TestPsql runs psql with the commands in testdata/psql, and compares what it prints. Run it with -rewrite to write that.
func TestPsql(t *testing.T) {
	psql, err := exec.LookPath("psql")
	if err != nil {
		t.Skip("psql is not installed: apt-get install postgresql-client")
	}
	address, store := testServer(t, Options{})
	check(t, store.Change(t.Context(), func(c *duckdb.Catalog) error {
		_, err := c.Execute("CREATE TABLE kinds (id INTEGER NOT NULL, name VARCHAR DEFAULT 'none', seen TIMESTAMPTZ, tags VARCHAR[])")
		return err
	}))
	host, port, _ := net.SplitHostPort(address)
	datadriven.RunTest(t, "testdata/psql", func(t *testing.T, d *datadriven.TestData) string {
		cmd := exec.CommandContext(context.Background(), psql, "-X", "-h", host, "-p", port, "-U", "ann", "results")
		cmd.Env = append(cmd.Environ(), "PAGER=", "LC_ALL=C.UTF-8", "PGTZ=UTC")
		cmd.Stdin = strings.NewReader(d.Input + "\n")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", d.Pos, err, out)
		}
		return string(bytes.ReplaceAll(out, []byte(port), []byte("PORT")))
	})
}

// TestPsycopg runs testdata/clients.py, which asks with psycopg 3 and, where it is there, psycopg2, and checks what it gets.
func TestPsycopg(t *testing.T) {
	if exec.Command("python3", "-c", "import psycopg").Run() != nil {
		t.Skip("psycopg is not installed: pip install 'psycopg[binary]' psycopg2-binary")
	}
	address, _ := testServer(t, Options{})
	host, port, _ := net.SplitHostPort(address)
	cmd := exec.Command("python3", "testdata/clients.py", fmt.Sprintf("host=%s port=%s user=ann dbname=results", host, port))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), "done\n") {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// TestJDBC runs testdata/Jdbc.java, which asks with pgjdbc, and checks what it gets.
func TestJDBC(t *testing.T) {
	home, _ := os.UserHomeDir()
	jars, _ := filepath.Glob(filepath.Join(home, ".m2/repository/org/postgresql/postgresql/*/postgresql-*.jar"))
	if _, err := exec.LookPath("java"); err != nil || len(jars) == 0 {
		t.Skip("java or pgjdbc is not installed: apt-get install default-jdk maven; mvn dependency:get -Dartifact=org.postgresql:postgresql:42.7.4")
	}
	address, _ := testServer(t, Options{})
	out, err := exec.Command("java", "-cp", jars[len(jars)-1], "testdata/Jdbc.java", "jdbc:postgresql://"+address+"/results").CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), "done\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

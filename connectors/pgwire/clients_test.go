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
	"github.com/weirdb/weir/connectors/pythontest"
	"github.com/weirdb/weir/engine"
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

// TestPsqlWhileWritten: whatever psql reads of two views that are written at once is one state of both, and they grow.
func TestPsqlWhileWritten(t *testing.T) {
	psql, err := exec.LookPath("psql")
	if err != nil {
		t.Skip("psql is not installed: apt-get install postgresql-client")
	}
	address, store := testServer(t, Options{})
	host, port, _ := net.SplitHostPort(address)
	cmd := exec.Command(psql, "-X", "-At", "-h", host, "-p", port, "-U", "ann", "results")
	cmd.Stdin = strings.NewReader(strings.Repeat("SELECT (SELECT count(*) FROM one) - (SELECT count(*) FROM other), (SELECT count(*) FROM one);\n", 100))
	stop := writing(t, store)
	out, err := cmd.CombinedOutput()
	stop()
	lines := strings.Fields(string(out))
	if err != nil || len(lines) != 100 {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "0|") {
			t.Errorf("two states in one answer: %s", line)
		}
	}
	if lines[0] == lines[99] {
		t.Errorf("all answers are %s", lines[0])
	}
}

// python has what clients.py imports.
var python = pythontest.Environment{
	Name: "psycopg", Imports: "psycopg, psycopg2", Packages: []string{"psycopg[binary]==3.3.9", "psycopg2-binary==2.9.13"},
}

// TestPsycopg runs testdata/clients.py, which asks with psycopg 3 and psycopg2, and checks what it gets.
func TestPsycopg(t *testing.T) {
	interpreter := python.Interpreter(t)
	address, store := testServer(t, Options{})
	host, port, _ := net.SplitHostPort(address)
	stop := writing(t, store)
	cmd := exec.Command(interpreter, "testdata/clients.py", fmt.Sprintf("host=%s port=%s user=ann dbname=results", host, port))
	out, err := cmd.CombinedOutput()
	stop()
	if err != nil || !strings.HasSuffix(string(out), "done\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

// writing commits as many rows to the view one as to other, again and again, until it is stopped.
func writing(t *testing.T, store *duckdb.Store) (stop func()) {
	t.Helper()
	check(t, store.CreateView(t.Context(), "one", hot))
	check(t, store.CreateView(t.Context(), "other", hot))
	ended, written := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(written)
		for epoch := int64(2); ; epoch++ {
			select {
			case <-ended:
				return
			default:
			}
			change := func(view string) engine.Change {
				return engine.Change{View: view, Batches: []engine.Batch{{Rows: hotRows(3)}}}
			}
			if err := store.Commit(context.Background(), &engine.Commit{Epoch: epoch, Changes: []engine.Change{change("one"), change("other")}}); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	return func() { close(ended); <-written }
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

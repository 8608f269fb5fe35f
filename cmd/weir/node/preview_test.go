package node

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/preview"
)

const planned = source + `CREATE MACRO twice(x) AS 2 * x;
CREATE MATERIALIZED VIEW v AS SELECT a, count(*) AS n FROM s GROUP BY a;
CREATE MATERIALIZED VIEW w AS SELECT sum(twice(b)) AS b FROM s;
CREATE MATERIALIZED VIEW whole AS SELECT * FROM s;
CREATE MATERIALIZED VIEW onv AS SELECT max(n) AS most FROM v;
`

// previewCases are texts that come after planned, and what is to become of its views: k kept, r rebuilt, c created, d dropped.
var previewCases = []struct{ name, text, want, objects, err string }{
	{name: "the same", text: planned, want: "v k, w k, whole k, onv k"},
	{name: "nothing", text: "", want: "v k, w k, whole k, onv k"},
	{name: "a column more", text: "CREATE OR REPLACE SOURCE s (a BIGINT, b BIGINT, c VARCHAR) WITH (connector = 'events', format = 'json')", want: "v k, w k, whole r, onv k", objects: "SOURCE s replaced"},
	{name: "a column more, in front", text: "CREATE OR REPLACE SOURCE s (c VARCHAR, a BIGINT, b BIGINT) WITH (connector = 'events', format = 'json')", want: "v k, w k, whole r, onv k", objects: "SOURCE s replaced"},
	{name: "another type", text: "CREATE OR REPLACE SOURCE s (a BIGINT, b INTEGER) WITH (connector = 'events', format = 'json')", want: "v k, w r, whole r, onv k", objects: "SOURCE s replaced"},
	{name: "another connector", text: "CREATE OR REPLACE SOURCE s (a BIGINT, b BIGINT) WITH (connector = 'others', format = 'json')", want: "v r, w r, whole r, onv r", objects: "SOURCE s replaced"},
	{name: "a column less", text: "CREATE OR REPLACE SOURCE s (a BIGINT) WITH (connector = 'events', format = 'json')", err: "x.sql: line 1, column 1: view w does not work with the new definition"},
	{
		name: "a column less, and its reader replaced", want: "v k, w r, whole r, onv k", objects: "SOURCE s replaced, MATERIALIZED VIEW w replaced",
		text: "CREATE OR REPLACE SOURCE s (a BIGINT) WITH (connector = 'events', format = 'json'); CREATE OR REPLACE MATERIALIZED VIEW w AS SELECT sum(a) AS b FROM s",
	},
	{name: "a column added", text: "DROP MATERIALIZED VIEW whole; ALTER SOURCE s ADD COLUMN c VARCHAR", want: "v k, w k, onv k, whole d", objects: "MATERIALIZED VIEW whole dropped, SOURCE s altered"},
	{name: "a column dropped", text: "DROP MATERIALIZED VIEW w; ALTER SOURCE s DROP COLUMN b CASCADE", want: "v k, whole r, onv k, w d", objects: "MATERIALIZED VIEW w dropped, SOURCE s altered"},
	{name: "a view", text: "CREATE OR REPLACE MATERIALIZED VIEW w AS SELECT max(b) AS b FROM s", want: "v k, w r, whole k, onv k", objects: "MATERIALIZED VIEW w replaced"},
	{name: "a view that others read", text: "CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT a, count(b) AS n FROM s GROUP BY a", want: "v r, w k, whole k, onv r", objects: "MATERIALIZED VIEW v replaced"},
	{name: "a view in other words", text: "CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT x.a, count(*) AS n FROM s x GROUP BY ALL", want: "v k, w k, whole k, onv k", objects: "MATERIALIZED VIEW v replaced"},
	{name: "a title", text: "CREATE OR REPLACE MATERIALIZED VIEW v WITH (title = 'How many', unit = 'short') AS SELECT a, count(*) AS n FROM s GROUP BY a", want: "v k, w k, whole k, onv k", objects: "MATERIALIZED VIEW v replaced"},
	{name: "a comment", text: "COMMENT ON COLUMN v.n IS 'how many'", want: "v k, w k, whole k, onv k", objects: "MATERIALIZED VIEW v altered"},
	{name: "a macro", text: "CREATE OR REPLACE MACRO twice(x) AS x + x + 1", want: "v k, w r, whole k, onv k", objects: "MACRO twice replaced"},
	{name: "dropped", text: "DROP MATERIALIZED VIEW onv; DROP MATERIALIZED VIEW v", want: "w k, whole k, v d, onv d", objects: "MATERIALIZED VIEW onv dropped, MATERIALIZED VIEW v dropped"},
	{name: "dropped and created", text: "DROP MATERIALIZED VIEW w; CREATE MATERIALIZED VIEW w AS SELECT sum(twice(b)) AS b FROM s", want: "v k, whole k, onv k, w r", objects: "MATERIALIZED VIEW w dropped, MATERIALIZED VIEW w created"},
	{name: "created", text: "CREATE MATERIALIZED VIEW more AS SELECT b FROM s", want: "v k, w k, whole k, onv k, more c", objects: "MATERIALIZED VIEW more created"},
	{name: "a successor", text: "CREATE OR REPLACE MATERIALIZED VIEW w WITH (backfill = 'earliest') AS SELECT min(b) AS b FROM s", want: "v k, w k, whole k, onv k, w (backfill) c", objects: "MATERIALIZED VIEW w replaced"},
	{name: "a mistake", text: "DROP MATERIALIZED VIEW w;\nCREATE MATERIALIZED VIEW x AS SELECT nosuch FROM s", err: "x.sql: line 2, column 38: "},
}

// TestPreview: what a preview says of a running database and of a file is the same; it changes neither; and it is what happens when the
// text is applied: each view then reads as many records as was said, from where was said.
func TestPreview(t *testing.T) {
	for _, c := range previewCases {
		t.Run(c.name, func(t *testing.T) {
			path, l := filepath.Join(t.TempDir(), "weir.duckdb"), &replayed{lines: numbered(0, 50)}
			scripts := []preview.Script{{Name: "x.sql", Text: c.text}}
			n := openBounded(t, path, l)
			apply(t, n, planned, "")
			if err := n.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.add(numbered(50, 7)...)
			running, err := n.Preview(t.Context(), scripts)
			checkMistake(t, err, c.err)
			shut(t, n)
			before := contents(t, filepath.Dir(path))
			file, err := PreviewFile(t.Context(), boundedOptions(path, l), scripts)
			checkMistake(t, err, c.err)
			if diff := cmp.Diff(before, contents(t, filepath.Dir(path))); diff != "" {
				t.Errorf("the preview has changed %s", diff)
			}
			if diff := cmp.Diff(running, file); diff != "" {
				t.Errorf("of the file, otherwise than of the running database: %s", diff)
			}
			n = openBounded(t, path, l)
			defer shut(t, n)
			apply(t, n, c.text, strings.TrimPrefix(c.err, "x.sql: "))
			if c.err != "" {
				return
			}
			if got := fates(file); got != c.want {
				t.Errorf("views: %s, want %s", got, c.want)
			}
			if got := changedObjects(file); got != c.objects || file.Changes != (c.objects != "") {
				t.Errorf("objects: %s, want %s; changes %t", got, c.objects, file.Changes)
			}
			happens(t, n, file)
		})
	}
}

func checkMistake(t *testing.T, err error, want string) {
	t.Helper()
	if (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
		t.Fatalf("error %v, want %q", err, want)
	}
}

// happens runs what was applied, and compares it with the preview of that.
func happens(t *testing.T, n *Node, p *preview.Preview) {
	t.Helper()
	for _, v := range p.Views {
		switch v.Fate {
		case preview.Dropped:
			if n := one(t, n, "SELECT count(*) FROM duckdb_tables() WHERE table_name = '"+v.Name+"'"); n != "0" {
				t.Errorf("view %s has a table still", v.Name)
			}
		case preview.Rebuilt:
			if rows := one(t, n, `SELECT count(*) FROM "`+v.Name+`"`); rows != "0" || v.Rows == 0 {
				t.Errorf("view %s has %s rows, want none; it was said to have had %d", v.Name, rows, v.Rows)
			}
		case preview.Kept:
			if rows := one(t, n, `SELECT count(*) FROM "`+v.Name+`"`); rows != fmt.Sprint(v.Rows) {
				t.Errorf("view %s has %s rows, want %d", v.Name, rows, v.Rows)
			}
		}
	}
	if err := n.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	read := map[string]int64{}
	for _, q := range n.Status().Queries {
		read[q.View] = q.RowsIn
	}
	for _, v := range p.Views {
		if v.Fate == preview.Dropped {
			continue
		}
		if got := v.Sources[0]; got.Size != read[v.Name] || got.Partitions[0].From != 57-got.Size || got.Unit != "records" {
			t.Errorf("view %s has read %d records, said was %+v", v.Name, read[v.Name], got)
		}
	}
}

func boundedOptions(path string, l *replayed) Options {
	other := l.connector()
	other.Name = "others"
	return Options{DB: path, Workers: 2, Threads: 1, Connectors: []engine.Connector{l.connector(), other}, Bounded: true, Writable: true}
}

func openBounded(t *testing.T, path string, l *replayed) *Node {
	t.Helper()
	n, err := Open(t.Context(), boundedOptions(path, l))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A view that is kept stays what it is: late rows that it has had are its own.
func TestKeptViewIsTheSame(t *testing.T) {
	n := open(t, "", &events{lines: []string{`{"a": 1, "b": 2}`}}, Options{Bounded: true})
	defer shut(t, n)
	apply(t, n, planned, "")
	const stored = "SELECT [created::VARCHAR, sql] FROM weir.catalog WHERE name = 'v'"
	before := one(t, n, stored)
	apply(t, n, "CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT x.a, count(*) AS n FROM s x GROUP BY ALL", "")
	after := one(t, n, stored)
	if created, _, _ := strings.Cut(after, ","); !strings.HasPrefix(before, created) || before == after {
		t.Errorf("it was %s, and is %s", before, after)
	}
}

// fates are the views with the first letters of their fates.
func fates(p *preview.Preview) string {
	var out []string
	for _, v := range p.Views {
		out = append(out, v.Name+" "+string(v.Fate[:1]))
	}
	return strings.Join(out, ", ")
}

// changedObjects are the objects that do not stay as they are.
func changedObjects(p *preview.Preview) string {
	var out []string
	for _, o := range p.Objects {
		if o.Action != "unchanged" {
			out = append(out, o.Kind+" "+o.Name+" "+o.Action)
		}
	}
	return strings.Join(out, ", ")
}

// contents are the sums of all files in a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		out[path] = fmt.Sprintf("%x", sha256.Sum256(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

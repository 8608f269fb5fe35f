package file

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func col(name string, id types.ID) types.Field { return types.Field{Name: name, Type: types.Of(id)} }

// folder is a directory of files to read, with all that is needed to read them.
type folder struct {
	*testing.T
	dir  string
	eval *duckdb.Evaluator
	db   *sql.DB
	mem  *memory.CheckedAllocator
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	e, err := duckdb.NewEvaluator()
	check(t, err)
	db, err := sql.Open("duckdb", "")
	check(t, err)
	_, err = db.Exec("SET TimeZone='UTC'")
	check(t, err)
	f := &folder{T: t, dir: t.TempDir(), eval: e, db: db, mem: memory.NewCheckedAllocator(memory.DefaultAllocator)}
	t.Cleanup(func() { check(t, e.Close()); check(t, db.Close()); f.mem.AssertSize(t, 0) })
	return f
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

func (f *folder) write(name, text string) {
	f.Helper()
	check(f, os.WriteFile(f.path(name), []byte(text), 0o644))
}

func (f *folder) append(name, text string) {
	f.Helper()
	file, err := os.OpenFile(f.path(name), os.O_APPEND|os.O_WRONLY, 0)
	check(f, err)
	_, err = file.WriteString(text)
	check(f, errors.Join(err, file.Close()))
}

// source configures a source over the folder. Options are written as in WITH, name and value in turn.
func (f *folder) source(format string, columns []types.Field, options ...string) *source {
	f.Helper()
	given := map[string]string{"path": f.path("*")}
	for i := 0; i < len(options); i += 2 {
		given[options[i]] = options[i+1]
	}
	o, err := engine.Validate(given, Connector.SourceOptions)
	check(f, err)
	s, err := newSource(engine.SourceConfig{Name: "src", Format: format, Columns: columns, Options: o, Eval: f.eval})
	check(f, err)
	s.(*source).mem = f.mem
	s.(*source).log = slog.New(slog.DiscardHandler)
	return s.(*source)
}

func (f *folder) open(s *source, o engine.ReadOptions) *reader {
	f.Helper()
	if o.Columns == nil {
		o.Columns = s.declared
	}
	r, err := s.Open(context.Background(), o)
	check(f, err)
	f.Cleanup(func() { check(f, r.Close()) })
	return r.(*reader)
}

// item is a record or row: its position and its text.
type item struct {
	offset int64
	text   string
}

// outcome is what was read of each partition.
type outcome struct {
	items   map[string][]item
	rejects map[string][]item // the text is value, then reason
	next    map[string]int64
	waiting map[string]int64
	ended   map[string]bool
}

func newOutcome() *outcome {
	return &outcome{map[string][]item{}, map[string][]item{}, map[string]int64{}, map[string]int64{}, map[string]bool{}}
}

// take notes one fetch and checks that it keeps the contract.
func (f *folder) take(o *outcome, fetch engine.Fetch) {
	f.Helper()
	name, err := filepath.Rel(f.dir, fetch.Partition)
	check(f, err)
	if o.ended[name] {
		f.Fatalf("%s: a fetch after its end", name)
	}
	for _, r := range fetch.Records {
		o.items[name] = append(o.items[name], item{r.Offset, string(r.Value)})
	}
	if fetch.Rows != nil {
		for i, text := range f.texts(fetch.Rows) {
			o.items[name] = append(o.items[name], item{fetch.Offsets[i], text})
		}
		fetch.Rows.Release()
	}
	for _, d := range fetch.Rejects {
		if d.Source != "src" || d.Partition != fetch.Partition || d.At.IsZero() {
			f.Errorf("dead letter is not signed: %+v", d)
		}
		o.rejects[name] = append(o.rejects[name], item{d.Offset, string(d.Value) + " | " + d.Reason})
	}
	if fetch.Next < o.next[name] {
		f.Errorf("%s: next goes back from %d to %d", name, o.next[name], fetch.Next)
	}
	o.next[name], o.waiting[name], o.ended[name] = fetch.Next, fetch.Waiting, fetch.End
}

// texts prints each row as DuckDB casts its columns, NULL as ∅.
func (f *folder) texts(rows arrow.RecordBatch) []string {
	f.Helper()
	out := make([]string, rows.NumRows())
	exprs := make([]string, rows.NumCols())
	for i := range exprs {
		exprs[i] = fmt.Sprintf("coalesce(CAST(c%d AS VARCHAR), '∅')", i)
	}
	if len(exprs) == 0 {
		return out
	}
	result, err := f.eval.Eval(exprs, rows.Schema(), rows)
	check(f, err)
	defer result.Release()
	for row := range out {
		cells := make([]string, len(exprs))
		for i := range cells {
			cells[i] = result.Column(i).(*array.String).Value(row)
		}
		out[row] = strings.Clone(strings.Join(cells, "|")) // Join of one cell does not copy
	}
	return out
}

// query prints the rows of a query in the same way.
func (f *folder) query(query string, columns []types.Field) []string {
	f.Helper()
	exprs := make([]string, len(columns))
	for i, c := range columns {
		exprs[i] = "coalesce(CAST(" + types.QuoteIdent(c.Name) + " AS VARCHAR), '∅')"
	}
	rows, err := f.db.Query("SELECT concat_ws('|', " + strings.Join(exprs, ", ") + ") FROM (" + query + ")")
	check(f, err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var text string
		check(f, rows.Scan(&text))
		out = append(out, text)
	}
	check(f, rows.Err())
	return out
}

// all reads to the end.
func (f *folder) all(s *source, o engine.ReadOptions) *outcome {
	f.Helper()
	out := newOutcome()
	r := f.open(s, o)
	for {
		fetches, err := r.Poll(context.Background())
		if err == io.EOF {
			return out
		}
		check(f, err)
		for _, fetch := range fetches {
			f.take(out, fetch)
		}
	}
}

// until polls a followed source until done says so.
func (f *folder) until(r *reader, out *outcome, done func() bool) {
	f.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for !done() {
		fetches, err := r.Poll(ctx)
		if err != nil {
			f.Fatalf("%v; read %v, rejects %v, ended %v", err, out.items, out.rejects, out.ended)
		}
		for _, fetch := range fetches {
			f.take(out, fetch)
		}
	}
}

func (o *outcome) texts(name string) string {
	texts := make([]string, len(o.items[name]))
	for i, it := range o.items[name] {
		texts[i] = it.text
	}
	return strings.Join(texts, " ")
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprintf("%q", got), fmt.Sprintf("%q", want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory/mallocator"
	"github.com/duckdb/duckdb-go/v2"
	"github.com/weirdb/weir/engine/types"
)

// exportFiles writes tables by a DuckDB of its own, which reads the Arrow streams as they come.
//
//	Arrow stream ─► view incoming ─► COPY … TO, or CREATE TABLE in an attached file ─► temporary name ─► rename
type exportFiles struct {
	flags *exportFlags
	db    *sql.DB
	conn  *sql.Conn
	done  []exportedFile // that have their temporary names
	notes []string
}

// exportedFile is a file that is complete: what it is called, and what it is to be called.
type exportedFile struct{ temporary, name string }

func newExportFiles(ctx context.Context, f *exportFlags) (*exportFiles, error) {
	dir := f.out
	if f.oneFile() {
		dir = filepath.Dir(f.out)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, fmt.Errorf("open a database to export with: %w", err)
	}
	e := &exportFiles{flags: f, db: db}
	if e.conn, err = db.Conn(ctx); err == nil && f.format == "duckdb" {
		_, err = e.conn.ExecContext(ctx, "ATTACH "+types.QuoteString(e.begin(f.out))+" AS exported")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open a database to export with: %w", err), e.close())
	}
	return e, nil
}

// begin notes a file that is going to be written, and returns its temporary name.
func (e *exportFiles) begin(name string) string {
	temporary := filepath.Join(filepath.Dir(name), fmt.Sprintf(".%s.%d.part", filepath.Base(name), os.Getpid()))
	e.done = append(e.done, exportedFile{temporary, name})
	return temporary
}

// add writes a table, whose rows are an Arrow stream.
func (e *exportFiles) add(ctx context.Context, about *exportPart, rows io.Reader) error {
	stream, err := ipc.NewReader(rows, ipc.WithAllocator(mallocator.NewMallocator())) // DuckDB keeps pointers into it
	if err != nil {
		return fmt.Errorf("read %s: %w", about.Table, err)
	}
	defer stream.Release()
	counted := &countedReader{RecordReader: stream}
	var release func()
	err = e.conn.Raw(func(conn any) error {
		in, err := duckdb.NewArrowFromConn(conn.(driver.Conn))
		if err != nil {
			return err
		}
		release, err = in.RegisterView(counted, "incoming")
		return err
	})
	if err != nil {
		return fmt.Errorf("read %s: %w", about.Table, err)
	}
	defer release()
	if _, err := e.conn.ExecContext(ctx, e.statement(about)); err != nil {
		return fmt.Errorf("write %s: %w", about.Table, err)
	}
	if err := stream.Err(); err != nil {
		return fmt.Errorf("read %s: %w", about.Table, err)
	}
	e.notes = append(e.notes, fmt.Sprintf("%s: %d rows of epoch %d", about.Table, counted.rows, about.Epoch))
	return nil
}

// statement writes the view incoming, with the types that the columns have in Weir.
func (e *exportFiles) statement(about *exportPart) string {
	columns := make([]string, len(about.Columns))
	for i, c := range about.Columns {
		name := types.QuoteIdent(c.Name)
		columns[i] = fmt.Sprintf("CAST(%s AS %s) AS %s", name, c.Type, name)
	}
	rows := "SELECT " + strings.Join(columns, ", ") + " FROM incoming"
	if e.flags.format == "duckdb" {
		return "CREATE TABLE exported.main." + types.QuoteIdent(about.Table) + " AS " + rows
	}
	name := e.flags.out
	if !e.flags.oneFile() {
		name = filepath.Join(name, url.PathEscape(about.Table)+"."+e.flags.format)
	}
	options := map[string]string{"parquet": "FORMAT parquet, COMPRESSION zstd", "csv": "FORMAT csv, HEADER true"}[e.flags.format]
	return "COPY (" + rows + ") TO " + types.QuoteString(e.begin(name)) + " (" + options + ")"
}

// finish gives the files their names.
func (e *exportFiles) finish(notes io.Writer) error {
	if e.flags.format == "duckdb" {
		if _, err := e.conn.ExecContext(context.Background(), "DETACH exported"); err != nil {
			return fmt.Errorf("write %s: %w", e.flags.out, err)
		}
	}
	for len(e.done) > 0 {
		if err := os.Rename(e.done[0].temporary, e.done[0].name); err != nil {
			return fmt.Errorf("name the export: %w", err)
		}
		e.done = e.done[1:]
	}
	for _, n := range e.notes {
		fmt.Fprintln(notes, n)
	}
	return nil
}

// close frees everything, and removes files that were not finished.
func (e *exportFiles) close() error {
	var errs []error
	if e.conn != nil {
		errs = append(errs, e.conn.Close())
	}
	errs = append(errs, e.db.Close())
	for _, f := range e.done {
		for _, left := range []string{f.temporary, f.temporary + ".wal"} {
			if err := os.Remove(left); err != nil && !errors.Is(err, os.ErrNotExist) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

// countedReader counts the rows that pass.
type countedReader struct {
	array.RecordReader
	rows int64
}

// Next implements array.RecordReader.
func (r *countedReader) Next() bool {
	more := r.RecordReader.Next()
	if more {
		r.rows += r.RecordReader.RecordBatch().NumRows()
	}
	return more
}

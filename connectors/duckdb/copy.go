package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// saved is the name of the database that a copy is made from, while it is open.
const saved = "saved"

// notCopied are internal tables whose rows say nothing of what is defined, or where it stands.
var notCopied = []string{"dead_letters", "events", "late_rows", "outbox"}

// OpenCopy opens a store in memory that has what a database file has: its definitions, positions and tables, but not the views' rows, and
// those of plain tables only if they are asked for. A file that is not there is an empty database. The file is read only, and need not be
// closed; as long as the copy is open, no other process writes to it.
func OpenCopy(path string, rows bool, o StoreOptions) (*Store, error) {
	if _, err := os.Stat(path); path == "" || errors.Is(err, fs.ErrNotExist) {
		return openInMemory(o)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("duckdb: open %s: %w", path, err)
	}
	dir, err := os.MkdirTemp("", "weir-state-")
	if err != nil {
		return nil, fmt.Errorf("duckdb: making a folder for state: %w", err)
	}
	s, err := openStoreOf(dir, o, func(s *Store) error { return s.copyFrom(context.Background(), absolute, rows) })
	if err != nil {
		return nil, errors.Join(openError(path, err), os.RemoveAll(dir))
	}
	s.rowsIn = saved
	s.atClose = func() error { return os.RemoveAll(dir) }
	return s, nil
}

// copyFrom fills the empty database with what a file has. The file stays attached, so that its rows can be counted.
func (s *Store) copyFrom(ctx context.Context, path string, rows bool) error {
	if err := s.attach(ctx, ""); err != nil {
		return err
	}
	attach := fmt.Sprintf("ATTACH %s AS %s (READ_ONLY); COPY FROM DATABASE %[2]s TO %s (SCHEMA)", types.QuoteString(path), saved, database)
	if err := s.session.exec(ctx, attach); err != nil {
		return err
	}
	tables, err := s.internalRows(ctx)
	if err == nil {
		err = s.fill(ctx, tables)
	}
	if err != nil || len(tables) == 0 || !rows { // a file without internal tables is no Weir's yet
		return err
	}
	if tables, err = s.plainRows(ctx); err != nil {
		return err
	}
	return s.fill(ctx, tables)
}

// fill copies the rows of tables.
func (s *Store) fill(ctx context.Context, tables []string) error {
	for _, name := range tables {
		if err := s.session.exec(ctx, fmt.Sprintf("INSERT INTO %s.%s FROM %s.%[2]s", database, name, saved)); err != nil {
			return err
		}
	}
	return nil
}

// internalRows are the internal tables whose rows are copied, with their schema.
func (s *Store) internalRows(ctx context.Context) (names []string, err error) {
	err = s.session.each(ctx, "SELECT table_name FROM duckdb_tables() WHERE database_name = '"+saved+"' AND schema_name = 'weir'", func(r row) {
		if !slices.Contains(notCopied, r.text(0)) {
			names = append(names, "weir."+types.QuoteIdent(r.text(0)))
		}
	})
	return names, err
}

// plainRows are the tables that are neither views' nor internal, with their schemas.
func (s *Store) plainRows(ctx context.Context) (names []string, err error) {
	views := map[string]bool{}
	err = s.session.each(ctx, "SELECT name FROM "+database+".weir.catalog WHERE kind = 'MATERIALIZED VIEW'", func(r row) {
		views[strings.ToLower(r.text(0))] = true
	})
	if err != nil {
		return nil, err
	}
	err = s.session.each(ctx, "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = '"+saved+"'", func(r row) {
		schema, table := r.text(0), r.text(1)
		if schema != "weir" && !views[strings.ToLower(table)] {
			names = append(names, types.QuoteIdent(schema)+"."+types.QuoteIdent(table))
		}
	})
	return names, err
}

// Count is how many rows a view's table has in the last commit.
func (s *Store) Count(ctx context.Context, view string) (n int64, err error) {
	reader, err := s.reader(ctx)
	if err != nil {
		return 0, queryError("counting rows", err)
	}
	defer reader.close()
	in := s.rowsIn
	if in == "" {
		in = database
	}
	err = reader.each(ctx, fmt.Sprintf("SELECT count(*) FROM %s.%s", in, tableName(view)), func(r row) { n = r.int(0) })
	return n, err
}

package duckdb

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metrics"
	"github.com/weirdb/weir/engine/types"
)

//go:embed schema.sql
var schemaSQL string

//go:embed windows.sql
var windowsSQL string

// formatVersion is that of schema.sql, of state files and of the outbox.
const formatVersion = 3

// StoreOptions bound what the database may use. The zero value leaves DuckDB's defaults: all cores, 80% of the memory.
type StoreOptions struct {
	MemoryLimit string // as DuckDB's memory_limit, such as '4GB'
	Threads     int
	Functions   []engine.Function // that queries may call
	Detectors   *engine.Detectors // that queries may call; nil for none
	// Metrics are what weir.metrics shows; nil for none.
	Metrics *metrics.History
}

// open holds the paths of the databases that this process has open. DuckDB's lock keeps other processes out, but not this one.
var open sync.Map

// Open opens or creates the result database at path and its state folder, path.state. An empty path keeps results in memory
// and state in a temporary folder. The store is the only one to have the file open; the caller closes it.
func Open(path string, o StoreOptions) (*Store, error) {
	if path == "" {
		return openInMemory(o)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("duckdb: open %s: %w", path, err)
	}
	if _, taken := open.LoadOrStore(absolute, true); taken {
		return nil, fmt.Errorf("duckdb: %s is open in this process already", path)
	}
	s, err := openStore(absolute, absolute+".state", o)
	if err != nil {
		open.Delete(absolute)
		return nil, openError(path, err)
	}
	s.atClose = func() error {
		open.Delete(absolute)
		return nil
	}
	return s, nil
}

func openInMemory(o StoreOptions) (*Store, error) {
	dir, err := os.MkdirTemp("", "weir-state-")
	if err != nil {
		return nil, fmt.Errorf("duckdb: making a folder for state: %w", err)
	}
	s, err := openStore("", dir, o)
	if err != nil {
		return nil, errors.Join(openError("a database in memory", err), os.RemoveAll(dir))
	}
	s.atClose = func() error { return os.RemoveAll(dir) }
	return s, nil
}

func openStore(path, stateDir string, o StoreOptions) (*Store, error) {
	return openStoreOf(stateDir, o, func(s *Store) error { return s.attach(context.Background(), path) })
}

// openStoreOf opens a store over the database that a function attaches.
func openStoreOf(stateDir string, o StoreOptions, attach func(*Store) error) (*Store, error) {
	in, err := openInstance(o.settings(stateDir), o.register)
	if err != nil {
		return nil, err
	}
	s := &Store{
		instance: in, detectors: o.Detectors, state: stateFolder{dir: stateDir}, tables: map[string]*viewTable{},
		free: make(chan struct{}, 1), changes: make(chan struct{}), computing: make(chan struct{}, maxComputing),
	}
	s.free <- struct{}{}
	if s.session, err = connect(in.db); err != nil {
		in.close()
		return nil, err
	}
	if err := s.setUp(context.Background(), attach); err != nil {
		s.disconnect()
		return nil, err
	}
	return s, nil
}

// register makes the functions known.
func (o StoreOptions) register(conn *sql.Conn) error {
	history := o.Metrics
	if history == nil {
		history = metrics.NewHistory() // the view needs its functions
	}
	err := errors.Join(Register(conn, o.Functions), registerMetrics(conn, history))
	if o.Detectors != nil {
		err = errors.Join(err, RegisterDetectors(conn, o.Detectors))
	}
	return err
}

// settings are those that must be known when the database opens.
func (o StoreOptions) settings(stateDir string) map[string]string {
	out := map[string]string{
		"wal_autocheckpoint": WALAutoCheckpoint, "temp_directory": filepath.Join(stateDir, "spill"),
		"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "allow_community_extensions": "false",
	}
	if o.MemoryLimit != "" {
		out["memory_limit"] = o.MemoryLimit
	}
	if o.Threads > 0 {
		out["threads"] = strconv.Itoa(o.Threads)
	}
	return out
}

const lockDown = `SET GLOBAL enable_external_access = false; SET GLOBAL lock_configuration = true`

// LockDown sees to it that from now on no statement reaches a file, a setting or an extension. Query does this by itself; until the
// first one, Catalog.Execute can fill tables from files.
func (s *Store) LockDown() error {
	s.locking.Do(func() {
		session, err := connect(s.db)
		if err != nil {
			s.locked = err
			return
		}
		defer session.close()
		s.locked = session.exec(context.Background(), lockDown)
	})
	return s.locked
}

// database is the name under which the file is attached. DuckDB would name it after the file, but then schema weir of
// weir.duckdb could not be named: the name could be the database's as well.
const database = "results"

func (s *Store) setUp(ctx context.Context, attach func(*Store) error) error {
	if err := s.state.makeDir(); err != nil {
		return err
	}
	if err := attach(s); err != nil {
		return err
	}
	if err := s.checkFormat(ctx); err != nil {
		return err
	}
	macros := strings.ReplaceAll(windowsSQL, "CREATE MACRO", "CREATE OR REPLACE MACRO")
	for _, sql := range []string{"SET GLOBAL errors_as_json = true", macros, startsSQL, reachedSQL, eventsSQL, behindSQL, metricsView} {
		if err := s.session.exec(ctx, sql); err != nil {
			return err
		}
	}
	if err := s.session.exec(ctx, noAlertsSQL); err != nil {
		return err
	}
	if err := s.completeLetters(ctx); err != nil {
		return err
	}
	last, err := s.load(ctx)
	if err != nil {
		return err
	}
	s.last = &last
	if s.books, err = newBookkeeper(s.session); err != nil {
		return err
	}
	if err := s.countBacklogs(ctx); err != nil {
		return err
	}
	kept, err := s.outboxFiles(ctx)
	if err != nil {
		return err
	}
	for _, f := range last.State {
		kept = append(kept, f.Name)
	}
	return s.state.keepOnly(kept)
}

func (s *Store) attach(ctx context.Context, path string) error {
	if path == "" {
		path = ":memory:"
	} else {
		s.wal = path + ".wal"
	}
	return s.session.exec(ctx, fmt.Sprintf("SET GLOBAL TimeZone = 'UTC'; ATTACH %s AS %s; USE %s",
		types.QuoteString(path), database, database))
}

// checkFormat creates the internal tables, or checks that those in the file are known.
func (s *Store) checkFormat(ctx context.Context) error {
	var found []string
	err := s.session.each(ctx, "SELECT 1 FROM duckdb_schemas() WHERE database_name = 'results' AND schema_name = 'weir'",
		func(r row) { found = append(found, r.text(0)) })
	if err != nil {
		return err
	}
	if len(found) == 0 {
		version := fmt.Sprintf("; INSERT INTO weir.format (version) VALUES (%d)", formatVersion)
		return s.session.transaction(ctx, func() error { return s.session.exec(ctx, schemaSQL+version) })
	}
	version := int64(-1)
	err = s.session.each(ctx, "SELECT max(version)::BIGINT FROM weir.format", func(r row) { version = r.int(0) })
	if err == nil && version != formatVersion {
		err = fmt.Errorf("the database has format %d, this version of weir reads format %d: use the weir that wrote it, or another --db",
			version, formatVersion)
	}
	return err
}

// holder finds the process that holds the lock, in DuckDB's error.
var holder = regexp.MustCompile(`Conflicting lock is held in .*\(PID ([0-9]+)\)`)

func openError(path string, err error) error {
	if m := holder.FindStringSubmatch(err.Error()); m != nil {
		return fmt.Errorf("%s is open in another process (pid %s): stop it, or choose another --db; a Weir that runs is asked without --db", filepath.Base(path), m[1])
	}
	return tellDamage(fmt.Errorf("duckdb: open %s: %w", path, err))
}

// reader opens a session for reading. The caller closes it.
func (s *Store) reader(ctx context.Context) (*session, error) {
	r, err := connect(s.db)
	if err != nil {
		return nil, err
	}
	if err := r.exec(ctx, "USE "+database); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// tableName is the full name of a view's table.
func tableName(view string) string { return "main." + types.QuoteIdent(view) }

package duckdb

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/weirdb/weir/engine"
)

// Store keeps the results of the views, how far they have come, and their state in one DuckDB database and a folder beside
// it. Its methods may be called by any goroutine: writers wait for each other, readers see the last commit and wait for nobody.
//
//	weir.duckdb         results, positions, dead letters, late rows, catalog, outbox
//	weir.duckdb.state/  state files: durable before the commit that names them
type Store struct {
	instance
	wal     string // the path of the write-ahead log; empty in memory
	state   stateFolder
	atClose func() error
	rowsIn  string // the database that has the views' rows, if that is another one: see copy.go

	free    chan struct{} // holds a token while no one writes; what follows belongs to the writer
	session *session
	books   *bookkeeper
	last    *engine.Checkpoint // the last commit
	tables  map[string]*viewTable

	checkpointing sync.WaitGroup // the goroutine that moves the log, if there is one
	moving        bool           // there is one; guarded by free

	computing chan struct{} // holds a token for each query that computes

	locking sync.Once // see LockDown
	locked  error

	detectors *engine.Detectors // that queries may call; nil for none

	beside string // the database that DefineBeside made; empty if there is none

	watching sync.Mutex
	changes  chan struct{} // closed when plain tables are changed next

	sinksLock sync.Mutex
	sinks     map[string][]string // view -> sinks
	kept      []KeptSink

	posted   []posting // by the commit under way; belongs to the writer
	fallen   []behind  // in the commit under way; likewise
	backlogs backlogs
}

var _ engine.Store = (*Store)(nil)

// lock waits for the right to write. Call the function that it returns when done.
func (s *Store) lock(ctx context.Context) (unlock func(), err error) {
	select {
	case <-s.free:
		return func() { s.free <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// SetSinks says which sinks follow which view. From then on each commit puts what it changes in these views into the outbox.
// The store keeps the map.
func (s *Store) SetSinks(sinks map[string][]string) {
	s.sinksLock.Lock()
	defer s.sinksLock.Unlock()
	s.sinks = sinks
}

func (s *Store) sinksOf(view string) []string {
	s.sinksLock.Lock()
	defer s.sinksLock.Unlock()
	return s.sinks[view]
}

// Instance tells this database from others: it was made with it. A copy has the same.
func (s *Store) Instance(ctx context.Context) (id string, err error) {
	reader, err := s.reader(ctx)
	if err != nil {
		return "", queryError("reading the instance", err)
	}
	defer reader.close()
	err = reader.each(ctx, "SELECT instance::VARCHAR FROM weir.format", func(r row) { id = r.text(0) })
	return id, err
}

// StateDir is the folder of the state files.
func (s *Store) StateDir() string { return s.state.dir }

// Close checkpoints and closes the database. Rows of Query must be released before.
func (s *Store) Close() error {
	s.checkpointing.Wait()
	err := errors.Join(s.hideMetrics(context.Background()), s.Checkpoint(context.Background()))
	s.disconnect()
	return errors.Join(err, s.atClose())
}

func (s *Store) disconnect() {
	if s.books != nil {
		s.books.close()
	}
	s.session.close()
	s.close()
}

// Load returns the last commit; a zero Checkpoint if there is none.
func (s *Store) Load(ctx context.Context) (engine.Checkpoint, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return engine.Checkpoint{}, err
	}
	defer unlock()
	c := *s.last
	c.Positions, c.State = slices.Clone(c.Positions), slices.Clone(c.State)
	return c, nil
}

func (s *Store) load(ctx context.Context) (engine.Checkpoint, error) {
	var c engine.Checkpoint
	err := s.session.each(ctx, "SELECT epoch FROM weir.checkpoint", func(r row) { c.Epoch = r.int(0) })
	if err != nil {
		return c, err
	}
	err = s.session.each(ctx, `SELECT query, source, "partition", next, watermark, coalesce(reached, '-infinity') FROM weir.positions ORDER BY ALL`, func(r row) {
		c.Positions = append(c.Positions, engine.Position{
			Query: r.text(0), Source: r.text(1), Partition: r.text(2), Next: r.int(3), Watermark: engineTime(r.int(4)), Reached: engineTime(r.int(5)),
		})
	})
	if err != nil {
		return c, err
	}
	err = s.session.each(ctx, "SELECT query, stage, name, log::INTEGER, epoch, bytes::BIGINT FROM weir.state_files ORDER BY query, stage, epoch, name", func(r row) {
		c.State = append(c.State, engine.StateFile{
			Query: r.text(0), Stage: int(r.int(1)), Name: r.text(2), Log: r.int(3) != 0, Epoch: r.int(4), Bytes: uint64(r.int(5)),
		})
	})
	return c, err
}

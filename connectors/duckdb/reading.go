package duckdb

import "context"

// Reading is one committed state, from which several results are read. Close it: a state that is read cannot be cleared away.
type Reading struct {
	// Epoch is the last one of the state.
	Epoch   int64
	ctx     context.Context
	store   *Store
	session *session
}

// Read begins to read the state of the last commit. Commits go on meanwhile; ctx ends the reading too.
func (s *Store) Read(ctx context.Context) (*Reading, error) {
	if err := s.LockDown(); err != nil {
		return nil, queryError("read", err)
	}
	reader, err := s.reader(ctx)
	if err != nil {
		return nil, queryError("read", err)
	}
	r := &Reading{ctx: ctx, store: s, session: reader}
	if err = reader.exec(ctx, "BEGIN TRANSACTION READ ONLY"); err == nil {
		err = reader.each(ctx, "SELECT epoch FROM weir.checkpoint", func(at row) { r.Epoch = at.int(0) })
	}
	if err != nil {
		r.Close()
		return nil, queryError("read", err)
	}
	return r, nil
}

// Query runs a statement of a user that only reads, as Store.Query does. Its rows are released before the next one is run.
func (r *Reading) Query(sql string) (*Rows, error) {
	rows := &Rows{ctx: r.ctx, session: r.session, lent: true, computing: r.store.computing, beside: r.store.beside, detectors: r.store.detectors}
	rows.references.Store(1)
	err := rows.compute(func() error {
		if err := vet(r.ctx, r.session, sql, allowance{beside: r.store.beside}); err != nil {
			return err
		}
		return rows.execute(sql)
	})
	if err != nil {
		rows.Release()
		return nil, queryError("query", err)
	}
	return rows, nil
}

// Close ends the reading.
func (r *Reading) Close() { r.session.close() }

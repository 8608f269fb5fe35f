package duckdb

import (
	"context"
	"errors"

	"github.com/weirdb/weir/engine"
)

// errTakenBack ends the transaction of an attempt.
var errTakenBack = errors.New("taken back")

// Attempt is a Change that is taken back: what the function does is seen by itself only, and nothing of it stays.
func (s *Store) Attempt(ctx context.Context, change func(c *Catalog) error) error {
	err := s.Change(ctx, func(c *Catalog) error {
		if err := change(c); err != nil {
			return err
		}
		return errTakenBack
	})
	if errors.Is(err, errTakenBack) {
		return nil
	}
	return err
}

// Checkpoint is the last commit without what was dropped in this change. The caller does not change it.
func (c *Catalog) Checkpoint() engine.Checkpoint {
	if c.next != nil {
		return *c.next
	}
	return *c.store.last
}

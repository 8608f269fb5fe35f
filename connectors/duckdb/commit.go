package duckdb

import (
	"context"
	"fmt"

	"github.com/weirdb/weir/engine"
)

// Commit makes one epoch durable: all of it or nothing. The epoch must follow the last one. It borrows c's batches. After an
// error the store is as it was, and the same epoch may be committed again.
//
//	BEGIN ─► views ─► dead letters, late rows ─► outbox ─► positions, state pointers, epoch ─► COMMIT ─► old state files go
//
// Rows are taken back by value: a row with weight -1 removes one row that is equal in all columns, where NULLs are equal and
// NaNs are equal. If there is none, the operators and the table have come apart, and the commit fails. Equality is DuckDB's,
// so that '1 month' equals '30 days' and 0.0 equals -0.0.
func (s *Store) Commit(ctx context.Context, c *engine.Commit) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if c.Epoch != s.last.Epoch+1 {
		return fmt.Errorf("duckdb: commit of epoch %d: the last one is %d, so the next must be %d", c.Epoch, s.last.Epoch, s.last.Epoch+1)
	}
	s.posted, s.fallen = nil, nil
	merged := *c
	merged.Changes = mergeChanges(c.Changes)
	next := after(s.last, c)
	if err := s.commit(ctx, &merged, next); err != nil {
		return queryError(fmt.Sprintf("commit of epoch %d", c.Epoch), err)
	}
	s.advance(next)
	s.backlogs.add(s.posted)
	s.backlogs.fall(s.fallen)
	s.moveLog()
	return nil
}

// advance notes what is now committed.
func (s *Store) advance(next *engine.Checkpoint) {
	s.state.remove(s.last.State, next.State)
	s.last = next
}

func (s *Store) commit(ctx context.Context, c *engine.Commit, next *engine.Checkpoint) error {
	if err := s.state.checkThere(c.State); err != nil {
		return err
	}
	// Tables for changes are made before the transaction: if it fails, they are there for the next attempt.
	for _, change := range c.Changes {
		if err := s.prepareChange(ctx, change); err != nil {
			return viewError(change.View, err)
		}
	}
	return s.session.transaction(ctx, func() error {
		for _, change := range c.Changes {
			if err := s.apply(ctx, change); err != nil {
				return viewError(change.View, err)
			}
		}
		if err := s.expire(ctx, c.Expired); err != nil {
			return err
		}
		return s.writeSmall(ctx, c, next)
	})
}

// mergeChanges puts all batches of a view together, in their order, so that what an epoch adds and takes back cancels out.
func mergeChanges(changes []engine.Change) []engine.Change {
	var out []engine.Change
	at := map[string]int{}
	for _, c := range changes {
		i, ok := at[c.View]
		if !ok {
			i = len(out)
			at[c.View] = i
			out = append(out, engine.Change{View: c.View})
		}
		out[i].Batches = append(out[i].Batches, c.Batches...)
	}
	return out
}

func viewError(view string, err error) error { return fmt.Errorf("view %s: %w", view, err) }

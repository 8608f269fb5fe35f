package duckdb

import (
	"context"
	"errors"
	"os"
)

// A commit is durable once DuckDB has synced its write-ahead log. From time to time the log must go into the database file, which
// takes from a few ms to seconds. DuckDB does that inside a COMMIT, which then takes as long. The store does it between commits:
//
//	commit ─► log over 64 MB? ─► return     next commit (waits only for what is left of the checkpoint)
//	               └─► checkpoint, in the background ──┘
//
// While events are processed and nothing is committed, the checkpoint costs nobody time. DuckDB's own remains for a log that
// cannot be moved for long, because queries hold old snapshots.
var walLimit int64 = 64 << 20

// WALAutoCheckpoint is the length of the log from which DuckDB moves it inside a commit.
const WALAutoCheckpoint = "1GB"

// Checkpoint moves the write-ahead log into the database file. The store does it by itself once the log has 64 MB, and when it
// closes. It waits for a running commit. While a query is being read that began before the last commit, it does nothing: the log
// stays for the next time.
func (s *Store) Checkpoint(ctx context.Context) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return s.checkpoint(ctx)
}

func (s *Store) checkpoint(ctx context.Context) error {
	_, err := s.session.execute(ctx, "CHECKPOINT")
	var duck *Error
	if err == nil || errors.As(err, &duck) && duck.Kind == "TransactionContext" {
		return nil
	}
	return queryError("checkpoint", err)
}

// moveLog starts a checkpoint if the log has grown long. The caller holds the right to write.
func (s *Store) moveLog() {
	if s.moving || s.wal == "" {
		return
	}
	info, err := os.Stat(s.wal)
	if err != nil || info.Size() < walLimit {
		return
	}
	s.moving = true
	s.checkpointing.Go(func() {
		unlock, _ := s.lock(context.Background())
		defer unlock()
		s.moving = false
		_ = s.checkpoint(context.Background()) // the log is as good; the next commit tries again
	})
}

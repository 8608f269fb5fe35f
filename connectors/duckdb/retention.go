package duckdb

import (
	"context"
	"fmt"
	"time"

	"github.com/weirdb/weir/engine"
)

// expire drops rows that views do not keep any longer, and notes which, in the transaction of a commit.
func (s *Store) expire(ctx context.Context, expired []engine.Expiry) error {
	for _, x := range expired {
		if err := s.session.exec(ctx, "DELETE FROM "+tableName(x.View)+" WHERE "+x.Where); err != nil {
			return fmt.Errorf("dropping rows that are older than the retention of view %s: %w", x.View, err)
		}
		if err := s.forgetExpired(ctx, x.View); err != nil {
			return err
		}
		if _, err := s.session.execute(ctx, "INSERT INTO weir.expired VALUES ($1, $2, now())", x.View, x.Where); err != nil {
			return fmt.Errorf("noting what was dropped from view %s: %w", x.View, err)
		}
	}
	return nil
}

func (s *Store) forgetExpired(ctx context.Context, view string) error {
	_, err := s.session.execute(ctx, "DELETE FROM weir.expired WHERE view = $1", view)
	return err
}

// ForgetLetters drops dead letters and late rows that were found before a time, but for those that a sink has still to get from the table. It
// waits for a running commit.
func (s *Store) ForgetLetters(ctx context.Context, before time.Time) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	for _, table := range []string{"weir.dead_letters", "weir.late_rows"} {
		sql := "DELETE FROM " + table + ` WHERE "at" < make_timestamptz($1) AND coalesce(epoch, 0) <= $2`
		if _, err := s.session.execute(ctx, sql, before.UnixMicro(), s.backlogs.takenOf(table)); err != nil {
			return queryError("dropping old rows of "+table, err)
		}
	}
	return nil
}

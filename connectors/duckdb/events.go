package duckdb

import (
	"context"
	"fmt"

	"github.com/weirdb/weir/engine"
)

// eventsSQL makes the table of what has happened to the engine and its parts. Databases of an earlier weir have none.
const eventsSQL = `CREATE TABLE IF NOT EXISTS weir.events ("at" TIMESTAMPTZ, kind VARCHAR, object VARCHAR, message VARCHAR);
COMMENT ON TABLE weir.events IS 'starts and stops of weir, and what has failed, was paused and has recovered'`

// MaxEvents is how many events are kept: the last ones.
const MaxEvents = 10_000

// Note keeps events. It waits for a running commit, and changes nothing else.
func (s *Store) Note(ctx context.Context, events []engine.Event) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	err = s.session.transaction(ctx, func() error {
		for _, e := range events {
			_, err := s.session.execute(ctx, "INSERT INTO weir.events VALUES (make_timestamptz($1), $2, $3, $4)", e.At.UnixMicro(), e.Kind, e.Object, e.Message)
			if err != nil {
				return err
			}
		}
		drop := fmt.Sprintf(`DELETE FROM weir.events WHERE "at" < (SELECT "at" FROM weir.events ORDER BY "at" DESC OFFSET %d LIMIT 1)`, MaxEvents-1)
		return s.session.exec(ctx, drop)
	})
	if err != nil {
		return queryError("noting events", err)
	}
	return nil
}

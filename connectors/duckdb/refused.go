package duckdb

import (
	"context"
	"fmt"

	"github.com/weirdb/weir/engine"
)

// RefusedAhead returns, by partition and ascending, the positions of a source's events that were too far ahead of the clock: its
// dead letters with that reason, but for those that a replay has given to all their views. Of a partition in from, only those at that position or behind it.
func (s *Store) RefusedAhead(ctx context.Context, source string, from map[string]int64) (map[string][]int64, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	out := map[string][]int64{}
	err = s.session.each(ctx, `SELECT "partition", "offset" FROM weir.dead_letters WHERE source = $1 AND starts_with(reason, $2)
		AND (replayed_at IS NULL OR error IS NOT NULL) ORDER BY ALL`,
		func(r row) {
			if partition, offset := r.text(0), r.int(1); offset >= from[partition] {
				out[partition] = append(out[partition], offset)
			}
		}, source, engine.TooFarAhead)
	if err != nil {
		return nil, fmt.Errorf("duckdb: read dead letters: %w", err)
	}
	return out, nil
}

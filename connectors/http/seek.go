package http

import (
	"context"
	"time"

	"github.com/weirdb/weir/connectors/journal"
)

// Seek finds the first event that came at or after a time.
func (s *source) Seek(_ context.Context, t time.Time) (map[string]int64, error) {
	at, err := s.journal.At(t)
	return map[string]int64{journal.Partition: at}, err
}

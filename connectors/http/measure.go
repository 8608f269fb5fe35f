package http

import (
	"context"

	"github.com/weirdb/weir/connectors/journal"
	"github.com/weirdb/weir/engine"
)

// Measure tells what the journal holds.
func (s *source) Measure(context.Context, map[string]int64) (map[string]engine.Extent, error) {
	first, next := s.journal.Bounds()
	return map[string]engine.Extent{journal.Partition: {Begin: first, End: next, Size: next - first, Unit: "records"}}, nil
}

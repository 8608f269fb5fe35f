package runtime

import (
	"context"
	"fmt"
	"time"

	"github.com/weirdb/weir/engine"
)

// begin puts readings that have not read anything of a source yet to where a time stands in it. Others go on where they stood.
//
//	source   ────────────┬───────────────●──────────────►
//	                   the time          │ where view a stands
//	view a               │               └──────────────►
//	view b, new          └──────────────────────────────►
//
// The first commit notes where they have begun, so that a restart goes on from there even if nothing has come.
func (e *Engine) begin(ctx context.Context, s *source) error {
	for _, r := range s.readings {
		from := e.config.Views[r.query.Name].From
		if from.IsZero() || s.Table || len(r.positions) > 0 {
			continue
		}
		starts, err := s.seek(ctx, from)
		if err != nil {
			return err
		}
		r.query.dirty = true
		for _, name := range sortedKeys(starts) {
			r.positions[name] = &position{next: starts[name], committed: unread, watermark: engine.MinTime}
			r.query.starts = append(r.query.starts, engine.Position{Query: r.query.Name, Source: s.Name, Partition: name, Next: starts[name]})
		}
	}
	return nil
}

// seek finds where a time stands in each partition.
func (s *source) seek(ctx context.Context, from time.Time) (map[string]int64, error) {
	text := from.UTC().Format("2006-01-02 15:04:05Z")
	if from.Equal(engine.Latest) {
		text = "the end"
	}
	seeker, ok := s.Source.Source.(engine.Seeker)
	if !ok {
		return nil, fmt.Errorf("source %s: connector %s cannot start at a time (%s): start at the beginning, and let the view leave out what is "+
			"older, by a WHERE over the event time", s.Name, s.Connector, text)
	}
	starts, err := seeker.Seek(ctx, from)
	if err != nil {
		return nil, fmt.Errorf("source %s: find where %s stands: %w", s.Name, text, err)
	}
	return starts, nil
}

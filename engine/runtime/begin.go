package runtime

import (
	"context"
	"fmt"

	"github.com/weirdb/weir/engine"
)

// begin puts readings that have not read anything of a source yet to where a time stands in it. Others go on where they stood.
//
//	source   ────────────┬───────────────●──────────────►
//	                     From            │ where view a stands
//	view a               │               └──────────────►
//	view b, new          └──────────────────────────────►
//
// The first commit notes where they have begun, so that a restart goes on from there even if nothing has come.
func (e *Engine) begin(ctx context.Context, s *source) error {
	var fresh []*reading
	for _, r := range s.readings {
		if len(r.positions) == 0 && !r.anew {
			fresh = append(fresh, r)
		}
	}
	if e.config.From.IsZero() || s.Table || len(fresh) == 0 {
		return nil
	}
	seeker, ok := s.Source.Source.(engine.Seeker)
	if !ok {
		return fmt.Errorf("source %s: connector %s cannot start at a time; start at the beginning, and let the view leave out what is older: WHERE … >= TIMESTAMP '%s'",
			s.Name, s.Connector, e.config.From.UTC().Format("2006-01-02 15:04:05"))
	}
	starts, err := seeker.Seek(ctx, e.config.From)
	if err != nil {
		return fmt.Errorf("source %s: find where %s stands: %w", s.Name, e.config.From.UTC().Format("2006-01-02 15:04:05Z"), err)
	}
	for _, r := range fresh {
		r.query.dirty = true
		for _, name := range sortedKeys(starts) {
			r.positions[name] = &position{next: starts[name], committed: unread, watermark: engine.MinTime}
			r.query.starts = append(r.query.starts, engine.Position{Query: r.query.Name, Source: s.Name, Partition: name, Next: starts[name]})
		}
	}
	return nil
}

package runtime

import (
	"context"
	"fmt"
	"time"

	"github.com/weirdb/weir/engine"
)

// Readings that have not read anything of a source yet may begin where a time stands in it. Others go on where they stood.
//
//	source   ────────────┬───────────────●──────────────►
//	                   the time          │ where view a stands
//	view a               │               └──────────────►
//	view b, new          └──────────────────────────────►
//
// The first commit notes where they have begun, so that a restart goes on from there even if nothing has come.

// beginsAt is the time at which a reading is to begin; zero if it goes on, or begins where the source's option says.
func (e *Engine) beginsAt(r *reading) time.Time {
	if r.source.Table || len(r.positions) > 0 {
		return time.Time{}
	}
	return e.config.Views[r.query.Name].From
}

// checkBegins refuses a time where the connector does not know when its records came.
func (e *Engine) checkBegins(s *source) error {
	for _, r := range s.readings {
		from := e.beginsAt(r)
		if _, can := s.Source.Source.(engine.Seeker); !from.IsZero() && !can {
			return fmt.Errorf("source %s: connector %s cannot start at a time (%s): start at the beginning, and let the view leave out what is "+
				"older, by a WHERE over the event time", s.Name, s.Connector, timeText(from))
		}
	}
	return nil
}

func timeText(from time.Time) string {
	if from.Equal(engine.Latest) {
		return "the end"
	}
	return from.UTC().Format("2006-01-02 15:04:05Z")
}

// standsIn is where the readings of a source stand.
func (e *Engine) standsIn(s *source) []stand {
	counted := map[*reading]bool{}
	for _, r := range s.counted() {
		counted[r] = true
	}
	out := make([]stand, len(s.readings))
	for i, r := range s.readings {
		out[i] = stand{next: map[string]int64{}, begins: e.beginsAt(r), counts: counted[r]}
		for name, at := range r.positions {
			out[i].next[name] = at.next
		}
	}
	return out
}

// seek finds where the times at which readings begin stand in each partition. It asks once for each time.
func (o *opening) seek(ctx context.Context) ([]map[string]int64, error) {
	starts, known := make([]map[string]int64, len(o.stands)), map[time.Time]map[string]int64{}
	for i, s := range o.stands {
		if s.begins.IsZero() {
			continue
		}
		if known[s.begins] == nil {
			found, err := o.source.Source.Source.(engine.Seeker).Seek(ctx, s.begins)
			if err != nil {
				return nil, fmt.Errorf("source %s: find where %s stands: %w", o.source.Name, timeText(s.begins), err)
			}
			if known[s.begins] = found; found == nil {
				known[s.begins] = map[string]int64{}
			}
		}
		starts[i] = known[s.begins]
	}
	return starts, nil
}

// beginReadings puts readings to where they begin.
func (e *Engine) beginReadings(s *source, starts []map[string]int64) {
	for i, r := range s.readings {
		if starts[i] == nil {
			continue
		}
		r.query.dirty = true
		for _, name := range sortedKeys(starts[i]) {
			r.positions[name] = &position{next: starts[i][name], committed: unread, watermark: engine.MinTime}
			r.query.starts = append(r.query.starts, engine.Position{Query: r.query.Name, Source: s.Name, Partition: name, Next: starts[i][name]})
		}
	}
}

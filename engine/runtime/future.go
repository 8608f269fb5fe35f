package runtime

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
)

// An event whose time is further ahead of the clock than max_future is refused: it goes to the dead letters, and moves no watermark.
//
//	              clock     clock + max_future
//	──●──●────●─────▲──●───────────▲────────────────● refused
//
// The clock goes on, so that the same event would pass later. It does not: what is refused when an event is first read stands in
// the dead letters, by the same commit as the positions behind it, and holds whenever the event is read again, until a replay of the letter
// lifts it.

// Letters tells what was refused before.
type Letters interface {
	// RefusedAhead returns, by partition and ascending, the positions of a source's dead letters whose reason begins with
	// engine.TooFarAhead, but for those that a replay has given to all their views. Of a partition in from, only those at that position or behind it.
	RefusedAhead(ctx context.Context, source string, from map[string]int64) (map[string][]int64, error)
}

// recallRefused loads the refusals that may be met again: those that some query has not passed. That takes 8 bytes each.
func (e *Engine) recallRefused(ctx context.Context, s *source, from map[string]int64) (err error) {
	if s.Table || s.event < 0 || e.config.Letters == nil {
		return nil
	}
	if s.refused, err = e.config.Letters.RefusedAhead(ctx, cmp.Or(s.Of, s.Name), from); err != nil {
		return fmt.Errorf("source %s: read its dead letters: %w", s.Name, err)
	}
	return nil
}

// refuseFuture takes the events that are too far ahead, or were when they were read before, out of a fetch.
func (s *source) refuseFuture(f *fetched, now time.Time) {
	known := s.refused[f.Partition]
	if f.letter != nil {
		known = nil // it is asked anew
	}
	if f.rows == nil || s.event < 0 || s.MaxFuture == 0 && len(known) == 0 {
		return
	}
	limit := int64(infinity)
	if s.MaxFuture > 0 {
		limit = now.Add(s.MaxFuture).UnixMicro()
	}
	if len(known) == 0 && int64(f.highestFrom(0)) <= limit {
		return
	}
	times := f.rows.Column(s.event).(*array.Timestamp)
	var gone []int
	for row := range times.Len() {
		at := int64(times.Value(row))
		_, before := slices.BinarySearch(known, f.offset(row))
		ahead := times.IsValid(row) && at > limit && at != infinity
		switch {
		case before:
			f.letters = append(f.letters, f.letterOf(row, engine.TooFarAhead+"so it was when it was first read"))
		case ahead:
			f.letters = append(f.letters, f.letterOf(row, s.aheadReason(at, now)))
		default:
			continue
		}
		gone = append(gone, row)
	}
	f.remove(gone)
}

// lift forgets that a position was refused: a replay has let it pass.
func (s *source) lift(partition string, offset int64) {
	known := s.refused[partition]
	if at, found := slices.BinarySearch(known, offset); found {
		s.refused[partition] = slices.Delete(known, at, at+1)
	}
}

func (s *source) aheadReason(at int64, now time.Time) string {
	return fmt.Sprintf("%s%s is %s, more than max_future (%s) ahead of the clock, which was %s",
		engine.TooFarAhead, s.read[s.event].Name, time.UnixMicro(at).UTC().Format(time.RFC3339Nano), s.MaxFuture, now.UTC().Format(time.RFC3339))
}

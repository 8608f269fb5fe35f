package join

import "github.com/weirdb/weir/engine"

// Advance implements engine.Operator. Where rows are written once, it says which rows can have no more matches.
//
// The rule: where times are bounded, a row from before the watermark is late. So every row that will count is at the
// watermark or behind it, and a row's fate is sealed once all times that it could match lie before the watermark:
//
//	                        matches of t
//	left row at t  ──┬────────┬═══════════┬────────┬────► time
//	                 t      t+Low      t+High   watermark      t+High < watermark: no right row that counts can match t
//
//	                        matches of u
//	right row at u ──┬────────┬═══════════┬────────┬────► time
//	              u-High    u-Low         u     watermark      u-Low < watermark: no left row that counts can match u
//
// (Low and High may have any sign. Where all that a row can match lies before it, its fate may be sealed when it comes.)
// A row that is late is put aside, and pairs with nothing; the rows that it could have matched may be gone. So whatever was
// emitted is what DuckDB computes over the rows that were not late, whichever way these came.
//
// A pair is emitted when its second row comes, a row without a match when its fate is sealed. So the left time of what is
// emitted is at most max(High, 0) before the watermark, and the right time at most max(-Low, 0).
func (o *Operator) Advance(wm engine.Time, out engine.Emitter) error {
	switch {
	case o.node.Changes || o.node.Lookup || wm <= o.watermark:
		return nil
	case wm == engine.MaxTime:
		o.watermark = wm
		return o.finish(out)
	case o.bounds == nil:
		return nil
	}
	o.watermark = wm
	for input := range o.sides {
		if err := o.expire(input, out); err != nil {
			return err
		}
	}
	return o.tidy()
}

// span is how far behind a row of the input its last match may be.
func (o *Operator) span(input int) int64 {
	if input == 0 {
		return o.bounds.High
	}
	return -o.bounds.Low
}

// expire emits the rows of an input that have no match, of those whose fate is sealed, and drops them all.
func (o *Operator) expire(input int, out engine.Emitter) error {
	s, span := o.sides[input], o.span(input)
	s.ids = s.expiry.take(func(t int64) bool { return shift(t, span) < int64(o.watermark) }, s.ids[:0])
	n := 0
	for _, id := range s.ids {
		e := s.entries.at(id)
		if e.key == gone {
			continue
		}
		if s.shows == showsUnmatched && e.matches == 0 {
			s.ids[n] = id
			n++
		}
		s.unlink(id)
	}
	return o.emitRows(input, s.ids[:n], out)
}

// finish emits all rows that have no match, at the end of the input, and drops all state.
func (o *Operator) finish(out engine.Emitter) error {
	for input, s := range o.sides {
		if s.shows != showsUnmatched {
			continue
		}
		s.ids = s.ids[:0]
		for _, id := range s.linked() {
			if o.shown(input, s.entries.at(id)) {
				s.ids = append(s.ids, id)
			}
		}
		if err := o.emitRows(input, s.ids, out); err != nil {
			return err
		}
	}
	return o.reset()
}

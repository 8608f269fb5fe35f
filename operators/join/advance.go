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
// (Low and High may have any sign: the span may also lie before the row's own time, or behind the watermark for long after.)
// A row that is late is put aside, and pairs with nothing; the rows that it could have matched may be gone. So whatever was
// emitted is what DuckDB computes over the rows that were not late, whichever way these came.
//
// A pair is emitted when its second row comes, a row without a match when its fate is sealed. So the left time of what is
// emitted is at most max(High, 0) before the watermark, and the right time at most max(-Low, 0).
func (o *Operator) Advance(wm engine.Time, out engine.Emitter) error {
	switch {
	case o.node.Changes || wm <= o.watermark:
		return nil
	case wm == engine.MaxTime:
		o.watermark = wm
		return o.finish(out)
	case o.node.Bounds == nil:
		return nil
	}
	o.watermark = wm
	for input, span := range o.spans() {
		if err := o.expire(input, func(t int64) bool { return shift(t, span) < int64(wm) }, out); err != nil {
			return err
		}
	}
	return o.tidy()
}

// spans are how far behind a left and a right row its last match may be.
func (o *Operator) spans() [2]int64 { return [2]int64{o.node.Bounds.High, -o.node.Bounds.Low} }

// expire emits the rows of an input that have no match, of those whose fate is sealed, and drops them all.
func (o *Operator) expire(input int, sealed func(time int64) bool, out engine.Emitter) error {
	s := o.sides[input]
	s.ids = s.expiry.take(sealed, s.ids[:0])
	n := 0
	for _, id := range s.ids {
		e := &s.entries[id]
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
		for id := range s.entries {
			if e := &s.entries[id]; e.key != gone && o.shown(input, e) {
				s.ids = append(s.ids, uint32(id))
			}
		}
		if err := o.emitRows(input, s.ids, out); err != nil {
			return err
		}
	}
	return o.reset()
}

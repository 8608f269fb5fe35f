package join

import "github.com/weirdb/weir/engine"

// Held implements engine.Holder: the rows of both sides. Where times are bounded it names the row that can be dropped first.
func (o *Operator) Held(first int) engine.Held {
	left, right := o.sides[0].size(), o.sides[1].size()
	h := engine.Held{Unit: "rows", Count: left + right, Newest: engine.MinTime, Parts: []engine.HeldPart{
		{Name: "left rows", Count: left}, {Name: "right rows", Count: right},
	}}
	if !o.drops() {
		return h
	}
	h.Kind = engine.HeldRows
	next := engine.OpenWindow{Closes: engine.MaxTime}
	for input, s := range o.sides {
		oldest, newest, some := s.expiry.ends()
		if !some {
			continue
		}
		h.Newest = max(h.Newest, engine.Time(newest))
		if closes := engine.Time(shift(shift(oldest, o.span(input)), 1)); closes < next.Closes {
			next = engine.OpenWindow{Start: engine.Time(oldest), End: closes, Closes: closes, Count: 1}
		}
	}
	if next.Count > 0 && first > 0 {
		h.First = []engine.OpenWindow{next}
	}
	return h
}

// size is how many rows, or keys where only existence counts, are kept.
func (s *side) size() int64 {
	if s.weights != nil {
		return int64(s.known)
	}
	return int64(s.live)
}

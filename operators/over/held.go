package over

import "github.com/weirdb/weir/engine"

// Held implements engine.Holder: the rows that the watermark has not passed, and those that frames look back to. It looks at the time of
// each row that waits, as Advance does.
func (o *Operator) Held(first int) engine.Held {
	pending := int64(len(o.pending))
	h := engine.Held{Kind: engine.HeldRows, Unit: "rows", Count: pending, Newest: engine.MinTime, Parts: []engine.HeldPart{
		{Name: "rows that wait for the watermark", Count: pending}, {Name: "rows that frames look back to", Count: int64(o.rows.Len()) - pending},
	}}
	oldest := int64(nullTime)
	for i := range o.pending {
		if t := o.pending[i].time; t != nullTime {
			oldest = min(oldest, t)
			h.Newest = max(h.Newest, engine.Time(t))
		}
	}
	if oldest < infinity && first > 0 {
		h.First = []engine.OpenWindow{{Start: engine.Time(oldest), End: engine.Time(oldest), Closes: engine.Time(oldest + 1), Count: 1}}
	}
	return h
}

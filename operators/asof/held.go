package asof

import (
	"math"

	"github.com/weirdb/weir/engine"
)

// Held implements engine.Holder: the left rows that the watermark has not passed, and the right rows. It looks at the time of each left
// row that waits, as Advance does.
func (o *Operator) Held(first int) engine.Held {
	waiting := int64(len(o.waiting))
	h := engine.Held{Kind: engine.HeldRows, Unit: "rows", Count: waiting, Newest: engine.MinTime, Parts: []engine.HeldPart{
		{Name: "left rows that wait for the watermark", Count: waiting}, {Name: "right rows", Count: int64(o.right.Len())},
	}}
	oldest := int64(math.MaxInt64)
	for i := range o.waiting {
		oldest = min(oldest, o.waiting[i].time)
		h.Newest = max(h.Newest, engine.Time(o.waiting[i].time))
	}
	if oldest < math.MaxInt64 && first > 0 {
		h.First = []engine.OpenWindow{{Start: engine.Time(oldest), End: engine.Time(oldest), Closes: engine.Time(oldest + 1), Count: 1}}
	}
	return h
}

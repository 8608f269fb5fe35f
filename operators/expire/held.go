package expire

import "github.com/weirdb/weir/engine"

// Held implements engine.Holder: the rows that have not expired, and when the next one does. They have been passed on already: nothing
// waits for them.
func (o *Operator) Held(int) engine.Held {
	h := engine.Held{Unit: "rows", Newest: engine.MinTime}
	for _, k := range o.batches {
		h.Count += int64(len(k.order))
		newest := o.times(k.rows).Value(int(k.order[len(k.order)-1]))
		h.Newest = max(h.Newest, engine.Time(newest))
	}
	return h
}

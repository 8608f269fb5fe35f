package relational

import "github.com/weirdb/weir/engine"

// Held implements engine.Holder: the rows of the windows that are open or, without windows, of all keys.
func (o *Operator) Held(first int) engine.Held {
	h := engine.Held{Unit: "rows", Newest: engine.MinTime}
	for _, p := range o.panes.all() {
		h.Count += int64(p.size())
	}
	if o.window < 0 {
		return h
	}
	h.Kind, h.Windows, h.Keys = engine.HeldWindows, len(o.panes.open), make([]int64, len(o.panes.open))
	for i, p := range o.panes.open {
		h.Keys[i] = p.key.value
		if i < first {
			h.First = append(h.First, o.ends.Window(p.key.value, int64(p.size())))
		}
	}
	return h
}

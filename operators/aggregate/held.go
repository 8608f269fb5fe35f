package aggregate

import (
	"github.com/weirdb/weir/engine"
)

// Held implements engine.Holder: the groups of the windows that are open. Windows that have closed and wait for the flush are not.
func (o *Operator) Held(first int) engine.Held {
	h := engine.Held{Unit: "groups", Newest: engine.MinTime}
	for _, p := range o.panes.all() {
		h.Count += int64(p.table.Len())
	}
	if o.window < 0 {
		return h
	}
	h.Kind, h.Windows, h.Keys = engine.HeldWindows, len(o.panes.open), make([]int64, len(o.panes.open))
	for i, p := range o.panes.open {
		h.Keys[i] = p.key.value
		if i < first {
			h.First = append(h.First, o.ends.Window(p.key.value, int64(p.table.Len())))
		}
	}
	return h
}

package aggregate

import "math"

// bound tells which windows are closed.
type bound struct {
	before int64 // those with a smaller key
	null   bool  // the one whose key is NULL
}

func openBound() bound { return bound{before: math.MinInt64} }

// force closes all windows that are open, at the end of the input.
func (b *bound) force(p *panes) {
	if n := len(p.open); n > 0 {
		b.before = max(b.before, p.open[n-1].key.saturatingNext())
	}
	b.null = b.null || p.null != nil
}

func (b *bound) closed(k windowKey) bool {
	if k.null {
		return b.null
	}
	return k.value < b.before
}

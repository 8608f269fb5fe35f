package relational

import (
	"math"

	"github.com/weirdb/weir/engine/types"
)

// windowKey is the part of the key that grows with event time, as Arrow holds it. Without windows it is zero.
type windowKey struct {
	value int64
	null  bool
}

// windowType reports whether a key of the type can close windows.
func windowType(t types.Type) bool {
	switch t.ID {
	case types.Date, types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS, types.TimestampTZ:
		return true
	case types.UBigInt:
		return false
	}
	return t.Integral()
}

// bound tells which windows are closed.
//
//	window     10:00       10:10       10:20        NULL
//	           ├───────────┼───────────┼─────────► ─────────►
//	watermark              10:13: before = 10:10
//	                                   end of input: before = behind the last one that was open; NULL too
type bound struct {
	before int64 // those with a smaller key
	null   bool  // the one whose key is NULL
	ended  bool  // without windows: all rows have come
}

func openBound() bound { return bound{before: math.MinInt64} }

// force closes all windows that are open, at the end of the input.
func (b *bound) force(p *panes) {
	if n := len(p.open); n > 0 {
		last := p.open[n-1].key.value
		b.before = max(b.before, last+min(1, math.MaxInt64-last))
	}
	b.null = b.null || p.null != nil
}

// merge closes what either has closed.
func (b *bound) merge(o bound) {
	b.before, b.null, b.ended = max(b.before, o.before), b.null || o.null, b.ended || o.ended
}

func (b *bound) closed(k windowKey) bool {
	if k.null {
		return b.null
	}
	return b.ended || k.value < b.before
}

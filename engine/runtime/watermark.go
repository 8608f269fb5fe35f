package runtime

import (
	"time"

	"github.com/weirdb/weir/engine"
)

// watermarkOf is a reading's watermark: the minimum over the source's partitions, without those that have ended or are idle.
//
//	partition 0  ────────●              10:07
//	partition 1  ──────────────●        10:12
//	partition 2  ───● (idle)            10:03
//	reading              ▲ 10:07
//
// When all are idle, those that were heard last go on counting. While the source rests, or is not open yet, nobody knows which partitions
// there are: the watermark stands.
func (s *source) watermarkOf(r *reading, now time.Time) engine.Time {
	if s.resting() || s.reader == nil {
		return r.watermark
	}
	lowest := engine.MaxTime
	for name, p := range s.positions {
		if !p.ended && !p.gone && !s.idle(p, now) {
			lowest = min(lowest, r.at(name).watermark)
		}
	}
	if lowest == engine.MaxTime {
		lowest = s.lastActive(r)
	}
	return max(lowest, r.watermark)
}

// lastActive is the watermark when every partition is idle: that of the partitions which were heard last, and so were the last
// to be active. MinTime if none is left.
func (s *source) lastActive(r *reading) engine.Time {
	lowest, last := engine.MinTime, time.Time{}
	for name, p := range s.positions {
		if p.ended || p.gone || p.heard.Before(last) {
			continue
		}
		wm := r.at(name).watermark
		if p.heard.Equal(last) {
			wm = min(wm, lowest)
		}
		lowest, last = wm, p.heard
	}
	return lowest
}

package session

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/function"
)

// isLate reports whether a row at t must not count any more, given the session that it touches, none without:
//
//	──[ emitted ]╌╌gap╌╌┤               [ open ]──────────► event time
//	 ▲ late        ▲  reach   ▲ late  ▲ joins open   ▲ stands alone, [t, t+gap] is open
//
// It is late at or before the key's reach, which is the gap behind the key's last emitted event: it would belong to a session
// that has been emitted, or to a time before. What remains lies more than the gap behind all that has been emitted, so that
// nothing emitted is contradicted by it. Of that, a row counts which touches an open session, or whose own session [t, t+gap]
// is still open at the watermark; otherwise its session would have been emitted already.
//
// A row ahead of the watermark is never late: the reach is behind the watermark.
func (o *Operator) isLate(k *key, t int64, touched uint32) bool {
	return t <= k.reach || touched == none && plus(t, o.config.Gap) < o.bound
}

// begin moves the reach of a key that had no open session to two gaps behind the watermark. Its first row is at most one gap
// behind, so that all rows which touch that one still count; but rows must not lead further and further back from one to the
// next, to sessions that have been forgotten.
func (o *Operator) begin(k *key) {
	if plus(k.reach, 2*o.config.Gap) < o.bound {
		k.reach = o.bound - 2*o.config.Gap - 1
	}
}

// remembers reports whether the key's reach tells more than that of a key never seen.
func (o *Operator) remembers(k *key) bool {
	return k.latest != none || k.reach != noTime && plus(k.reach, 2*o.config.Gap) >= o.bound
}

func (o *Operator) emitLate(rows arrow.RecordBatch, out engine.Emitter) error {
	if len(o.late) == 0 {
		return nil
	}
	late := function.Select(o.config.Allocator, rows, o.late)
	defer late.Release()
	return out.Late(late)
}

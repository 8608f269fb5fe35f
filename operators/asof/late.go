package asof

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/function"
)

// lateLeft: a left row is late before the watermark. The right rows that it might match may have been dropped.
func (o *Operator) lateLeft(t int64) bool { return t < o.bound }

// lateRight: a right row is late if a left row has been emitted that it might belong to, which is one of its key that is not
// older. Behind the watermark it still counts where no left row has been emitted since:
//
//	left emitted   ──1───2────────┐ watermark
//	right          ─a─────────b───┤
//	                └ late: 1, 2  └ counts, for the left rows to come; seen = time of 2
//
// Of keys without a right row nothing is remembered. All that lies before the watermark counts as seen when the first one comes.
func (o *Operator) lateRight(k *key, t int64) bool {
	if len(k.rights) == 0 {
		return t < o.bound
	}
	if o.config.Strict {
		return t < k.seen
	}
	return t <= k.seen
}

func (o *Operator) emitLate(rows arrow.RecordBatch, out engine.Emitter) error {
	if len(o.late) == 0 {
		return nil
	}
	late := function.Select(o.config.Allocator, rows, o.late)
	defer late.Release()
	return out.Late(late)
}

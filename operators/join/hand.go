package join

import (
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/keys"
)

// hand is the batch in hand, and what was found out about its rows.
type hand struct {
	input int
	batch engine.Batch
	times []int64  // of each row of the batch, where times are bounded
	rows  []uint32 // those that can match something
	lone  []int32  // those that cannot, for a NULL
	late  []int32
	keys  []uint32 // numbers of the rows' keys
	ids   []uint32 // their entries
	fresh []bool   // whether the row began its entry

	all []uint32
}

func (h *hand) weight(k int) int32 {
	if h.batch.Weights == nil {
		return 1
	}
	return int32(h.batch.Weights[h.rows[k]])
}

// sort tells the rows that can match something from those that cannot, and from late ones: those from before the watermark.
func (h *hand) sort(s *side, watermark engine.Time) {
	n := int(h.batch.Rows.NumRows())
	h.all = keys.Iota(h.all, n)
	h.lone, h.late = h.lone[:0], h.late[:0]
	h.rows = append(h.rows[:0], h.all...)
	if s.times != nil {
		h.times = room(h.times, n)
		s.times.read(h.batch.Rows.Column(s.times.column), h.times)
		h.part(s.times.column)
		h.partLate(watermark)
	}
	for _, c := range s.strict {
		h.part(c)
	}
}

func (h *hand) partLate(watermark engine.Time) {
	if watermark == engine.MinTime {
		return
	}
	left := h.rows[:0]
	for _, r := range h.rows {
		if h.times[r] < int64(watermark) {
			h.late = append(h.late, int32(r))
		} else {
			left = append(left, r)
		}
	}
	h.rows = left
}

// part sets rows aside that are NULL in a column.
func (h *hand) part(column int) {
	valid := keys.ValidityOf(h.batch.Rows.Column(column))
	if !valid.Any() {
		return
	}
	left := h.rows[:0]
	for _, r := range h.rows {
		if valid.Null(r) {
			h.lone = append(h.lone, int32(r))
		} else {
			left = append(left, r)
		}
	}
	h.rows = left
}

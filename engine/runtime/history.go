package runtime

import "github.com/weirdb/weir/engine"

// historyBytes bounds what is kept of the last changes, of all views together, for readers that come back.
const historyBytes = 16 << 20

// historyEpochs bounds how many changes are kept, however small they are.
const historyEpochs = 4096

// history is the last committed changes, for live readers that were away for a moment. Older ones are in the table only.
//
//	kept   a:4  b:4  a:6  a:7    a reader of a that has epoch 4 gets 6 and 7
//	lost   {a: 3}                one that has epoch 2 has missed something
type history struct {
	kept  []engine.Committed // oldest first
	sizes []uint64           // of kept
	bytes uint64             // in all
	lost  map[string]int64   // by view: the last epoch that was dropped
	start int64              // the epoch that was committed when the engine began; changes up to it were never seen
	last  int64              // the last epoch that was published
}

func newHistory(start int64) *history {
	return &history{lost: map[string]int64{}, start: start, last: start}
}

// add keeps an epoch's changes to a view, and drops the oldest that there is no room for.
func (h *history) add(view string, epoch int64, batches []engine.Batch, size uint64) {
	h.kept = append(h.kept, engine.Committed{View: view, Epoch: epoch, Batches: retain(batches)})
	h.sizes = append(h.sizes, size)
	h.bytes += size
	for h.bytes > historyBytes || len(h.kept) > historyEpochs {
		h.drop()
	}
}

// drop forgets the oldest changes.
func (h *history) drop() {
	oldest := h.kept[0]
	h.lost[oldest.View] = oldest.Epoch
	release(oldest.Batches)
	h.bytes -= h.sizes[0]
	h.kept[0] = engine.Committed{}
	h.kept, h.sizes = h.kept[1:], h.sizes[1:]
}

// first is the earliest epoch that a reader of the view can go on after.
func (h *history) first(view string) int64 { return max(h.start, h.lost[view]) }

// after returns a view's changes behind an epoch, retained. A reader may be one epoch ahead: what it read from the table is
// published a moment later.
func (h *history) after(view string, epoch int64) ([]engine.Committed, error) {
	if first := h.first(view); epoch < first || epoch > h.last+1 {
		return nil, &engine.ForgottenError{View: view, After: epoch, First: first, Last: h.last}
	}
	var out []engine.Committed
	for _, c := range h.kept {
		if c.View == view && c.Epoch > epoch {
			c.Batches = retain(c.Batches)
			out = append(out, c)
		}
	}
	return out, nil
}

// clear gives everything back.
func (h *history) clear() {
	for len(h.kept) > 0 {
		h.drop()
	}
}

func retain(batches []engine.Batch) []engine.Batch {
	kept := make([]engine.Batch, len(batches))
	for i, b := range batches {
		kept[i] = b.Retain()
	}
	return kept
}

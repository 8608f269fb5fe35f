package serve

import (
	"fmt"
	"strings"
	"sync"
)

// told is what panels were told, all of them together.
type told struct {
	mu      sync.Mutex
	windows map[int64]int64 // bids by the start of their window, in µs since 1970
	total   int64           // the greatest
}

// moment is what was known when a panel asked.
type moment struct{ total int64 }

func newTold() *told { return &told{windows: map[int64]int64{}} }

// now is what is known at present: an answer to what is asked from now on cannot be older.
func (t *told) now() moment {
	t.mu.Lock()
	defer t.mu.Unlock()
	return moment{t.total}
}

// window notes the bids of a window that has closed.
func (t *told) window(start, bids int64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known, ok := t.windows[start]; ok && known != bids {
		return fmt.Errorf("the window at %d µs has %d bids, and had %d in another answer", start, bids, known)
	}
	t.windows[start] = bids
	return nil
}

// totalled notes a total.
func (t *told) totalled(bids int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total = max(t.total, bids)
}

// query is true where the table of windows has what was told.
func (t *told) query() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.windows) == 0 {
		return "SELECT false"
	}
	var rows []string
	for start, bids := range t.windows {
		rows = append(rows, fmt.Sprintf("(make_timestamp(%d), %d)", start, bids))
	}
	return "SELECT bool_and(s.bids IS NOT DISTINCT FROM w.bids) FROM (VALUES " + strings.Join(rows, ", ") + ") w(start, bids) LEFT JOIN per_second s ON s.window_start = w.start"
}

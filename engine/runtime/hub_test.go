package runtime

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
)

// publishRows publishes an epoch that adds a row to each of the views named.
func publishRows(h *hub, epoch int64, rows int, views ...string) {
	var changes []engine.Change
	for _, v := range views {
		changes = append(changes, engine.Change{View: v, Batches: []engine.Batch{{Rows: rowsOf(eventColumns, make([]event, rows))}}})
	}
	h.publish(epoch, changes)
	for _, c := range changes {
		release(c.Batches)
	}
}

// heard lists what a subscription has brought so far, as epoch:batches, with an exclamation mark for a gap.
func heard(s *engine.Subscription) []string {
	all := slices.Clone(s.Missed)
	for len(s.Changes) > 0 {
		all = append(all, <-s.Changes)
	}
	var out []string
	for _, c := range all {
		text := fmt.Sprintf("%d:%d", c.Epoch, len(c.Batches))
		if c.Gap {
			text += "!"
		}
		out = append(out, text)
		release(c.Batches)
	}
	return out
}

func TestResumedReadersGetWhatTheyMissedOnce(t *testing.T) {
	h := newHub()
	h.begin(10)
	publishRows(h, 11, 1, "a", "b")
	publishRows(h, 12, 1, "b")
	publishRows(h, 13, 1, "a")
	for _, c := range []struct {
		after    int64
		progress bool
		want     string
	}{
		{engine.FromNow, false, "14:1"},
		{engine.FromNow, true, "13:0 14:1 15:0"},
		{10, false, "11:1 13:1 14:1"},
		{11, true, "13:1 14:1 15:0"},
		{12, false, "13:1 14:1"},
		{13, true, "13:0 14:1 15:0"},
	} {
		s, err := h.subscribe(engine.Following{View: "a", After: c.after, Progress: c.progress})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if got := strings.Join(heard(s), " "); got != c.want {
				t.Errorf("after %d, progress %t: got %s, want %s", c.after, c.progress, got, c.want)
			}
			s.Cancel()
		}()
	}
	publishRows(h, 14, 1, "a")
	publishRows(h, 15, 1, "b")
}

func TestForgottenChanges(t *testing.T) {
	h := newHub()
	if _, err := h.subscribe(engine.Following{View: "a", After: 3}); !errors.Is(err, ErrNotOpen) {
		t.Errorf("before the start: %v", err)
	}
	h.begin(3)
	publishRows(h, 4, 1, "a")
	publishRows(h, 5, historyBytes/16, "b") // too much to keep: 16 bytes a row
	publishRows(h, 6, 1, "a")
	for after, want := range map[int64]string{2: "4 to 6", 3: "4 to 6", 8: "4 to 6", 4: "", 6: "", 7: ""} {
		s, err := h.subscribe(engine.Following{View: "a", After: after})
		var gone *engine.ForgottenError
		if (want != "") != errors.As(err, &gone) || gone != nil && !strings.Contains(gone.Error(), want) {
			t.Errorf("after %d: %v, want %q", after, err, want)
		}
		if s != nil {
			heard(s)
			s.Cancel()
		}
	}
	h.close()
	if len(h.past.kept) != 0 || h.past.bytes != 0 {
		t.Errorf("%d changes of %d bytes are kept after the end", len(h.past.kept), h.past.bytes)
	}
}

// A reader that was too slow hears of it at the next epoch, although its view does not change in it.
func TestGapIsToldAtTheNextEpoch(t *testing.T) {
	h := newHub()
	h.begin(0)
	s, err := h.subscribe(engine.Following{View: "a", After: engine.FromNow})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Cancel()
	for epoch := range int64(subscriberBuffer + 1) {
		publishRows(h, epoch+1, 1, "a")
	}
	if got := heard(s); len(got) != subscriberBuffer {
		t.Fatalf("%d epochs, want %d", len(got), subscriberBuffer)
	}
	publishRows(h, subscriberBuffer+2, 1, "b")
	publishRows(h, subscriberBuffer+3, 1, "b")
	if got, want := strings.Join(heard(s), " "), fmt.Sprintf("%d:0!", subscriberBuffer+2); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

package engine

import (
	"cmp"
	"slices"
)

// Holder is what an operator adds that keeps rows, or what it has made of them, until the watermark lets them go. The runtime asks it
// between rounds, a few times a second at most: it must not go through its groups or its rows one by one.
type Holder interface {
	// Held tells what the operator holds, with the windows that go first: so many at most, those that go soonest.
	Held(first int) Held
}

// What a Holder's rows wait in: the values of Held.Kind.
const (
	HeldWindows  = "window"  // panes that close when the watermark passes their end
	HeldSessions = "session" // sessions, likewise
	HeldRows     = "row"     // single rows that go when the watermark passes them
)

// Held is what an operator, or all shards of a stage, hold.
type Held struct {
	Kind  string `json:"kind,omitempty"` // empty if the watermark lets nothing go
	Unit  string `json:"unit"`           // what Count counts: groups, rows or keys
	Count int64  `json:"count"`          // in all that waits
	// Windows is how many windows or sessions are open.
	Windows int `json:"windows,omitempty"`
	// Keys are those of the open windows, each once, ascending: shards hold parts of one window. Nil where each is whole in its shard.
	Keys []int64 `json:"-"`
	// First are the windows that go first, by Closes. Of rows, there is one, for the row that goes first.
	First []OpenWindow `json:"first,omitempty"`
	// Newest is the highest event time in what is held; MinTime if that is not known.
	Newest Time `json:"newest"`
	// Parts are what the state consists of, where that is more than Count says.
	Parts []HeldPart `json:"parts,omitempty"`
}

// HeldPart is a part of an operator's state, by a name such as "left rows".
type HeldPart struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// OpenWindow is a window, session or row that waits for the watermark.
//
//	event time ──┬─────────────────┬──────────►
//	           Start              End = Closes: the least watermark with which it goes; of a session, just behind its End
type OpenWindow struct {
	Start  Time  `json:"start"` // MinTime if it is not known
	End    Time  `json:"end"`
	Closes Time  `json:"closes"`
	Count  int64 `json:"count"` // in Held's Unit
}

// Join adds what another shard of the same stage holds.
func (h *Held) Join(o Held) {
	h.Count += o.Count
	h.Newest = max(h.Newest, o.Newest)
	for i := range h.Parts {
		h.Parts[i].Count += o.Parts[i].Count
	}
	if h.Keys == nil || o.Keys == nil {
		h.Windows += o.Windows
	} else {
		h.Keys = append(h.Keys, o.Keys...)
		slices.Sort(h.Keys)
		h.Keys = slices.Compact(h.Keys)
		h.Windows = len(h.Keys)
	}
	h.joinFirst(o.First)
}

// joinFirst merges windows that go first: each shard names as many as it was asked for, so that the first of all are among them.
func (h *Held) joinFirst(others []OpenWindow) {
	for _, w := range others {
		at := slices.IndexFunc(h.First, func(x OpenWindow) bool { return x.Start == w.Start && x.Closes == w.Closes })
		if at >= 0 && h.Kind == HeldWindows {
			h.First[at].Count += w.Count
		} else {
			h.First = append(h.First, w)
		}
	}
	slices.SortStableFunc(h.First, func(a, b OpenWindow) int { return cmp.Compare(a.Closes, b.Closes) })
	if h.Kind == HeldRows {
		h.First = h.First[:min(len(h.First), 1)]
	}
}

package live

import (
	"encoding/json"
	"hash/maphash"
)

// row is a row's values by column, as Weir writes them in JSON.
type row = []json.RawMessage

// known remembers the last rows that a channel had, as one number each, so that they are found again in the table.
type known struct {
	seed  maphash.Seed
	order []uint64 // a ring, oldest first at next once it is full
	next  int
	count map[uint64]int
}

// mostKnown is twice what is read of a table at once: rows that retention has taken out do not let older ones pass for new.
const mostKnown = 2 * historyRows

func newKnown() *known {
	return &known{seed: maphash.MakeSeed(), count: map[uint64]int{}}
}

func (k *known) number(r row) uint64 {
	var h maphash.Hash
	h.SetSeed(k.seed)
	for _, v := range r {
		_, _ = h.Write(v) // it never fails
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}

func (k *known) add(r row) {
	n := k.number(r)
	k.count[n]++
	if len(k.order) < mostKnown {
		k.order = append(k.order, n)
		return
	}
	old := k.order[k.next]
	if k.count[old]--; k.count[old] == 0 {
		delete(k.count, old)
	}
	k.order[k.next] = n
	k.next = (k.next + 1) % mostKnown
}

// unknown are the rows that are not known. Of rows that are the same, those count that are more than before.
func (k *known) unknown(rows []row) []row {
	seen := map[uint64]int{}
	var out []row
	for _, r := range rows {
		n := k.number(r)
		if seen[n] < k.count[n] {
			seen[n]++
			continue
		}
		out = append(out, r)
	}
	return out
}

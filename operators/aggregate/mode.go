package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
)

var mode = Function{
	Names: []string{"mode"}, Doc: "Most frequent value, of several the one that came first; NULL where there are none.", Example: "mode(channel)",
	takes: first.takes, accepts: one(kept), result: sameAs,
	make: func(args []types.Type) accumulator { return &modes{newValueCounts(args[0])} },
}

// modes finds the most frequent values.
type modes struct{ valueCounts }

func (m *modes) result(groups []uint32, b array.Builder) error {
	builders, one := []array.Builder{b}, make([]uint32, 1)
	for _, g := range groups {
		if m.empty(g) {
			b.AppendNull()
			continue
		}
		one[0] = m.mostFrequent(g)
		m.table.Append(builders, one)
	}
	return nil
}

func (m *modes) mostFrequent(group uint32) uint32 {
	found, most := uint32(0), int64(0)
	for e := m.first(group); e != 0; e = m.next[e-1] {
		id := e - 1
		n := m.n[id]
		if m.alone(id) {
			n = 1
		}
		if n > most {
			found, most = id, n
		}
	}
	return found
}

package aggregate

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
)

var entropy = Function{
	Names: []string{"entropy"}, Doc: "Entropy of the values in bits, by how often each comes; 0 where there are none.", Example: "entropy(channel)",
	takes:   "one argument of any type but INTERVAL, no FLOAT, DOUBLE or INTERVAL inside of a STRUCT, LIST or MAP",
	accepts: one(func(t types.Type) bool { return kept(t) && t.ID != types.Interval }), result: resultOf(types.Double),
	make: func(args []types.Type) accumulator { return &entropies{newValueCounts(args[0])} },
}

// entropies computes C. Shannon's entropy. DuckDB adds the values in the order of a hash map, here it is that of their first
// rows: the last bits may differ.
type entropies struct{ valueCounts }

func (e *entropies) result(groups []uint32, b array.Builder) error {
	results := b.(*array.Float64Builder)
	for _, g := range groups {
		total := int64(0)
		for at := e.first(g); at != 0; at = e.next[at-1] {
			total += e.n[at-1]
		}
		results.Append(e.bits(g, float64(total)))
	}
	return nil
}

func (e *entropies) bits(group uint32, total float64) float64 {
	sum := 0.0
	for at := e.first(group); at != 0; at = e.next[at-1] {
		id := at - 1
		n := float64(e.n[id])
		if e.alone(id) {
			sum += n * (1 / total * math.Log2(total))
			continue
		}
		sum += n / total * math.Log2(total/n)
	}
	return sum
}

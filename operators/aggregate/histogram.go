package aggregate

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/types"
)

var histogram = Function{
	Names: []string{"histogram"}, Doc: "MAP from each value to how often it comes, by value; NULL where there are none.", Example: "histogram(channel)",
	takes:   "one argument of any type but FLOAT, DOUBLE, INTERVAL, STRUCT, LIST and MAP",
	accepts: one(func(t types.Type) bool { return ordered(t) && !float(t) && t.ID != types.Interval }),
	result:  func(args []types.Type) types.Type { return types.MapOf(args[0], types.Of(types.UBigInt)) },
	make:    func(args []types.Type) accumulator { return &histograms{newValueCounts(args[0])} },
}

// histograms lists the values and their counts.
type histograms struct{ valueCounts }

func (h *histograms) result(groups []uint32, b array.Builder) error {
	maps := b.(*array.MapBuilder)
	for _, g := range groups {
		if h.empty(g) {
			maps.AppendNull()
			continue
		}
		maps.Append(true)
		h.ids = h.elements(h.ids[:0], g)
		h.sort(h.ids)
		h.table.Append([]array.Builder{maps.KeyBuilder()}, h.ids)
		counts := maps.ItemBuilder().(*array.Uint64Builder)
		for _, id := range h.ids {
			counts.Append(uint64(h.n[id]))
		}
	}
	return nil
}

// sort orders values, which the table gives back as an array.
func (h *histograms) sort(ids []uint32) {
	b := array.NewBuilder(memory.DefaultAllocator, h.kind.Arrow())
	defer b.Release()
	h.table.Append([]array.Builder{b}, ids)
	values := b.NewArray()
	defer values.Release()
	compare := comparison(values)
	places := make([]int, len(ids))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, compare)
	unsorted := slices.Clone(ids)
	for i, p := range places {
		ids[i] = unsorted[p]
	}
}

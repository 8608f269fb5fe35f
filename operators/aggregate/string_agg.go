package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

var stringAgg = Function{
	values: 1, Names: []string{"string_agg", "group_concat", "listagg"}, Example: "string_agg(channel, ', ')",
	Doc:   "All values in the order of arrival as one text, with a separator between, a comma unless another is given; NULL where there are none.",
	takes: "VARCHAR, and a separator that is a constant",
	accepts: func(args []types.Type) bool {
		return (len(args) == 1 || len(args) == 2 && text(args[1])) && text(args[0])
	},
	result: resultOf(types.Varchar), bind: bindStringAgg,
}

func text(t types.Type) bool { return t.ID == types.Varchar }

func bindStringAgg(_ []types.Type, constants []*plan.Expr) (func() accumulator, error) {
	separator := ","
	if len(constants) > 0 {
		separator = constants[0].Value.Text
	}
	return func() accumulator { return &joinedTexts{separator: separator} }, nil
}

// joinedTexts keeps all texts, one behind the other, and joins them in the end.
type joinedTexts struct {
	chains
	separator string
	data      []byte
	ends      []int // of each text

	out []byte
}

func (j *joinedTexts) reset() {
	j.chains.reset()
	j.data, j.ends = emptied(j.data), emptied(j.ends)
}

func (j *joinedTexts) free() {
	j.chains.free()
	spill.Free(j.data)
	spill.Free(j.ends)
	j.data, j.ends = nil, nil
}

func (j *joinedTexts) bytes(group uint32) int { return j.share(group, len(j.data)) }

func (j *joinedTexts) update(groups, rows []uint32, args []arrow.Array) error {
	offsets, data := keys.Bytes(args[0])
	j.ends = spill.Grow(j.ends, len(groups))
	for i, g := range groups {
		r := rows[i]
		j.data = append(spill.Grow(j.data, int(offsets[r+1]-offsets[r])), data[offsets[r]:offsets[r+1]]...)
		j.ends = append(j.ends, len(j.data))
		j.link(g)
	}
	return nil
}

func (j *joinedTexts) text(id uint32) []byte {
	if id == 0 {
		return j.data[:j.ends[0]]
	}
	return j.data[j.ends[id-1]:j.ends[id]]
}

func (j *joinedTexts) state() []types.Type { return []types.Type{types.Of(types.Varchar)} }

func (j *joinedTexts) save(groups []uint32, b []array.Builder) { j.append(groups, b[0]) }

// merge takes a text that was joined as one.
func (j *joinedTexts) merge(groups, rows []uint32, saved []arrow.Array) error {
	return mergeExtreme(j, groups, rows, saved)
}

func (j *joinedTexts) result(groups []uint32, b array.Builder) error {
	j.append(groups, b)
	return nil
}

func (j *joinedTexts) append(groups []uint32, b array.Builder) {
	for _, g := range groups {
		if j.empty(g) {
			b.AppendNull()
			continue
		}
		first := j.first(g)
		j.out = append(j.out[:0], j.text(first-1)...)
		for e := j.next[first-1]; e != 0; e = j.next[e-1] {
			j.out = append(j.out, j.separator...)
			j.out = append(j.out, j.text(e-1)...)
		}
		keys.AppendBytes(b, j.out)
	}
	j.out = emptied(j.out)
}

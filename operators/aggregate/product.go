package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

var product = Function{
	Names: []string{"product"}, Doc: "Product of the values; NULL where there are none.", Example: "product(1 + rate)", takes: "DOUBLE",
	accepts: one(double), result: resultOf(types.Double), make: func([]types.Type) accumulator { return &products{} },
}

func double(t types.Type) bool { return t.ID == types.Double }

// products multiplies in the order of the rows.
type products struct {
	cells[candidate[float64]]
	results results[float64]
}

func (p *products) update(groups, rows []uint32, args []arrow.Array) error {
	values, at := keys.Values[float64](args[0]), p.at
	rows = rows[:len(groups)]
	for i, g := range groups {
		v, c := values[rows[i]], &at[g]
		if c.seen {
			v *= c.value
		}
		c.value, c.seen = v, true
	}
	return nil
}

func (p *products) state() []types.Type { return []types.Type{types.Of(types.Double)} }

func (p *products) save(groups []uint32, b []array.Builder) { p.append(groups, b[0]) }

func (p *products) merge(groups, rows []uint32, saved []arrow.Array) error {
	return mergeExtreme(p, groups, rows, saved)
}

func (p *products) result(groups []uint32, b array.Builder) error {
	p.append(groups, b)
	return nil
}

func (p *products) append(groups []uint32, b array.Builder) {
	p.results.begin(len(groups))
	for _, g := range groups {
		p.results.add(p.at[g].value, p.at[g].seen)
	}
	p.results.appendTo(b.(*array.Float64Builder))
}

package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

var countStar = Function{
	Names: []string{"count_star"}, Doc: "Number of rows.", Example: "count(*)",
	takes: "no argument", accepts: func(args []types.Type) bool { return len(args) == 0 },
	result: resultOf(types.BigInt), make: makeCount,
}

var count = Function{
	Names: []string{"count"}, Doc: "Number of rows where the argument is not NULL.", Example: "count(price)",
	takes: "one argument of any type", accepts: func(args []types.Type) bool { return len(args) <= 1 },
	result: resultOf(types.BigInt), make: makeCount,
}

func makeCount([]types.Type) accumulator { return &counter{} }

// counter counts rows.
type counter struct {
	cells[int64]
	results results[int64]
}

func (c *counter) update(groups, _ []uint32, _ []arrow.Array) error {
	at := c.at
	for _, g := range groups {
		at[g]++
	}
	return nil
}

func (c *counter) state() []types.Type { return []types.Type{types.Of(types.BigInt)} }

func (c *counter) save(groups []uint32, b []array.Builder) { c.append(groups, b[0]) }

func (c *counter) merge(groups, rows []uint32, saved []arrow.Array) error {
	counts := keys.Values[int64](saved[0])
	for i, g := range groups {
		c.at[g] += counts[rows[i]]
	}
	return nil
}

func (c *counter) result(groups []uint32, b array.Builder) error {
	c.append(groups, b)
	return nil
}

func (c *counter) append(groups []uint32, b array.Builder) {
	c.results.begin(len(groups))
	for _, g := range groups {
		c.results.add(c.at[g], true)
	}
	c.results.appendTo(b.(*array.Int64Builder))
}

package aggregate

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
)

var sem = Function{
	Names: []string{"sem"}, Doc: "Standard error of the mean; NULL where there are no values.", Example: "sem(price)", takes: "DOUBLE",
	accepts: one(double), result: resultOf(types.Double), make: func([]types.Type) accumulator { return &meanErrors{} },
}

// meanErrors computes sem, from variances.
type meanErrors struct{ spread[float64] }

func (e *meanErrors) result(groups []uint32, b array.Builder) error {
	results := b.(*array.Float64Builder)
	for _, g := range groups {
		d := e.at[g]
		if d.n == 0 {
			results.AppendNull()
			continue
		}
		n := float64(d.n)
		value := math.Sqrt(d.squares/n) / math.Sqrt(n)
		if err := inRange("sem", value); err != nil {
			return err
		}
		results.Append(value)
	}
	return nil
}

package frame

import (
	"math"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// column gathers the values of one field.
type column[T any] struct {
	name   string
	values []*T
}

// grow makes room for n values, which are null until they are set.
func (c *column[T]) grow(n int) []*T {
	start := len(c.values)
	c.values = append(c.values, make([]*T, n)...)
	return c.values[start:]
}

// field is the column as Grafana has it.
func (c *column[T]) field() *data.Field { return data.NewField(c.name, nil, c.values) }

// finite says whether JSON has a number.
func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// unique gives fields of the same name different ones, because panels find values by name.
func unique(f *data.Frame) {
	seen := map[string]bool{}
	for _, field := range f.Fields {
		base := field.Name
		for n := 2; seen[field.Name]; n++ {
			field.Name = base + " " + itoa(n)
		}
		seen[field.Name] = true
	}
}

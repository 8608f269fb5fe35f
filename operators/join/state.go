package join

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// state is both sides, and the table that numbers their keys.
type state struct {
	table *keys.Table
	sides [2]*side
}

// newState makes an empty state.
func newState(c *Config) (*state, error) {
	var left, right []int
	for _, k := range c.Node.Keys {
		left, right = append(left, k.Left), append(right, k.Right)
	}
	table, err := keys.New(layouts(c.Left, left))
	if err != nil {
		return nil, fmt.Errorf("join: key: %w", err)
	}
	s := &state{table: table}
	if s.sides[0], err = newSide(c, 0, c.Left, left); err != nil {
		return nil, err
	}
	if s.sides[1], err = newSide(c, 1, c.Right, right); err != nil {
		return nil, err
	}
	return s, nil
}

// free gives the memory back. The state is not used afterwards.
func (s *state) free() {
	s.table.Free()
	for _, x := range s.sides {
		x.free()
	}
}

func newSide(c *Config, input int, fields []types.Field, columns []int) (*side, error) {
	kept, err := newRows(fields)
	if err != nil {
		return nil, err
	}
	s := &side{fields: fields, keys: columns, shows: showsOf(c.Node.Kind, input), rows: kept}
	for i, k := range c.Node.Keys {
		if !k.Nulls {
			s.strict = append(s.strict, columns[i])
		}
	}
	if input == 1 && c.existence() {
		s.weights = []int64{}
	}
	if b := c.Node.Bounds; b != nil {
		s.times, err = newEventTime([]int{b.Left, b.Right}[input], fields)
	}
	return s, err
}

// tellEqual makes the side number equal rows alike. It has to be empty.
func (s *side) tellEqual() error {
	all := make([]int, len(s.fields))
	for i := range all {
		all[i] = i
	}
	table, err := keys.New(layouts(s.fields, all))
	if err != nil {
		return fmt.Errorf("join: rows that can be taken back: %w", err)
	}
	s.equal = table
	return nil
}

func layouts(fields []types.Field, columns []int) []arrow.DataType {
	out := make([]arrow.DataType, len(columns))
	for i, c := range columns {
		out[i] = fields[c].Type.Arrow()
	}
	return out
}

// number sets out[i] to the number of the key that the columns of an input have at rows[i].
func (s *state) number(of *side, columns []arrow.Array, chosen, out []uint32) {
	var few [8]arrow.Array
	s.table.Find(pick(columns, of.keys, few[:0]), chosen, out)
	for _, x := range s.sides {
		x.grow(s.table.Len())
	}
}

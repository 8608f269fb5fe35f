package asof

import (
	"fmt"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

func (c *Config) validate() error {
	if c.Kind != plan.InnerJoin && c.Kind != plan.LeftJoin {
		return fmt.Errorf("asof: no %s join: it has to be an inner or a left one", c.Kind)
	}
	if len(c.LeftKeys) != len(c.RightKeys) {
		return fmt.Errorf("asof: %d left keys and %d right ones", len(c.LeftKeys), len(c.RightKeys))
	}
	if err := validateSide("left", c.Left, c.LeftKeys, c.LeftTime); err != nil {
		return err
	}
	if err := validateSide("right", c.Right, c.RightKeys, c.RightTime); err != nil {
		return err
	}
	for i, k := range c.LeftKeys {
		l, r := c.Left[k], c.Right[c.RightKeys[i]]
		if !l.Type.Equal(r.Type) {
			return fmt.Errorf("asof: the keys %s %s and %s %s have to be of one type", l.Name, l.Type, r.Name, r.Type)
		}
	}
	return nil
}

func validateSide(side string, columns []types.Field, keys []int, time int) error {
	for _, i := range append([]int{time}, keys...) {
		if i < 0 || i >= len(columns) {
			return fmt.Errorf("asof: there is no column %d in the %s input", i, side)
		}
	}
	if t := columns[time].Type; t.ID != types.Timestamp && t.ID != types.TimestampTZ {
		return fmt.Errorf("asof: the %s time %s is %s: it has to be a TIMESTAMP or a TIMESTAMP WITH TIME ZONE", side, columns[time].Name, t)
	}
	return nil
}

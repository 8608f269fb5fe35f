package decode

import (
	"github.com/valyala/fastjson"
)

// fast reads with valyala/fastjson: a tree, whose values are looked up.
func fast(nested bool) (reader, error) {
	var p fastjson.Parser
	c := newColumns()
	return func(records [][]byte) (sums, error) {
		c.reserve(len(records))
		for _, record := range records {
			v, err := p.ParseBytes(record)
			if err == nil && nested {
				err = c.add(v.GetInt64("id"), v.GetInt64("device", "place", "room"), text(v.GetStringBytes("time")))
			} else if err == nil {
				err = c.add(v.GetInt64("auction"), v.GetInt64("price"), text(v.GetStringBytes("date_time")))
			}
			if err != nil {
				c.finish()
				return sums{}, err
			}
		}
		return c.finish(), nil
	}, nil
}

package decode

import "github.com/buger/jsonparser"

// paths reads with buger/jsonparser: every value is searched for by its path, in one pass over the record.
func paths(nested bool) (reader, error) {
	wanted := [][]string{{"auction"}, {"price"}, {"date_time"}}
	if nested {
		wanted = [][]string{{"id"}, {"device", "place", "room"}, {"time"}}
	}
	var v values
	var failed error
	on := func(i int, value []byte, _ jsonparser.ValueType, err error) {
		switch {
		case failed != nil:
		case err != nil:
			failed = err
		case i == 0:
			v.id, failed = jsonparser.ParseInt(value)
		case i == 1:
			v.number, failed = jsonparser.ParseInt(value)
		default:
			v.at = value
		}
	}
	c := newColumns()
	return func(records [][]byte) (sums, error) {
		c.reserve(len(records))
		for _, record := range records {
			failed = nil
			jsonparser.EachKey(record, on, wanted...)
			err := failed
			if err == nil {
				err = c.add(v.id, v.number, text(v.at))
			}
			if err != nil {
				c.finish()
				return sums{}, err
			}
		}
		return c.finish(), nil
	}, nil
}

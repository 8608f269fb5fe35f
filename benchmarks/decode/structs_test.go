package decode

import (
	"encoding/json"

	"github.com/bytedance/sonic"
	goccy "github.com/goccy/go-json"
)

// The libraries that fill a struct: it has the fields asked for, and no more.

type bid struct {
	Auction  int64  `json:"auction"`
	Price    int64  `json:"price"`
	DateTime string `json:"date_time"`
}

type reading struct {
	ID     int64 `json:"id"`
	Device struct {
		Place struct {
			Room int64 `json:"room"`
		} `json:"place"`
	} `json:"device"`
	Time string `json:"time"`
}

func encodingJSON(nested bool) (reader, error) { return structs(nested, json.Unmarshal), nil }

func goccyJSON(nested bool) (reader, error) { return structs(nested, goccy.Unmarshal), nil }

// sonicFast does not look at what is no ASCII in a string.
func sonicFast(nested bool) (reader, error) {
	return structs(nested, sonic.Config{NoValidateJSONMarshaler: true, NoValidateJSONSkip: true}.Froze().Unmarshal), nil
}

// sonicStrict validates strings, and the values that are skipped.
func sonicStrict(nested bool) (reader, error) {
	return structs(nested, sonic.Config{ValidateString: true}.Froze().Unmarshal), nil
}

func structs(nested bool, unmarshal func([]byte, any) error) reader {
	c := newColumns()
	return func(records [][]byte) (sums, error) {
		c.reserve(len(records))
		for _, record := range records {
			if err := addStruct(c, nested, record, unmarshal); err != nil {
				c.finish()
				return sums{}, err
			}
		}
		return c.finish(), nil
	}
}

func addStruct(c *columns, nested bool, record []byte, unmarshal func([]byte, any) error) error {
	if nested {
		var r reading
		if err := unmarshal(record, &r); err != nil {
			return err
		}
		return c.add(r.ID, r.Device.Place.Room, r.Time)
	}
	var b bid
	if err := unmarshal(record, &b); err != nil {
		return err
	}
	return c.add(b.Auction, b.Price, b.DateTime)
}

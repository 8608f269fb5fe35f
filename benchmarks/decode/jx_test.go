package decode

import (
	"unsafe"

	"github.com/go-faster/jx"
)

// values are one record's.
type values struct {
	id, number int64
	at         []byte
}

// text is b as a string, without a copy.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// jxReader reads with go-faster/jx: a cursor, which calls back for every key.
func jxReader(nested bool) (reader, error) {
	var d jx.Decoder
	var v values
	on := v.bidField
	if nested {
		on = v.readingField
	}
	c := newColumns()
	return func(records [][]byte) (sums, error) {
		c.reserve(len(records))
		for _, record := range records {
			d.ResetBytes(record)
			err := d.ObjBytes(on)
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

func (v *values) bidField(d *jx.Decoder, key []byte) (err error) {
	switch string(key) {
	case "auction":
		v.id, err = d.Int64()
	case "price":
		v.number, err = d.Int64()
	case "date_time":
		v.at, err = d.StrAppend(v.at[:0])
	default:
		err = d.Skip()
	}
	return err
}

func (v *values) readingField(d *jx.Decoder, key []byte) (err error) {
	switch string(key) {
	case "id":
		v.id, err = d.Int64()
	case "device":
		err = d.ObjBytes(v.deviceField)
	case "time":
		v.at, err = d.StrAppend(v.at[:0])
	default:
		err = d.Skip()
	}
	return err
}

func (v *values) deviceField(d *jx.Decoder, key []byte) error {
	if string(key) == "place" {
		return d.ObjBytes(v.placeField)
	}
	return d.Skip()
}

func (v *values) placeField(d *jx.Decoder, key []byte) (err error) {
	if string(key) == "room" {
		v.number, err = d.Int64()
		return err
	}
	return d.Skip()
}

package decode

import (
	"fmt"
	"math/rand/v2"
	"time"
)

const rows = 500 // of a batch: few enough that some are not interrupted on a busy machine

// sums are over all rows of a batch: of two numbers, and of a time in milliseconds.
type sums struct{ id, number, millis int64 }

// data is a batch of records, and what it adds up to.
type data struct {
	name    string
	records [][]byte
	want    sums
}

func (d *data) add(id, number int64, at time.Time, record []byte) {
	d.records = append(d.records, record)
	d.want.id += id
	d.want.number += number
	d.want.millis += at.UnixMilli()
}

const layout = "2006-01-02T15:04:05.000Z"

// bids are like the ones of Nexmark: 7 fields, about 260 bytes. auction, price and date_time are asked for.
func bids() data {
	d, r := data{name: "flat"}, rand.New(rand.NewPCG(1, 1))
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range int64(rows) {
		at = at.Add(time.Duration(r.IntN(20)) * time.Millisecond)
		auction, price := 1000+i/10, int64(1)<<r.IntN(26)+r.Int64N(100)
		d.add(auction, price, at, fmt.Appendf(nil, `{"auction":%d,"bidder":%d,"price":%d,"channel":"channel-%d","url":"https://www.nexmark.com/%s/%s/item.htm?query=1&channel_id=%d","date_time":"%s","extra":"%s"}`,
			auction, 1000+r.IntN(500), price, r.IntN(10000), word(r, 3, 5), word(r, 3, 5), r.Uint32(), at.Format(layout), word(r, 50, 90)))
	}
	return d
}

// readings are nested: id, device.place.room and time are asked for.
func readings() data {
	d, r := data{name: "nested"}, rand.New(rand.NewPCG(2, 2))
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range int64(rows) {
		at = at.Add(time.Duration(r.IntN(2000)) * time.Millisecond)
		room := r.Int64N(1000)
		d.add(i, room, at, fmt.Appendf(nil, `{"id":%d,"device":{"name":"device-%d","firmware":"%d.%d","place":{"building":"%s","floor":%d,"room":%d}},"time":"%s","values":[%.1f,%.1f,%.1f],"tags":["%s","%s"],"ok":true,"note":null}`,
			i, r.IntN(300), r.IntN(4), r.IntN(20), word(r, 1, 12), r.IntN(9), room, at.Format(layout),
			20+5*r.Float64(), 20+5*r.Float64(), 900+100*r.Float64(), word(r, 4, 9), word(r, 4, 9)))
	}
	return d
}

// word has from least to most letters.
func word(r *rand.Rand, least, most int) string {
	b := make([]byte, least+r.IntN(most-least+1))
	for i := range b {
		b[i] = 'a' + byte(r.IntN(26))
	}
	return string(b)
}

package decode

import (
	"bytes"
	"errors"
)

var errHand = errors.New("not as expected")

// hand is the scanner that one writes for one schema: the keys in their order, no white space, and nothing is checked. It says
// what the memory and the columns alone cost. It reads bids only.
func hand(nested bool) (reader, error) {
	if nested {
		return nil, nil
	}
	c := newColumns()
	return func(records [][]byte) (sums, error) {
		c.reserve(len(records))
		for _, record := range records {
			v, ok := scanBid(record)
			if !ok || c.add(v.id, v.number, text(v.at)) != nil {
				c.finish()
				return sums{}, errHand
			}
		}
		return c.finish(), nil
	}, nil
}

func scanBid(b []byte) (v values, ok bool) {
	const auction, bidder, price, channel, url, at = `{"auction":`, `,"bidder":`, `,"price":`, `,"channel":"`, `","url":"`, `","date_time":"`
	i := len(auction)
	v.id, i = scanInt(b, i)
	_, i = scanInt(b, i+len(bidder))
	v.number, i = scanInt(b, i+len(price))
	if i = scanQuote(b, i+len(channel)); i < 0 {
		return v, false
	}
	if i = scanQuote(b, i+len(url)); i < 0 || i+len(at)+len(layout) > len(b) {
		return v, false
	}
	v.at = b[i+len(at):][:len(layout)]
	return v, true
}

func scanInt(b []byte, i int) (m int64, end int) {
	for ; i < len(b) && b[i]-'0' < 10; i++ {
		m = m*10 + int64(b[i]-'0')
	}
	return m, i
}

func scanQuote(b []byte, i int) int {
	if i > len(b) {
		return -1
	}
	if k := bytes.IndexByte(b[i:], '"'); k >= 0 {
		return i + k
	}
	return -1
}

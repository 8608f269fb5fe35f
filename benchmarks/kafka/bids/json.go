package bids

import (
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// TimeLayout is how date_time is written, in UTC.
const TimeLayout = "2006-01-02T15:04:05.000Z"

// batch are the columns of some bids.
type batch struct {
	auction, bidder, price *array.Int64
	channel, url, extra    *array.String
	at                     *array.Timestamp
}

// newBatch takes the columns in the order of Columns, which is the generator's.
func newBatch(rows arrow.RecordBatch) batch {
	return batch{
		auction: rows.Column(0).(*array.Int64), bidder: rows.Column(1).(*array.Int64), price: rows.Column(2).(*array.Int64),
		channel: rows.Column(3).(*array.String), url: rows.Column(4).(*array.String),
		at: rows.Column(5).(*array.Timestamp), extra: rows.Column(6).(*array.String),
	}
}

// append adds row i. The generator's texts hold nothing that JSON escapes.
func (b batch) append(buf []byte, i int) []byte {
	buf = strconv.AppendInt(append(buf, `{"auction":`...), b.auction.Value(i), 10)
	buf = strconv.AppendInt(append(buf, `,"bidder":`...), b.bidder.Value(i), 10)
	buf = strconv.AppendInt(append(buf, `,"price":`...), b.price.Value(i), 10)
	buf = append(append(buf, `,"channel":"`...), b.channel.Value(i)...)
	buf = append(append(buf, `","url":"`...), b.url.Value(i)...)
	buf = time.UnixMicro(int64(b.at.Value(i))).UTC().AppendFormat(append(buf, `","date_time":"`...), TimeLayout)
	buf = append(append(buf, `","extra":"`...), b.extra.Value(i)...)
	return append(buf, `"}`...)
}

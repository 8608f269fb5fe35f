package shop

import (
	"encoding/hex"
	"strconv"
	"time"

	"github.com/weirdb/weir/connectors/generated"
)

// idBase keeps the ids of orders before the start of the stream positive.
const idBase = 10_000_000_000

// appendEnvelope writes an event up to the opening brace of its payload. All texts are ASCII without anything to escape.
func (g *generator) appendEnvelope(dst []byte, number int64, eventType string) []byte {
	dst = append(append(dst, `{"eventType":"`...), eventType...)
	h := g.dice.Throw(drawEventID, number)
	dst = appendUUID(append(dst, `","eventId":"`...), h, generated.Mix(h))
	dst = append(dst, `","timestamp":"`...)
	dst = time.UnixMicro(g.timeOf(number)).UTC().AppendFormat(dst, "2006-01-02T15:04:05.000Z")
	return append(dst, `","payload":{`...)
}

// appendUUID writes random bits as a version 4 UUID.
func appendUUID(dst []byte, high, low uint64) []byte {
	var b [16]byte
	for i := range 8 {
		b[i], b[8+i] = byte(high>>(8*i)), byte(low>>(8*i))
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	for i, end := range [...]int{4, 6, 8, 10, 16} {
		begin := [...]int{0, 4, 6, 8, 10}[i]
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, b[begin:end])
	}
	return dst
}

// appendID writes a field's name and opening quote as given, and the digits of an order's id.
func appendID(dst []byte, field string, order int64) []byte {
	return strconv.AppendInt(append(dst, field...), idBase+order, 10)
}

// appendPadded writes a number that is not negative with at least so many digits.
func appendPadded(dst []byte, n int64, digits int) []byte {
	least := int64(1)
	for range digits - 1 {
		least *= 10
	}
	for ; least > 1 && n < least; least /= 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, n, 10)
}

// appendCents writes an amount with two decimals.
func appendCents(dst []byte, cents int64) []byte {
	dst = append(strconv.AppendInt(dst, cents/100, 10), '.')
	return append(dst, '0'+byte(cents/10%10), '0'+byte(cents%10))
}

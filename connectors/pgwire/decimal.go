package pgwire

import (
	"encoding/binary"
	"math/bits"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// decimal is a number of up to 39 digits, some of them behind the point.
type decimal struct {
	negative  bool
	high, low uint64 // the digits, as one number of 128 bits
	scale     int    // how many of them are behind the point
}

func decimalOf(n decimal128.Num, scale int) decimal {
	negative := n.Sign() < 0
	high, low := uint64(n.HighBits()), n.LowBits()
	if negative {
		var borrow uint64
		low, borrow = bits.Sub64(0, low, 0)
		high, _ = bits.Sub64(0, high, borrow)
	}
	return decimal{negative, high, low, scale}
}

// maxDigits is how many digits a decimal has at most: 2^127 has 39, and a scale of 38 wants one before the point.
const maxDigits = 40

// digits writes the digits at the end of room, without zeros at their beginning, and returns them.
func (d decimal) digits(room *[maxDigits]byte) []byte {
	at := len(room)
	high, low := d.high, d.low
	for high != 0 || low != 0 {
		var digit uint64
		digit, high = high%10, high/10
		low, digit = bits.Div64(digit, low, 10)
		at--
		room[at] = '0' + byte(digit)
	}
	return room[at:]
}

// textNumber writes a numeric as text: all digits of its scale.
func textNumber(buf []byte, d decimal) []byte {
	if d.negative {
		buf = append(buf, '-')
	}
	if d.high == 0 && d.scale == 0 {
		return strconv.AppendUint(buf, d.low, 10)
	}
	var room [maxDigits]byte
	digits := d.digits(&room)
	whole := len(digits) - d.scale
	if whole <= 0 {
		buf = append(buf, '0')
	} else {
		buf = append(buf, digits[:whole]...)
		digits = digits[whole:]
	}
	if d.scale == 0 {
		return buf
	}
	buf = append(buf, '.')
	for range d.scale - len(digits) {
		buf = append(buf, '0')
	}
	return append(buf, digits...)
}

// binaryNumber writes a numeric as PostgreSQL stores it: digits to the base 10 000, each of four decimal ones, in line with the point.
//
//	12345.678   digits 1 2345 6780, weight 1 (the first digit counts 10 000^1), sign 0, 3 decimal digits behind the point
func binaryNumber(buf []byte, d decimal) []byte {
	var room [maxDigits]byte
	digits := d.digits(&room)
	start := len(buf)
	sign := uint16(0)
	if d.negative {
		sign = 0x4000
	}
	buf = append(buf, 0, 0, 0, 0)
	buf = binary.BigEndian.AppendUint16(buf, sign)
	buf = binary.BigEndian.AppendUint16(buf, uint16(d.scale))
	whole := len(digits) - d.scale        // digits before the point; below zero, as many zeros behind it
	weight := floorDiv(int64(whole)-1, 4) // of the first group
	group := whole - 4*int(weight+1)      // where the first group begins among the digits, at or before the first
	last := len(buf)                      // where the last group ends that is not zero
	for at := group; at < len(digits); at += 4 {
		value := uint16(0)
		for i := at; i < at+4; i++ {
			value *= 10
			if i >= 0 && i < len(digits) {
				value += uint16(digits[i] - '0')
			}
		}
		buf = binary.BigEndian.AppendUint16(buf, value)
		if value != 0 {
			last = len(buf)
		}
	}
	buf = buf[:last]
	count := (last - start - 8) / 2
	if count == 0 {
		weight = 0
	}
	binary.BigEndian.PutUint16(buf[start:], uint16(count))
	binary.BigEndian.PutUint16(buf[start+2:], uint16(int16(weight)))
	return buf
}

package shop

import (
	"bytes"

	"github.com/weirdb/weir/connectors/generated"
)

// appendDamaged writes a number's event as a broken record: cut off, with a text where the time belongs, or not in UTF-8.
func (g *generator) appendDamaged(dst []byte, number int64) ([]byte, bool) {
	begin := len(dst)
	dst, ok := g.append(dst, number)
	if !ok {
		return dst, false
	}
	h := g.dice.Throw(drawFateKind, number)
	switch h % 3 {
	case 0:
		length := int64(len(dst) - begin)
		return dst[:int64(begin)+length/4+generated.Below(h, length/2)], true
	case 1:
		return replaceTime(dst, begin), true
	}
	copy(dst[begin+len(`{"eventType":"`):], "\xff\xfe")
	return dst, true
}

// replaceTime puts a text that is no time into the record that begins at a place.
func replaceTime(dst []byte, begin int) []byte {
	const field, length = `"timestamp":"`, len("2006-01-02T15:04:05.000Z")
	at := begin + bytes.Index(dst[begin:], []byte(field)) + len(field)
	rest := bytes.Clone(dst[at+length:])
	return append(append(dst[:at], "yesterday"...), rest...)
}

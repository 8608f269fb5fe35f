package json

import (
	"bytes"
	"encoding/binary"
	"math"
)

// layout is what the next object is expected to look like: objects from one producer have their keys in one order, and the
// same white space, or none, around them. So all that stands between two values is known by its bytes alone:
//
//	{"auction":1000,"bidder":1001,"price":133905}
//	└────gap───┘    └───gap──┘    └──gap──┘
type layout []slot

// guess is what stands in front of a value.
type guess struct {
	gap    []byte // from the opening brace or the comma on, up to the value
	key    []byte // the part of it that is the key, quotes included
	column int    // -1 for a key that is no column
}

// slot is the guess for one member. The ones in front of it may be missing.
type slot struct {
	guess
	plain plainColumn // nil if the column has no short way, or there is no column
	words [2]uint64   // the gap's first 16 bytes, with zeros behind them if it is shorter
	masks [2]uint64   // which of them are the gap's
	least int         // how long the text must be for words to decide; none is long enough if the gap is longer than they are
}

// plainColumn is a column with a short way to read values in their usual spelling.
type plainColumn interface {
	// plain appends the value at byte i and returns the byte behind it. It returns -1, and has done nothing, if the value is
	// anything but plain: read has to look at it then.
	plain(b []byte, i int) int
}

const (
	mostSlots = 512 // bounds the layout's memory: keys further back are looked up
	mostGap   = 256 // longer ones too
	mostAhead = 16  // how many members in a row may be missing
)

// differs reports whether the slot's gap is another than what these 16 bytes begin with.
func (g *slot) differs(b []byte) bool {
	low, high := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	return (low^g.words[0])&g.masks[0]|(high^g.words[1])&g.masks[1] != 0
}

// differsBytes reports whether the slot's gap is another than what the text begins with: it is long, or the text is short.
func (g *slot) differsBytes(b []byte) bool { return !bytes.HasPrefix(b, g.gap) }

// learn takes in that a member was found where slot k was expected. It returns the slot to expect next. If the key comes
// later in the layout, those before it are taken to be missing this once, and the layout stays.
func (l *layout) learn(k int, found guess, columns []column) int {
	if k >= mostSlots || k > len(*l) || len(found.gap) > mostGap {
		return k + 1
	}
	for ahead := k + 1; ahead < len(*l) && ahead <= k+mostAhead; ahead++ {
		if bytes.Equal((*l)[ahead].key, found.key) {
			return ahead + 1
		}
	}
	if k == len(*l) {
		*l = append(*l, slot{})
	}
	(*l)[k].set(found, columns)
	return k + 1
}

// set copies a guess.
func (g *slot) set(found guess, columns []column) {
	g.gap = append(g.gap[:0], found.gap...)
	key := bytes.IndexByte(g.gap, '"')
	g.key = g.gap[key : key+len(found.key)]
	g.column, g.plain = found.column, nil
	if g.column >= 0 {
		g.plain, _ = columns[g.column].(plainColumn)
	}
	g.least = 16
	if len(g.gap) > 16 {
		g.least = math.MaxInt
	}
	var text, mask [16]byte
	for i := range copy(text[:], g.gap) {
		mask[i] = 0xff
	}
	for i := range g.words {
		g.words[i], g.masks[i] = binary.LittleEndian.Uint64(text[i*8:]), binary.LittleEndian.Uint64(mask[i*8:])
	}
}

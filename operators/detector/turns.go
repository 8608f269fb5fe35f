package detector

import (
	"bytes"
	"errors"
	"slices"
)

// turns are when the values of an ordered window are to go: numbers from 0 on, each once. Their bytes lie apart, for one byte is found by looking
// at 32 at once. State: a byte a row, two where there may be more than 256.
type turns struct {
	low, high []byte // high is nil where all are below 256
}

// insert puts a turn, of which there will be most at most, at a place.
func (t *turns) insert(at, turn, most int) {
	t.low = slices.Insert(roomFor(t.low, most), at, byte(turn))
	if most > 256 {
		t.high = slices.Insert(roomFor(t.high, most), at, byte(turn>>8))
	}
}

// find is the place of a turn that is there.
func (t *turns) find(turn int) int {
	at := bytes.IndexByte(t.low, byte(turn))
	for t.high != nil && t.high[at] != byte(turn>>8) {
		at += 1 + bytes.IndexByte(t.low[at+1:], byte(turn))
	}
	return at
}

func (t *turns) shift(from, to int) {
	shift(t.low, from, to)
	if t.high != nil {
		shift(t.high, from, to)
	}
}

var errTurns = errors.New("a turn is there twice, or missing")

// fields moves n turns, of most that there may be.
func (t *turns) fields(s *state, n, most int) {
	s.bytes(&t.low, n)
	if most > 256 {
		s.bytes(&t.high, n)
	}
	if s.mode != loading || s.err != nil {
		return
	}
	taken := make([]bool, n)
	for i := range n {
		turn := int(t.low[i])
		if t.high != nil {
			turn += int(t.high[i]) << 8
		}
		if turn >= n || taken[turn] {
			s.fail(errTurns)
			return
		}
		taken[turn] = true
	}
}

package macro

import (
	"sort"
	"unicode/utf8"
)

// piece is a stretch of the expanded statement, and where it comes from. All are in characters.
//
//	typed      SELECT 1 WHERE $__timeFilter(ts) AND x
//	expanded   SELECT 1 WHERE (ts >= …)         AND x
//	           └ same ──────┘ └ written ──┘     └ same ┘
type piece struct {
	out, outLength int
	in             int
	same           bool // as it was typed, character for character
}

// copy writes a token as it is.
func (e *expander) copy(t token) {
	e.note(t, utf8.RuneCountInString(t.text), true)
	e.out.WriteString(t.text)
}

// write writes text in the place of a macro whose first token is given.
func (e *expander) write(t token, written string) {
	e.note(t, utf8.RuneCountInString(written), false)
	e.out.WriteString(written)
}

func (e *expander) note(t token, length int, same bool) {
	at := 0
	if n := len(e.into.pieces); n > 0 {
		at = e.into.pieces[n-1].out + e.into.pieces[n-1].outLength
	}
	e.into.pieces = append(e.into.pieces, piece{at, length, utf8.RuneCountInString(e.sql[:t.at]), same})
}

// Typed is where a character of the expanded statement comes from in the one that was typed: the same character, or the macro's first.
func (s *Statement) Typed(position int) int {
	i := sort.Search(len(s.pieces), func(i int) bool { return s.pieces[i].out > position }) - 1
	if i < 0 {
		return 0
	}
	p := s.pieces[i]
	if !p.same {
		return p.in
	}
	return p.in + min(position-p.out, p.outLength)
}

// Place is the line and column of a character of a text, both from 1.
func Place(text string, position int) (line, column int) {
	line, column = 1, 1
	for _, r := range text {
		if position == 0 {
			break
		}
		position--
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return line, column
}

package parse

import (
	"fmt"
	"strings"
)

// Error is a mistake in SQL text, with its place.
type Error struct {
	Message string
	Text    string // the text that Pos counts in
	Pos     int    // byte offset, or -1 if the place is not known
}

// Errorf makes an Error at a byte offset of text.
func Errorf(text string, pos int, format string, args ...any) *Error {
	return &Error{Message: fmt.Sprintf(format, args...), Text: text, Pos: pos}
}

// Error prints the message, the line and a caret under the place:
//
//	line 3, column 8: Referenced column "prize" not found
//	  SELECT prize FROM bid
//	         ^
func (e *Error) Error() string {
	if e.Pos < 0 || e.Pos > len(e.Text) {
		return e.Message
	}
	line, column := e.Place()
	text := strings.TrimRight(e.line(), "\r")
	pad := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, text[:min(column-1, len(text))])
	return fmt.Sprintf("line %d, column %d: %s\n  %s\n  %s^", line, len([]rune(text[:min(column-1, len(text))]))+1, e.Message, text, pad)
}

// Place returns the line and the byte column, both from 1.
func (e *Error) Place() (line, column int) {
	before := e.Text[:e.Pos]
	return strings.Count(before, "\n") + 1, e.Pos - strings.LastIndexByte(before, '\n')
}

func (e *Error) line() string {
	start := strings.LastIndexByte(e.Text[:e.Pos], '\n') + 1
	rest := e.Text[start:]
	if end := strings.IndexByte(rest, '\n'); end >= 0 {
		return rest[:end]
	}
	return rest
}

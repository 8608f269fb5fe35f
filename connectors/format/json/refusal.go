package json

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// refusal is why a record cannot be decoded. Any other error ends the batch.
type refusal struct{ reason string }

// Error returns the reason.
func (r *refusal) Error() string { return r.reason }

// wrong refuses the record for its syntax at the cursor.
func (s *scanner) wrong(what string) error { return s.wrongAt(s.pos, what) }

func (s *scanner) wrongAt(at int, what string) error {
	if at >= len(s.buf) {
		what = "unexpected end"
	}
	return &refusal{fmt.Sprintf("not JSON: %s at byte %d", what, at)}
}

// notObject refuses a record that is some other value, or no JSON at all.
func (s *scanner) notObject() error {
	if s.buf[s.pos] == '[' {
		return &refusal{"not an object: " + excerpt(s.buf[s.pos:]) + "; a record is one object, of which a file has one a line, without a list around them"}
	}
	raw, err := s.raw()
	if err != nil {
		return err
	}
	return &refusal{"not an object: " + excerpt(raw)}
}

// refuse refuses the record for the value that starts at the given byte.
func (h *head) refuse(s *scanner, start int) error {
	s.pos = start
	raw, err := s.raw()
	if err != nil {
		return err
	}
	return &refusal{h.reason(raw)}
}

func (h *head) reason(raw []byte) string {
	return fmt.Sprintf("column %s: cannot read %s as %s", h.path, excerpt(raw), h.typ)
}

// excerpt is the beginning of a value, for people to read.
func excerpt(raw []byte) string {
	const most = 80
	if len(raw) <= most {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	end := most
	for end > 0 && !utf8.RuneStart(raw[end]) {
		end--
	}
	return strings.ToValidUTF8(string(raw[:end]), "\uFFFD") + "…"
}

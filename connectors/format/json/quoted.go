package json

import (
	"unicode/utf16"
	"unicode/utf8"
)

// quoted reads the string whose opening quote is under the cursor.
func (s *scanner) quoted() ([]byte, error) {
	start := s.pos + 1
	end, high := plainRun(s.buf, start)
	if end == len(s.buf) || s.buf[end] != '"' {
		return s.escaped(start, end)
	}
	s.pos = end + 1
	text := s.buf[start:end]
	if high && !utf8.Valid(text) {
		return nil, s.wrongAt(start, "invalid UTF-8 in the string")
	}
	return text, nil
}

// escaped goes on with a string up to whose byte i nothing but plain text was found.
func (s *scanner) escaped(start, i int) ([]byte, error) {
	s.text = append(s.text[:0], s.buf[start:i]...)
	for i < len(s.buf) && s.buf[i] != '"' {
		if s.buf[i] != '\\' {
			return nil, s.wrongAt(i, "control character in a string")
		}
		next, err := s.unescape(i)
		if err != nil {
			return nil, err
		}
		i, _ = plainRun(s.buf, next)
		s.text = append(s.text, s.buf[next:i]...)
	}
	if i >= len(s.buf) {
		return nil, s.wrongAt(i, "unexpected end")
	}
	if !utf8.Valid(s.text) {
		return nil, s.wrongAt(start, "invalid UTF-8 in the string")
	}
	s.pos = i + 1
	return s.text, nil
}

// unescape appends what the escape at byte i stands for, and returns the byte behind it.
func (s *scanner) unescape(i int) (int, error) {
	if i+1 >= len(s.buf) {
		return 0, s.wrongAt(i+1, "unexpected end")
	}
	switch c := s.buf[i+1]; c {
	case '"', '\\', '/':
		s.text = append(s.text, c)
	case 'b':
		s.text = append(s.text, '\b')
	case 'f':
		s.text = append(s.text, '\f')
	case 'n':
		s.text = append(s.text, '\n')
	case 'r':
		s.text = append(s.text, '\r')
	case 't':
		s.text = append(s.text, '\t')
	case 'u':
		return s.unescapeRune(i)
	default:
		return 0, s.wrongAt(i, "unknown escape in a string")
	}
	return i + 2, nil
}

// unescapeRune reads \uXXXX, or two of them that are a surrogate pair. Half a pair is no character.
func (s *scanner) unescapeRune(i int) (int, error) {
	r, ok := hex4(s.buf, i)
	if !ok {
		return 0, s.wrongAt(i, "unknown escape in a string")
	}
	i += 6
	if utf16.IsSurrogate(r) {
		low, ok := hex4(s.buf, i)
		r = utf16.DecodeRune(r, low)
		if !ok || r == utf8.RuneError {
			return 0, s.wrongAt(i-6, "half a surrogate pair in a string")
		}
		i += 6
	}
	s.text = utf8.AppendRune(s.text, r)
	return i, nil
}

// hex4 reads \uXXXX at byte i.
func hex4(b []byte, i int) (rune, bool) {
	if i+6 > len(b) || b[i] != '\\' || b[i+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range b[i+2 : i+6] {
		d, ok := hexDigit(c)
		if !ok {
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	return r, true
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

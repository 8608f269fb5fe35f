package json

import "bytes"

// appendCanonical appends valid JSON as DuckDB writes it: no white space, no comma before a closing bracket, numbers and
// escapes in one spelling. Keys keep their order and may repeat. It borrows the scanner s and gives it back as it was.
func appendCanonical(to, raw []byte, s *scanner) []byte {
	buf, pos := s.buf, s.pos
	s.buf, s.pos = raw, 0
	for {
		c := s.peek()
		if s.pos == len(raw) {
			break
		}
		to = appendToken(to, s, c)
	}
	s.buf, s.pos = buf, pos
	return to
}

// appendToken passes one token, which is known to be valid.
func appendToken(to []byte, s *scanner, c byte) []byte {
	switch c {
	case '{', '[', ':', ',':
		s.pos++
		return append(to, c)
	case '}', ']':
		s.pos++
		if to[len(to)-1] == ',' {
			to = to[:len(to)-1]
		}
		return append(to, c)
	case '"':
		return appendString(to, s)
	}
	if kind(c) == '0' && !s.null() {
		n, _ := s.number()
		return n.appendJSON(to)
	}
	return appendLiteral(to, s, c)
}

func appendLiteral(to []byte, s *scanner, c byte) []byte {
	switch c {
	case 't':
		s.pos += len("true")
		return append(to, "true"...)
	case 'f':
		s.pos += len("false")
		return append(to, "false"...)
	}
	return append(to, "null"...) // appendToken has passed it
}

// appendString passes a string. One without a backslash is written as it is: it cannot hold anything to escape.
func appendString(to []byte, s *scanner) []byte {
	start := s.pos
	text, _ := s.quoted()
	if raw := s.buf[start:s.pos]; bytes.IndexByte(raw, '\\') < 0 {
		return append(to, raw...)
	}
	to = append(to, '"')
	for _, c := range text {
		to = appendEscaped(to, c)
	}
	return append(to, '"')
}

func appendEscaped(to []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(to, '\\', c)
	case '\b':
		return append(to, `\b`...)
	case '\f':
		return append(to, `\f`...)
	case '\n':
		return append(to, `\n`...)
	case '\r':
		return append(to, `\r`...)
	case '\t':
		return append(to, `\t`...)
	}
	if c >= ' ' {
		return append(to, c)
	}
	const hex = "0123456789ABCDEF"
	return append(to, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

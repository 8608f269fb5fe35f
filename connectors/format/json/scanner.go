package json

// scanner walks over the bytes of one record. Its methods leave the cursor behind what they read; after an error it is
// anywhere. What they return points into the record or into scratch space, and is good until the next call.
type scanner struct {
	buf    []byte
	pos    int
	record int32  // the record's position in the batch
	text   []byte // scratch: a string without its escapes
	open   []byte // scratch: the brackets that skip is inside of
}

func (s *scanner) reset(record []byte, position int) {
	s.buf, s.pos, s.record = record, 0, int32(position)
}

// peek passes white space and returns the byte under the cursor. At the end it returns 0, which is nowhere valid.
func (s *scanner) peek() byte {
	for s.pos < len(s.buf) {
		c := s.buf[s.pos]
		if c > ' ' || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		s.pos++
	}
	return 0
}

// kind says what sort of value starts with a byte: '"', '0' for a number, 't' for a truth value, '{', '[', or 0 for none.
// The values nan, inf and infinity, in any case, are numbers: DuckDB reads them. A null is asked for before.
func kind(c byte) byte {
	switch c {
	case '"', '{', '[':
		return c
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', 'n', 'N', 'i', 'I':
		return '0'
	case 't', 'f':
		return 't'
	}
	return 0
}

// null passes a null if there is one.
func (s *scanner) null() bool { return s.literal("null") }

func (s *scanner) literal(word string) bool {
	end := s.pos + len(word)
	if end > len(s.buf) || string(s.buf[s.pos:end]) != word {
		return false
	}
	s.pos = end
	return true
}

// boolean reads true or false.
func (s *scanner) boolean() (bool, error) {
	if s.literal("true") {
		return true, nil
	}
	if s.literal("false") {
		return false, nil
	}
	return false, s.wrong("expected a value")
}

// colon passes the colon between a key and its value, and the white space around it.
func (s *scanner) colon() error {
	if s.peek() != ':' {
		return s.wrong("expected ':'")
	}
	s.pos++
	s.peek()
	return nil
}

// comma passes what may stand behind an item: a comma, or nothing if the closing bracket follows. As in DuckDB a closing
// bracket may come after a comma too.
func (s *scanner) comma(closing byte) error {
	switch s.peek() {
	case ',':
		s.pos++
		return nil
	case closing:
		return nil
	}
	if closing == '}' {
		return s.wrong("expected ',' or '}'")
	}
	return s.wrong("expected ',' or ']'")
}

// raw reads any value and returns its bytes.
func (s *scanner) raw() ([]byte, error) {
	s.peek()
	start := s.pos
	if err := s.skip(); err != nil {
		return nil, err
	}
	return s.buf[start:s.pos], nil
}

// skip reads any value, however deep, without recursion.
func (s *scanner) skip() error {
	if c := s.peek(); c != '{' && c != '[' {
		return s.skipScalar(c)
	}
	s.open = s.open[:0]
	for {
		c := s.peek()
		if c == '{' || c == '[' {
			s.pos++
			s.open = append(s.open, c+2) // '{' + 2 is '}' and '[' + 2 is ']'
		} else if err := s.skipScalar(c); err != nil {
			return err
		}
		if done, err := s.close(c == '{' || c == '['); done || err != nil {
			return err
		}
		if s.open[len(s.open)-1] == '}' {
			if err := s.skipKey(); err != nil {
				return err
			}
		}
	}
}

// close passes the comma behind a value and the brackets that close here. It reports true if none is left open.
// Right behind an opening bracket no comma is due.
func (s *scanner) close(opened bool) (bool, error) {
	for len(s.open) > 0 {
		closing := s.open[len(s.open)-1]
		if !opened {
			if err := s.comma(closing); err != nil {
				return false, err
			}
		}
		if s.peek() != closing {
			return false, nil
		}
		s.pos++
		s.open = s.open[:len(s.open)-1]
		opened = false
	}
	return true, nil
}

func (s *scanner) skipKey() error {
	if s.peek() != '"' {
		return s.wrong("expected a key")
	}
	if _, err := s.quoted(); err != nil {
		return err
	}
	return s.colon()
}

func (s *scanner) skipScalar(c byte) error {
	var err error
	switch kind(c) {
	case '"':
		_, err = s.quoted()
	case '0':
		if _, _, short := s.short(); !short && !s.null() {
			_, err = s.number()
		}
	case 't':
		_, err = s.boolean()
	default:
		err = s.wrong("expected a value")
	}
	return err
}

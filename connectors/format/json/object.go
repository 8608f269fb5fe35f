package json

import (
	"fmt"

	"github.com/weirdb/weir/engine/types"
)

// object reads JSON objects with the same fields, one after the other: a record, or a STRUCT.
type object struct {
	names   []string
	paths   []string
	columns []column
	seen    []uint64 // by column: the object that it was last found in
	current uint64
	found   int // columns seen in the current object
	layout  layout
}

// newObject makes the fields of h, which is nameless if they are those of a record.
func newObject(h head, fields []types.Field) (object, error) {
	o := object{seen: make([]uint64, len(fields))}
	for _, f := range fields {
		name := f.Name
		if h.path != "" {
			name = h.path + "." + f.Name
		}
		c, err := newColumn(head{path: name, typ: f.Type, unit: h.unit})
		if err != nil {
			return object{}, err
		}
		o.names, o.paths, o.columns = append(o.names, f.Name), append(o.paths, name), append(o.columns, c)
	}
	return o, nil
}

// read appends one value to each column: the one found under its name, or NULL. The cursor is on the opening brace.
//
// Members that stand where the layout expects them are read by foreseen, whole runs of them at a time. It stops in front of
// the first that does not: searched reads that one, and what is behind it may be as expected again.
func (o *object) read(s *scanner) error {
	o.current++
	o.found = 0
	start := s.pos
	k, done := 0, false
	for !done {
		var err error
		if k, err = o.foreseen(s, k); err != nil {
			return err
		}
		if k, done, err = o.searched(s, k, s.pos == start); err != nil {
			return err
		}
	}
	if o.found < len(o.columns) {
		o.fill()
	}
	return nil
}

// foreseen reads members as long as they are the ones in the layout from slot k on. It returns the slot that it stopped at.
func (o *object) foreseen(s *scanner, k int) (int, error) {
	b, i := s.buf, s.pos
	for ; k < len(o.layout); k++ {
		g := &o.layout[k]
		if len(b)-i < g.least {
			if g.differsBytes(b[i:]) {
				break
			}
		} else if g.differs(b[i : i+16]) {
			break
		}
		i += len(g.gap)
		end := -1
		if g.column < 0 {
			end = passPlain(b, i)
		} else if o.seen[g.column] == o.current {
			return k, o.twice(g.column)
		} else if o.see(g.column); g.plain != nil {
			end = g.plain.plain(b, i)
		}
		if end < 0 {
			s.pos = i
			if err := o.member(s, g.column); err != nil {
				return k, err
			}
			end = s.pos
		}
		i = end
	}
	s.pos = i
	return k, nil
}

// searched reads one member of which nothing is known; k is the slot where it was not found. It returns the slot to go on
// with, and true if there is no member but the closing brace.
func (o *object) searched(s *scanner, k int, first bool) (int, bool, error) {
	start := s.pos
	if first {
		s.pos++
	} else if err := s.comma('}'); err != nil {
		return k, false, err
	}
	switch s.peek() {
	case '}':
		s.pos++
		return k, true, nil
	case '"':
	default:
		return k, false, s.wrong("expected a key")
	}
	quote := s.pos
	name, err := s.quoted()
	if err != nil {
		return k, false, err
	}
	column, key := o.find(name), s.buf[quote:s.pos]
	if err := s.colon(); err != nil {
		return k, false, err
	}
	k = o.layout.learn(k, guess{gap: s.buf[start:s.pos], key: key, column: column}, o.columns)
	if column >= 0 {
		if o.seen[column] == o.current {
			return k, false, o.twice(column)
		}
		o.see(column)
	}
	return k, false, o.member(s, column)
}

// see notes that the current object has a column.
func (o *object) see(column int) {
	o.seen[column] = o.current
	o.found++
}

func (o *object) twice(column int) error {
	return &refusal{fmt.Sprintf("column %s: its key stands twice in one object", o.paths[column])}
}

// member reads a value in any spelling into a column, or passes it if there is none. White space may stand before it: more
// than a slot's gap has.
func (o *object) member(s *scanner, column int) error {
	s.peek()
	if column < 0 {
		return s.skip()
	}
	return s.value(o.columns[column])
}

// fill appends NULL to the columns that the current object does not have.
func (o *object) fill() {
	for i, c := range o.columns {
		if o.seen[i] != o.current {
			c.null()
		}
	}
}

// null appends NULL to every column.
func (o *object) null() {
	for _, c := range o.columns {
		c.null()
	}
}

func (o *object) find(name []byte) int {
	for i, n := range o.names {
		if n == string(name) {
			return i
		}
	}
	return -1
}

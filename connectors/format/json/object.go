package json

import (
	"bytes"
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
	layout  []slot // what the last objects had at each position
}

// slot is a guess: objects from one producer have their keys in one order.
type slot struct {
	raw    []byte // a key as it was written, quotes included
	column int    // -1 for a key that is no column
}

// mostSlots bounds the layout's memory. Keys further back are looked up.
const mostSlots = 512

func newObject(path string, fields []types.Field) (object, error) {
	o := object{seen: make([]uint64, len(fields))}
	for _, f := range fields {
		name := f.Name
		if path != "" {
			name = path + "." + f.Name
		}
		c, err := newColumn(name, f.Type)
		if err != nil {
			return object{}, err
		}
		o.names, o.paths, o.columns = append(o.names, f.Name), append(o.paths, name), append(o.columns, c)
	}
	return o, nil
}

// read appends one value to each column: the one found under its name, or NULL.
func (o *object) read(s *scanner) error {
	s.pos++
	o.current++
	found := 0
	for position := 0; s.peek() != '}'; position++ {
		column, err := o.key(s, position)
		if err != nil {
			return err
		}
		if column >= 0 {
			found++
			err = o.readInto(column, s)
		} else {
			err = s.skip()
		}
		if err != nil {
			return err
		}
		if err := s.comma('}'); err != nil {
			return err
		}
	}
	s.pos++
	if found < len(o.columns) {
		o.fill()
	}
	return nil
}

func (o *object) readInto(column int, s *scanner) error {
	if o.seen[column] == o.current {
		return &refusal{fmt.Sprintf("column %s: its key stands twice in one object", o.paths[column])}
	}
	o.seen[column] = o.current
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

// key passes a key and its colon, and returns the column of that name, or -1. A key that is written as in the last object
// is known by its bytes alone.
func (o *object) key(s *scanner, position int) (int, error) {
	if position < len(o.layout) {
		guess := &o.layout[position]
		if end := s.pos + len(guess.raw); end <= len(s.buf) && bytes.Equal(s.buf[s.pos:end], guess.raw) {
			s.pos = end
			return guess.column, s.colon()
		}
	}
	if s.peek() != '"' {
		return 0, s.wrong("expected a key")
	}
	start := s.pos
	name, err := s.quoted()
	if err != nil {
		return 0, err
	}
	column := o.find(name)
	o.learn(position, s.buf[start:s.pos], column)
	return column, s.colon()
}

func (o *object) find(name []byte) int {
	for i, n := range o.names {
		if n == string(name) {
			return i
		}
	}
	return -1
}

func (o *object) learn(position int, raw []byte, column int) {
	if position == len(o.layout) && position < mostSlots {
		o.layout = append(o.layout, slot{})
	}
	if position < len(o.layout) {
		guess := &o.layout[position]
		guess.raw, guess.column = append(guess.raw[:0], raw...), column
	}
}

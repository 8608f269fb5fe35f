package json

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/types"
)

// column builds one Arrow array, value by value.
type column interface {
	// read appends the value under the cursor, which is not a null. After an error the column may have grown by a part of
	// the value: truncate takes it back.
	read(s *scanner) error
	// null appends a NULL.
	null()
	// truncate forgets all but the first n values.
	truncate(n int)
	// reserve makes room for n values.
	reserve(n int)
	// resolve converts the values in odd spellings, which have a place but no value yet.
	resolve(r *resolver) error
	// finish hands the values over and starts anew. The caller releases the data.
	finish() arrow.ArrayData
}

// head is what every column knows of itself.
type head struct {
	path string // its name, with the names of the columns around it: place.floor
	typ  types.Type
	unit string // of a number where a timestamp is wanted; empty if none is read there
}

// part is what a column of which this one is made knows of itself.
func (h head) part(t types.Type) head { return head{path: h.path, typ: t, unit: h.unit} }

// newColumn returns a column for a type. To add a type, add it here, in the file of its family.
func newColumn(h head) (column, error) {
	t := h.typ
	switch t.ID {
	case types.Null:
		return &nullColumn{}, nil
	case types.Boolean:
		return &boolColumn{fixed[uint8]{head: h}}, nil
	case types.Float, types.Double:
		return newFloatColumn(h), nil
	case types.Decimal, types.HugeInt:
		return newDecimalColumn(h), nil
	case types.Varchar, types.Blob, types.JSON:
		return &textColumn{head: h}, nil
	case types.UUID:
		return &uuidColumn{head: h}, nil
	case types.Date, types.Time, types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS, types.TimestampTZ,
		types.Interval:
		return newTemporalColumn(h), nil
	case types.Struct:
		return newStructColumn(h)
	case types.List:
		return newListColumn(h)
	case types.Map:
		return newMapColumn(h)
	}
	if t.Integral() {
		return newIntColumn(h), nil
	}
	return nil, fmt.Errorf("json: column %s: type %s cannot be read from JSON", h.path, t)
}

// value appends the value under the cursor to a column.
func (s *scanner) value(c column) error {
	if s.pos < len(s.buf) && s.buf[s.pos] == 'n' && s.null() {
		c.null()
		return nil
	}
	if s.pos == len(s.buf) {
		return s.wrong("expected a value")
	}
	return c.read(s)
}

// nulls are the positions of a column's NULLs, ascending. Most columns have few, so only these cost anything.
type nulls []int32

func (n *nulls) add(position int) { *n = append(*n, int32(position)) }

func (n *nulls) truncate(length int) {
	for k := len(*n); k > 0 && int((*n)[k-1]) >= length; k-- {
		*n = (*n)[:k-1]
	}
}

// bitmap is Arrow's form of them for a column of the given length: one bit a value, 0 for NULL; none if all are valid.
func (n nulls) bitmap(length int) *memory.Buffer {
	if len(n) == 0 {
		return nil
	}
	bits := make([]byte, (length+7)/8)
	for i := range bits {
		bits[i] = 0xff
	}
	for _, at := range n {
		bits[at>>3] &^= 1 << (at & 7)
	}
	return memory.NewBufferBytes(bits)
}

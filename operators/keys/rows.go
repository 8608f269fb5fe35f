package keys

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Rows encodes rows of several columns into bytes, one row behind the other.
type Rows struct {
	codecs []codec
	data   []byte
	ends   []int
	at     []int
}

// NewRows makes an encoder for columns of the given layouts. An exact one keeps the bits of every value; the others write
// rows with equal values as equal bytes.
func NewRows(columns []arrow.DataType, exact bool) (*Rows, error) {
	r := &Rows{}
	for _, t := range columns {
		c, err := newCodec(t, exact)
		if err != nil {
			return nil, err
		}
		r.codecs = append(r.codecs, c)
	}
	return r, nil
}

// Encode writes the rows of the columns. Row i is data[ends[i-1]:ends[i]], the first from 0. Both are valid until the next call.
func (r *Rows) Encode(columns []arrow.Array, rows []uint32) (data []byte, ends []int) {
	r.ends = slices.Grow(r.ends[:0], len(rows))[:len(rows)]
	r.at = slices.Grow(r.at[:0], len(rows))[:len(rows)]
	clear(r.ends)
	for i, c := range r.codecs {
		c.size(columns[i], rows, r.ends)
	}
	total := 0
	for i, n := range r.ends {
		r.at[i] = total
		total += n
		r.ends[i] = total
	}
	r.data = slices.Grow(r.data[:0], total)[:total]
	for i, c := range r.codecs {
		c.write(columns[i], rows, r.data, r.at)
	}
	return r.data, r.ends
}

// Decode appends rows that an encoder of the same columns wrote to the builders: for each i the row at data[at[i]:]. It
// moves at[i] behind the row. The encoder has to be an exact one for the values to be as they were.
func (r *Rows) Decode(builders []array.Builder, data []byte, at []int) {
	for i, c := range r.codecs {
		c.read(builders[i], data, at)
	}
}

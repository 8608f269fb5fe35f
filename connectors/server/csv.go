package server

import (
	"bytes"
	"io"
	"net/http"

	"github.com/apache/arrow-go/v18/arrow"
)

// csvWriter sends a header line and the rows as DuckDB reads them back: NULL is nothing, the empty string is "". Nested values
// are JSON.
type csvWriter struct {
	w   io.Writer
	buf []byte
}

func newCSVWriter(w io.Writer) resultWriter { return &csvWriter{w: w} }

func (c *csvWriter) begin(r *Result) error {
	for i, f := range r.Columns {
		if i > 0 {
			c.buf = append(c.buf, ',')
		}
		start := len(c.buf)
		c.buf = quoteFrom(append(c.buf, f.Name...), start)
	}
	return c.flush()
}

func (c *csvWriter) rows(batch arrow.RecordBatch) error {
	cells := make([]cell, batch.NumCols())
	for i := range cells {
		cells[i] = csvCell(batch.Column(i))
	}
	for row := range int(batch.NumRows()) {
		for i, write := range cells {
			if i > 0 {
				c.buf = append(c.buf, ',')
			}
			c.buf = write(c.buf, row)
		}
		if err := c.flush(); err != nil {
			return err
		}
	}
	return nil
}

// flush ends the line.
func (c *csvWriter) flush() error {
	_, err := c.w.Write(append(c.buf, '\n'))
	c.buf = c.buf[:0]
	return err
}

func (c *csvWriter) end(_ bool, failed *problem) error { return cutOff(failed) }

// cutOff breaks the connection off where a format cannot carry an error, so that nobody takes a part for the whole.
func cutOff(failed *problem) error {
	if failed != nil {
		panic(http.ErrAbortHandler) // net/http's own way to do it
	}
	return nil
}

func csvCell(column arrow.Array) cell {
	write := bareCell(column)
	return func(buf []byte, i int) []byte {
		if column.IsNull(i) {
			return buf
		}
		start := len(buf)
		return quoteFrom(write(buf, i), start)
	}
}

// quoteFrom quotes the field that begins at start, if it must be.
func quoteFrom(buf []byte, start int) []byte {
	field := buf[start:]
	if len(field) > 0 && !bytes.ContainsAny(field, "\",\r\n") {
		return buf
	}
	doubled := bytes.ReplaceAll(field, []byte(`"`), []byte(`""`))
	buf = append(append(buf[:start], '"'), doubled...)
	return append(buf, '"')
}

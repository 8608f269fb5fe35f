package file

import (
	"bytes"
	"fmt"
	"io"
)

// keptOfLong is how much of a record that is too long goes to the dead letters: enough to recognise it.
const keptOfLong = 64 << 10

// cutter cuts a stream into records that end with a newline, none of them longer than maxLine.
type cutter struct {
	blocks
	end     func(data []byte) int // the newline that ends the first record; -1 if there is none
	maxLine int
	final   bool      // the stream's end ends a record too
	long    *longLine // the line that is being passed over
}

// longLine is a line longer than maxLine, of which only the beginning is kept.
type longLine struct {
	offset int64
	head   []byte
}

// record is one record without its newline. If why is not empty it cannot be used.
type record struct {
	offset int64
	text   []byte
	why    string
}

// each calls use with at most limit records of one block, or of as many as it takes to have one. It returns io.EOF at the end.
func (c *cutter) each(limit int, use func(record)) error {
	for n := 0; n < limit; n++ {
		r, ok := c.take()
		for !ok {
			if n > 0 && !c.eof {
				return nil // what is left is the beginning of a record, for the next block
			}
			err := c.fill()
			switch err {
			case nil:
				r, ok = c.take()
			case io.EOF:
				r, ok = c.last()
			}
			if err != nil && !ok {
				return err
			}
		}
		use(r)
	}
	if c.eof && len(c.data) == 0 && c.long == nil {
		return io.EOF
	}
	return nil
}

// take cuts one whole record off the block, if there is one.
func (c *cutter) take() (record, bool) {
	if c.long != nil {
		return c.passOver()
	}
	end := c.end(c.data)
	if end >= 0 && end <= c.maxLine {
		return c.cutLine(end, ""), true
	}
	if end < 0 && len(c.data) <= c.maxLine {
		return record{}, false
	}
	if line := bytes.IndexByte(c.data, '\n'); line >= 0 && line <= c.maxLine {
		return c.cutLine(line, c.unclosed()), true // only this line is lost, not all that the quote would swallow
	}
	c.long = &longLine{offset: c.at, head: bytes.Clone(c.data[:min(keptOfLong, c.maxLine)])}
	return c.passOver()
}

func (c *cutter) unclosed() string {
	return fmt.Sprintf("a quote is not closed within max_line = '%d' bytes", c.maxLine)
}

func (c *cutter) cutLine(end int, why string) record {
	offset := c.at
	line := c.cut(end + 1)
	return record{offset, bytes.TrimSuffix(line[:end], []byte{'\r'}), why}
}

// passOver drops the bytes of a line that is too long, up to its end.
func (c *cutter) passOver() (record, bool) {
	end := bytes.IndexByte(c.data, '\n')
	if end < 0 {
		c.cut(len(c.data))
		return record{}, false
	}
	c.cut(end + 1)
	return c.tooLong(c.at - 1), true
}

func (c *cutter) tooLong(end int64) record {
	l := c.long
	c.long = nil
	return record{l.offset, l.head, fmt.Sprintf("line of %d bytes is longer than max_line = '%d'; its first %d bytes are kept here",
		end-l.offset, c.maxLine, len(l.head))}
}

// last takes the record that ends with the stream rather than with a newline, unless the stream may grow.
func (c *cutter) last() (record, bool) {
	if !c.final {
		return record{}, false
	}
	if c.long != nil {
		return c.tooLong(c.at), true
	}
	if len(c.data) == 0 {
		return record{}, false
	}
	if line := bytes.IndexByte(c.data, '\n'); line >= 0 {
		return c.cutLine(line, "a quote is not closed"), true
	}
	offset := c.at
	return record{offset, bytes.TrimSuffix(c.cut(len(c.data)), []byte{'\r'}), ""}, true
}

// resume is where the next record begins, or the line that is being passed over.
func (c *cutter) resume() int64 {
	if c.long != nil {
		return c.long.offset
	}
	return c.at
}

package file

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// csv reads a CSV file. Positions are row numbers: 0 is the first record after the header. Empty lines are no rows, but in a
// file of one column, where they are NULL.
type csv struct {
	cutter
	stream *stream
	part   *partition
	row    int64   // the next record's number
	width  int     // fields in each record
	source []int   // for each asked column, its field; -1 if the file has none
	fields []field // of the record at hand
	lines  [][]byte
	rows   []int64
	texts  []*array.StringBuilder
}

func openCSV(p *partition, f *os.File) (content, error) {
	s, err := openStream(p, f)
	if err != nil {
		return nil, err
	}
	c := &csv{stream: s, part: p}
	c.cutter = cutter{end: p.csv.recordEnd, maxLine: p.maxLine, final: p.final}
	c.in, c.hint = s, s.left(p, 0)
	if err := c.skipMark(); err != nil {
		return nil, err
	}
	return c, c.skip(p.at)
}

// skip reads the header and passes over the rows before a place.
func (c *csv) skip(to mark) error {
	known, err := c.readHeader()
	if err != nil || !known {
		return err
	}
	if to.bytes > c.at && !c.stream.packed {
		if err := c.stream.skip(to.bytes, c.part); err != nil {
			return err
		}
		c.data, c.eof, c.at, c.row = nil, false, to.bytes, to.next
		return nil
	}
	for c.row < to.next {
		err := c.each(int(min(batchRows, to.next-c.row)), func(r record) { c.count(r) })
		if err == io.EOF && c.row < to.next {
			return errShrunk
		}
		if err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}

// count numbers a record, and reports whether it is a row.
func (c *csv) count(r record) bool {
	if len(r.text) == 0 && c.width != 1 {
		return false
	}
	c.row++
	return true
}

// readHeader finds the columns' fields. It reports false if there is no whole header yet.
func (c *csv) readHeader() (bool, error) {
	if !c.part.csv.header {
		c.locate(c.part.declared)
		return true, nil
	}
	var header record
	found := false
	for !found {
		err := c.each(1, func(r record) { header, found = r, len(r.text) > 0 || r.why != "" })
		if err == io.EOF && !found {
			return false, c.noHeader()
		}
		if err != nil && err != io.EOF {
			return false, err
		}
	}
	names, reason := c.part.csv.split(header.text, nil)
	if header.why+reason != "" {
		return false, fmt.Errorf("csv: header: %s", header.why+reason)
	}
	c.locate(fieldNames(names))
	return true, c.checkHeader(names)
}

// checkHeader refuses a header that names no column of the source: it is the first row of a file that has none, and every value
// would be NULL.
func (c *csv) checkHeader(header []field) error {
	names := fieldNames(header)
	for _, column := range c.part.declared {
		if find(names, column.Name) >= 0 {
			return nil
		}
	}
	if len(c.part.declared) == 0 {
		return nil
	}
	return fmt.Errorf("csv: header: %s names no column of the source, which has %s; header = 'false' is for files without one",
		fieldList(names), fieldList(c.part.declared))
}

// fieldList writes the names of a few fields.
func fieldList(fields []types.Field) string {
	const most = 10
	names := make([]string, 0, most+1)
	for _, f := range fields[:min(most, len(fields))] {
		names = append(names, f.Name)
	}
	if len(fields) > most {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

// noHeader is an error only if rows were read before: the file was another one.
func (c *csv) noHeader() error {
	if c.part.at.next > 0 {
		return errShrunk
	}
	return nil
}

func fieldNames(header []field) []types.Field {
	names := make([]types.Field, len(header))
	for i, f := range header {
		names[i].Name = string(f.text)
	}
	return names
}

// locate notes which field holds each asked column.
func (c *csv) locate(names []types.Field) {
	c.width = len(names)
	c.source = make([]int, len(c.part.columns))
	for i, column := range c.part.columns {
		c.source[i] = find(names, column.Name)
	}
	c.texts = make([]*array.StringBuilder, len(c.source))
	for i := range c.texts {
		c.texts[i] = array.NewStringBuilder(c.part.mem)
	}
}

// find returns the position of a name, -1 if it is not there. Case counts only where names differ by nothing else.
func find(names []types.Field, name string) int {
	folded := -1
	for i := range names {
		if names[i].Name == name {
			return i
		}
		if folded < 0 && strings.EqualFold(names[i].Name, name) {
			folded = i
		}
	}
	return folded
}

// read takes the rows of one block.
func (c *csv) read(f *engine.Fetch) error {
	c.hint, c.final = c.left(), c.part.final
	if c.width == 0 {
		if known, err := c.readHeader(); err != nil || !known {
			return orEOF(err)
		}
	}
	c.lines, c.rows = c.lines[:0], nil
	end := c.each(batchRows, func(r record) { c.take(f, r) })
	if end != nil && end != io.EOF {
		c.discard()
		return end
	}
	if err := c.emit(f); err != nil {
		return err
	}
	f.Next = c.row
	return end
}

func orEOF(err error) error {
	if err == nil {
		return io.EOF
	}
	return err
}

// take adds one record's fields to the columns.
func (c *csv) take(f *engine.Fetch, r record) {
	if !c.count(r) {
		return
	}
	var reason string
	if c.fields, reason = c.part.csv.split(r.text, c.fields[:0]); r.why != "" {
		reason = r.why
	}
	if reason == "" && len(c.fields) != c.width {
		reason = fmt.Sprintf("%d fields where %d are expected", len(c.fields), c.width)
	}
	if reason != "" {
		f.Rejects = append(f.Rejects, engine.DeadLetter{Offset: c.row - 1, Value: bytes.Clone(r.text), Reason: reason})
		return
	}
	c.rows = append(c.rows, c.row-1)
	c.lines = append(c.lines, r.text)
	for i, text := range c.texts {
		switch at := c.source[i]; {
		case at < 0 || c.fields[at].null:
			text.AppendNull()
		default:
			text.BinaryBuilder.Append(c.fields[at].text)
		}
	}
}

func (c *csv) emit(f *engine.Fetch) error {
	columns := make([]arrow.Array, len(c.texts))
	defer func() { releaseAll(columns) }()
	for i, text := range c.texts {
		column := text.NewStringArray()
		if c.source[i] < 0 {
			column.Release()
			continue
		}
		columns[i] = column
	}
	return c.part.emit(f, columns, c.rows, func(row int) []byte { return bytes.Clone(c.lines[row]) })
}

// discard frees what was gathered before an error.
func (c *csv) discard() {
	for _, text := range c.texts {
		text.NewStringArray().Release()
	}
}

func (c *csv) left() int64 { return c.stream.left(c.part, c.resume()) }

func (c *csv) here() mark {
	if c.stream.packed {
		return mark{c.row, -1}
	}
	return mark{c.row, c.resume()}
}

func (c *csv) close() error {
	for _, text := range c.texts {
		text.Release()
	}
	return c.stream.Close()
}

package nexmark

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// rows makes the columns that were asked for, of the events that arrive at the given positions. No value is NULL, so the
// arrays are laid out directly: filling them costs one call a value and one copy a string.
func (s *stream) rows(positions []int64) arrow.RecordBatch {
	s.events = s.events[:0]
	for _, at := range positions {
		s.events = append(s.events, s.generator.eventAt(at))
	}
	arrays := make([]arrow.Array, len(s.columns))
	for i := range s.columns {
		arrays[i] = s.columns[i].fill(s.generator, s.events)
	}
	batch := array.NewRecordBatch(s.schema, arrays, int64(len(positions)))
	for _, a := range arrays {
		a.Release() // the batch holds them now
	}
	return batch
}

func (c *column) fill(g *generator, events []int64) arrow.Array {
	switch {
	case c.number != nil:
		return fillNumbers(arrow.PrimitiveTypes.Int64, c.number, g, events)
	case c.when != nil:
		return fillNumbers(c.sqlType().Arrow(), c.when, g, events)
	}
	return c.fillTexts(g, events)
}

func fillNumbers(layout arrow.DataType, value func(*generator, int64) int64, g *generator, events []int64) arrow.Array {
	values := make([]int64, len(events))
	for i, n := range events {
		values[i] = value(g, n)
	}
	return newArray(layout, len(events), nil, arrow.Int64Traits.CastToBytes(values))
}

func (c *column) fillTexts(g *generator, events []int64) arrow.Array {
	ends := make([]int32, len(events)+1)
	values := make([]byte, 0, c.bytesFor(g, events))
	for i, n := range events {
		values = c.text(g, values, n)
		ends[i+1] = int32(len(values))
	}
	return newArray(arrow.BinaryTypes.String, len(events), arrow.Int32Traits.CastToBytes(ends), values)
}

// bytesFor guesses the room that a column of texts needs from its first values, so that it seldom grows.
func (c *column) bytesFor(g *generator, events []int64) int {
	const samples = 16
	if len(events) < samples {
		return 0
	}
	var sample []byte
	for _, n := range events[:samples] {
		sample = c.text(g, sample, n)
	}
	return len(sample)*len(events)/samples*5/4 + 64
}

// newArray wraps values without NULLs. ends is nil for numbers.
func newArray(layout arrow.DataType, length int, ends, values []byte) arrow.Array {
	buffers := []*memory.Buffer{nil}
	if ends != nil {
		buffers = append(buffers, memory.NewBufferBytes(ends))
	}
	buffers = append(buffers, memory.NewBufferBytes(values))
	data := array.NewData(layout, length, buffers, nil, 0, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

package json

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine/types"
)

// temporalColumn is a column of dates, times of day or intervals. They are JSON strings; parse reads the plain spelling of them.
type temporalColumn[T arrow.FixedWidthType] struct {
	fixed[T]
	parse func(text []byte) (T, bool)
}

func newTemporalColumn(h head) column {
	switch h.typ.ID {
	case types.Date:
		return temporal[arrow.Date32](h, parseDate)
	case types.Time:
		return temporal[arrow.Time64](h, parseTime)
	case types.Interval:
		return temporal[arrow.MonthDayNanoInterval](h, parseInterval)
	}
	return newTimestampColumn(h)
}

func temporal[T arrow.FixedWidthType](h head, parse func([]byte) (T, bool)) column {
	return &temporalColumn[T]{fixed[T]{head: h}, parse}
}

func (c *temporalColumn[T]) read(s *scanner) error {
	start := s.pos
	if s.buf[start] != '"' {
		return c.refuse(s, start)
	}
	text, err := s.quoted()
	if err != nil {
		return err
	}
	v, ok := c.parse(text)
	if !ok {
		return c.later(s, start)
	}
	c.add(v)
	return nil
}

// parseInterval leaves every interval to DuckDB: they are rare and have many spellings.
func parseInterval([]byte) (arrow.MonthDayNanoInterval, bool) {
	return arrow.MonthDayNanoInterval{}, false
}

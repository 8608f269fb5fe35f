package decode

import (
	"errors"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// columns are what the libraries' values are put into.
type columns struct {
	id, number *array.Int64Builder
	time       *array.TimestampBuilder
}

func newColumns() *columns {
	return &columns{
		id: array.NewInt64Builder(memory.DefaultAllocator), number: array.NewInt64Builder(memory.DefaultAllocator),
		time: array.NewTimestampBuilder(memory.DefaultAllocator, &arrow.TimestampType{Unit: arrow.Microsecond}),
	}
}

func (c *columns) reserve(n int) {
	c.id.Reserve(n)
	c.number.Reserve(n)
	c.time.Reserve(n)
}

var errTime = errors.New("no time")

// add appends a row; reserve has made room for it.
func (c *columns) add(id, number int64, at string) error {
	micros, ok := parse(at)
	if !ok {
		return errTime
	}
	c.id.UnsafeAppend(id)
	c.number.UnsafeAppend(number)
	c.time.UnsafeAppend(micros)
	return nil
}

// finish makes arrays of the columns, and adds them up.
func (c *columns) finish() sums {
	id, number, at := c.id.NewInt64Array(), c.number.NewInt64Array(), c.time.NewTimestampArray()
	defer id.Release()
	defer number.Release()
	defer at.Release()
	return sums{total(id.Int64Values()), total(number.Int64Values()), total(at.Values()) / 1000}
}

func total[T ~int64](values []T) (sum int64) {
	for _, v := range values {
		sum += int64(v)
	}
	return sum
}

// parse reads 2026-01-02T03:04:05.678Z. time.Parse would take longer than some libraries do for the whole record.
func parse(text string) (arrow.Timestamp, bool) {
	if len(text) != len(layout) || text[10] != 'T' || text[19] != '.' || text[23] != 'Z' {
		return 0, false
	}
	year, month, day := two(text, 0)*100+two(text, 2), two(text, 5), two(text, 8)
	days := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix()
	seconds := days + int64(two(text, 11)*3600+two(text, 14)*60+two(text, 17))
	return arrow.Timestamp(seconds*1e6 + int64(two(text, 20)*10+int(text[22]-'0'))*1000), true
}

func two(text string, i int) int { return int(text[i]-'0')*10 + int(text[i+1]-'0') }

package pgwire

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/connectors/server"
)

// cell appends value i of a column, which is not NULL, to buf. It is made once a batch, so that no row pays for finding out the type.
type cell func(buf []byte, i int) []byte

// form is how values look in one of the two formats: a function for each of Arrow's types whose values are not the same in both.
type form struct {
	boolean   func(buf []byte, v bool) []byte
	integer   func(buf []byte, v int64, size int) []byte
	float     func(buf []byte, v float64, size int) []byte
	number    func(buf []byte, v decimal) []byte
	date      func(buf []byte, days int32) ([]byte, error)
	clock     func(buf []byte, micros int64) []byte
	timestamp func(buf []byte, micros int64, zone bool) ([]byte, error)
	interval  func(buf []byte, v arrow.MonthDayNanoInterval) []byte
	blob      func(buf, v []byte) []byte
	uuid      func(buf []byte, v string) ([]byte, error)
}

// cells makes the cells of columns. What a value's type cannot hold is told by failed, which the cells set: look at it after the rows.
type cells struct {
	failed error
}

// of makes the cell of a column that is sent as a type, in a form.
func (c *cells) of(f *form, w wireType, column arrow.Array) cell {
	for _, find := range []func(*form, wireType, arrow.Array) cell{c.numbers, c.times, c.texts} {
		if write := find(f, w, column); write != nil {
			return write
		}
	}
	return cell(server.JSONCell(column))
}

// check keeps the first error of a value.
func (c *cells) check(buf []byte, err error) []byte {
	if err != nil && c.failed == nil {
		c.failed = err
	}
	return buf
}

type integer interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32
}

func integers[T integer](f *form, w wireType, values []T) cell {
	return func(buf []byte, i int) []byte { return f.integer(buf, int64(values[i]), int(w.size)) }
}

func (c *cells) numbers(f *form, w wireType, column arrow.Array) cell {
	switch a := column.(type) {
	case *array.Boolean:
		return func(buf []byte, i int) []byte { return f.boolean(buf, a.Value(i)) }
	case *array.Int8:
		return integers(f, w, a.Int8Values())
	case *array.Int16:
		return integers(f, w, a.Int16Values())
	case *array.Int32:
		return integers(f, w, a.Int32Values())
	case *array.Int64:
		return integers(f, w, a.Int64Values())
	case *array.Uint8:
		return integers(f, w, a.Uint8Values())
	case *array.Uint16:
		return integers(f, w, a.Uint16Values())
	case *array.Uint32:
		return integers(f, w, a.Uint32Values())
	case *array.Uint64:
		return func(buf []byte, i int) []byte { return f.number(buf, decimal{low: a.Value(i)}) }
	case *array.Float32:
		return func(buf []byte, i int) []byte { return f.float(buf, float64(a.Value(i)), 4) }
	case *array.Float64:
		return func(buf []byte, i int) []byte { return f.float(buf, a.Value(i), 8) }
	case *array.Decimal128:
		scale := int(a.DataType().(*arrow.Decimal128Type).Scale)
		return func(buf []byte, i int) []byte { return f.number(buf, decimalOf(a.Value(i), scale)) }
	}
	return nil
}

func (c *cells) times(f *form, _ wireType, column arrow.Array) cell {
	switch a := column.(type) {
	case *array.Timestamp:
		kind := a.DataType().(*arrow.TimestampType)
		unit, zone := kind.Unit, kind.TimeZone != ""
		return func(buf []byte, i int) []byte {
			micros, err := microsOf(int64(a.Value(i)), unit)
			c.check(nil, err)
			return c.check(f.timestamp(buf, micros, zone))
		}
	case *array.Date32:
		return func(buf []byte, i int) []byte { return c.check(f.date(buf, int32(a.Value(i)))) }
	case *array.Time64:
		unit := int64(a.DataType().(*arrow.Time64Type).Unit.Multiplier())
		return func(buf []byte, i int) []byte { return f.clock(buf, int64(a.Value(i))*unit/1000) }
	case *array.MonthDayNanoInterval:
		return func(buf []byte, i int) []byte { return f.interval(buf, a.Value(i)) }
	}
	return nil
}

func (c *cells) texts(f *form, w wireType, column arrow.Array) cell {
	switch a := column.(type) {
	case array.StringLike:
		if w == wireUUID {
			return func(buf []byte, i int) []byte { return c.check(f.uuid(buf, a.Value(i))) }
		}
		return func(buf []byte, i int) []byte { return append(buf, a.Value(i)...) }
	case interface{ Value(i int) []byte }:
		return func(buf []byte, i int) []byte { return f.blob(buf, a.Value(i)) }
	case *array.Dictionary:
		write := c.of(f, w, a.Dictionary())
		return func(buf []byte, i int) []byte { return write(buf, a.GetValueIndex(i)) }
	}
	return nil
}

// The ends of time, as DuckDB has them in microseconds and in days.
const (
	endOfTime   = math.MaxInt64
	beginOfTime = -math.MaxInt64
	lastDay     = math.MaxInt32
	firstDay    = -math.MaxInt32
)

// microsOf turns a time in some unit into microseconds since 1970. Nanoseconds are cut: PostgreSQL has none.
func microsOf(n int64, unit arrow.TimeUnit) (int64, error) {
	if n == endOfTime || n == beginOfTime {
		return n, nil
	}
	switch unit {
	case arrow.Nanosecond:
		return floorDiv(n, 1000), nil
	case arrow.Microsecond:
		return n, nil
	}
	factor := int64(1_000_000)
	if unit == arrow.Millisecond {
		factor = 1000
	}
	if n > endOfTime/factor || n < beginOfTime/factor {
		return 0, newFault(stateTimeRange, fmt.Sprintf("a time of %d × %s since 1970 is out of PostgreSQL's range", n, unit))
	}
	return n * factor, nil
}

func floorDiv(n, by int64) int64 {
	if n < 0 {
		return (n+1)/by - 1
	}
	return n / by
}

// rowWriter writes the rows of a batch as DataRow messages.
type rowWriter struct {
	cells   cells
	columns []arrow.Array
	write   []cell // nil for a column of type NULL
}

// newRowWriter makes the writer for a batch, which it borrows.
func newRowWriter(batch arrow.RecordBatch, wires []wireType, formats []int16) *rowWriter {
	r := &rowWriter{columns: batch.Columns(), write: make([]cell, batch.NumCols())}
	for i, column := range r.columns {
		f := &textForm
		if formatOf(formats, i) == binaryFormat {
			f = &binaryForm
		}
		if column.DataType().ID() != arrow.NULL {
			r.write[i] = r.cells.of(f, wires[i], column)
		}
	}
	return r
}

// field writes the value of a column in row i behind buf. It reports false for NULL.
func (r *rowWriter) field(buf []byte, column, i int) ([]byte, bool) {
	if r.write[column] == nil || r.columns[column].IsNull(i) {
		return buf, false
	}
	return r.write[column](buf, i), true
}

// append writes row i behind buf: 'D', the length, the number of columns, and each value with its length before it, -1 for NULL.
func (r *rowWriter) append(buf []byte, i int) []byte {
	start := len(buf) + 1
	buf = append(buf, 'D', 0, 0, 0, 0)
	buf = binary.BigEndian.AppendUint16(buf, uint16(len(r.columns)))
	for c := range r.columns {
		at := len(buf)
		var valid bool
		if buf, valid = r.field(append(buf, 0, 0, 0, 0), c, i); !valid {
			buf = append(buf[:at], 0xff, 0xff, 0xff, 0xff)
			continue
		}
		binary.BigEndian.PutUint32(buf[at:], uint32(len(buf)-at-4))
	}
	binary.BigEndian.PutUint32(buf[start:], uint32(len(buf)-start))
	return buf
}

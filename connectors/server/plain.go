package server

import (
	"encoding/base64"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// cell appends row i of a column to buf. It is made once a batch, so that no row pays for finding out the type.
type cell func(buf []byte, i int) []byte

// TextCell writes a column's values for people: the function appends value i to buf. It is made once for each batch. NULL is NULL, nested values
// are JSON.
func TextCell(column arrow.Array) func(buf []byte, i int) []byte {
	write := bareCell(column)
	return func(buf []byte, i int) []byte {
		if column.IsNull(i) {
			return append(buf, "NULL"...)
		}
		return write(buf, i)
	}
}

// bareCell writes values that are not NULL, nested ones as JSON.
func bareCell(column arrow.Array) cell {
	if write := nestedCell(column); write != nil {
		return write
	}
	return plainCell(column)
}

// plainCell writes a column's values as bare text. It is not asked for NULLs, nor for nested columns.
func plainCell(column arrow.Array) cell {
	for _, find := range []func(arrow.Array) cell{intCell, numberCell, timeCell, textCell} {
		if write := find(column); write != nil {
			return write
		}
	}
	return func(buf []byte, i int) []byte { return append(buf, column.ValueStr(i)...) }
}

type integer interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32
}

func intsCell[T integer](values []T) cell {
	return func(buf []byte, i int) []byte { return strconv.AppendInt(buf, int64(values[i]), 10) }
}

func intCell(column arrow.Array) cell {
	switch c := column.(type) {
	case *array.Int8:
		return intsCell(c.Int8Values())
	case *array.Int16:
		return intsCell(c.Int16Values())
	case *array.Int32:
		return intsCell(c.Int32Values())
	case *array.Int64:
		return intsCell(c.Int64Values())
	case *array.Uint8:
		return intsCell(c.Uint8Values())
	case *array.Uint16:
		return intsCell(c.Uint16Values())
	case *array.Uint32:
		return intsCell(c.Uint32Values())
	case *array.Uint64:
		return func(buf []byte, i int) []byte { return strconv.AppendUint(buf, c.Value(i), 10) }
	}
	return nil
}

func numberCell(column arrow.Array) cell {
	switch c := column.(type) {
	case *array.Boolean:
		return func(buf []byte, i int) []byte { return strconv.AppendBool(buf, c.Value(i)) }
	case *array.Float32:
		return func(buf []byte, i int) []byte { return appendFloat(buf, float64(c.Value(i)), 32) }
	case *array.Float64:
		return func(buf []byte, i int) []byte { return appendFloat(buf, c.Value(i), 64) }
	case *array.Decimal128:
		scale := c.DataType().(*arrow.Decimal128Type).Scale
		return func(buf []byte, i int) []byte { return append(buf, c.Value(i).ToString(scale)...) }
	}
	return nil
}

func timeCell(column arrow.Array) cell {
	switch c := column.(type) {
	case *array.Timestamp:
		return timestampCell(c)
	case *array.Date32:
		return func(buf []byte, i int) []byte { return appendDate(buf, int32(c.Value(i))) }
	case *array.Time64:
		unit := int64(c.DataType().(*arrow.Time64Type).Unit.Multiplier())
		return func(buf []byte, i int) []byte { return appendClock(buf, int64(c.Value(i))*unit) }
	case *array.MonthDayNanoInterval:
		return func(buf []byte, i int) []byte { return appendInterval(buf, c.Value(i)) }
	}
	return nil
}

func timestampCell(c *array.Timestamp) cell {
	kind := c.DataType().(*arrow.TimestampType)
	unit := kind.Unit.Multiplier()
	if kind.TimeZone == "" {
		return func(buf []byte, i int) []byte { return appendTimestamp(buf, int64(c.Value(i)), unit) }
	}
	return func(buf []byte, i int) []byte {
		buf = appendTimestamp(buf, int64(c.Value(i)), unit)
		if buf[len(buf)-1] == 'y' { // the end of time has no zone
			return buf
		}
		return append(buf, 'Z')
	}
}

func textCell(column arrow.Array) cell {
	switch c := column.(type) {
	case array.StringLike:
		return func(buf []byte, i int) []byte { return append(buf, c.Value(i)...) }
	case interface{ Value(i int) []byte }:
		return func(buf []byte, i int) []byte { return base64.StdEncoding.AppendEncode(buf, c.Value(i)) }
	case *array.Dictionary:
		write := plainCell(c.Dictionary())
		return func(buf []byte, i int) []byte { return write(buf, c.GetValueIndex(i)) }
	}
	return nil
}

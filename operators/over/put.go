package over

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// putFixed appends a value of a fixed width to the builder of any type that has it.
func putFixed[T any](b array.Builder, v T) {
	switch b := b.(type) {
	case interface{ Append(T) }:
		b.Append(v)
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(any(v).(int64)))
	case *array.Time64Builder:
		b.Append(arrow.Time64(any(v).(int64)))
	case *array.Date32Builder:
		b.Append(arrow.Date32(any(v).(int32)))
	default:
		panic(fmt.Sprintf("over: no %T goes into a column of %s", v, b.Type()))
	}
}

package file

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// parquetIntervalBytes is the width of Parquet's INTERVAL: three little-endian numbers.
//
//	0       4     8              12
//	months  days  milliseconds
const parquetIntervalBytes = 12

// parquetIntervals reads Parquet's intervals, which the library takes for bytes. The caller releases the result.
func parquetIntervals(column *array.FixedSizeBinary, mem memory.Allocator) arrow.Array {
	b := array.NewMonthDayNanoIntervalBuilder(mem)
	defer b.Release()
	for row := range column.Len() {
		if column.IsNull(row) {
			b.AppendNull()
			continue
		}
		value := column.Value(row)
		b.Append(arrow.MonthDayNanoInterval{
			Months:      int32(binary.LittleEndian.Uint32(value)),
			Days:        int32(binary.LittleEndian.Uint32(value[4:])),
			Nanoseconds: int64(binary.LittleEndian.Uint32(value[8:])) * 1_000_000,
		})
	}
	return b.NewArray()
}

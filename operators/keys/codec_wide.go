package keys

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

const wideLength = 17

// decimalCodec writes HUGEINT and DECIMAL as a flag and sixteen bytes.
type decimalCodec struct{}

func (decimalCodec) size(_ arrow.Array, rows []uint32, lens []int) {
	for i := range rows {
		lens[i] += wideLength
	}
}

func (decimalCodec) write(a arrow.Array, rows []uint32, dst []byte, at []int) {
	values := Values[decimal128.Num](a)
	valid := ValidityOf(a)
	for i, r := range rows {
		var v decimal128.Num
		if !valid.Null(r) {
			v = values[r]
		}
		putWide(dst[at[i]:], flag(&valid, r), v.LowBits(), uint64(v.HighBits()))
		at[i] += wideLength
	}
}

func putWide(dst []byte, flag byte, lo, hi uint64) {
	dst = dst[:wideLength]
	dst[0] = flag
	binary.LittleEndian.PutUint64(dst[1:], lo)
	binary.LittleEndian.PutUint64(dst[9:], hi)
}

func (decimalCodec) read(b array.Builder, src []byte, at []int) {
	numbers := b.(*array.Decimal128Builder)
	for i, p := range at {
		at[i] += wideLength
		if src[p] == 0 {
			b.AppendNull()
			continue
		}
		numbers.Append(decimal128.New(int64(binary.LittleEndian.Uint64(src[p+9:])), binary.LittleEndian.Uint64(src[p+1:])))
	}
}

// intervalCodec writes INTERVAL as a flag, its time, and its months and days.
type intervalCodec struct{ exact bool }

func (intervalCodec) size(_ arrow.Array, rows []uint32, lens []int) {
	for i := range rows {
		lens[i] += wideLength
	}
}

func (c intervalCodec) write(a arrow.Array, rows []uint32, dst []byte, at []int) {
	values := Values[arrow.MonthDayNanoInterval](a)
	valid := ValidityOf(a)
	for i, r := range rows {
		var v arrow.MonthDayNanoInterval
		if !valid.Null(r) {
			v = values[r]
		}
		if !c.exact {
			v = NormalInterval(v)
		}
		putWide(dst[at[i]:], flag(&valid, r), uint64(v.Nanoseconds), uint64(uint32(v.Months))<<32|uint64(uint32(v.Days)))
		at[i] += wideLength
	}
}

func (intervalCodec) read(b array.Builder, src []byte, at []int) {
	intervals := b.(*array.MonthDayNanoIntervalBuilder)
	for i, p := range at {
		at[i] += wideLength
		if src[p] == 0 {
			b.AppendNull()
			continue
		}
		parts := binary.LittleEndian.Uint64(src[p+9:])
		intervals.Append(arrow.MonthDayNanoInterval{
			Months: int32(parts >> 32), Days: int32(parts), Nanoseconds: int64(binary.LittleEndian.Uint64(src[p+1:])),
		})
	}
}

// NormalInterval carries whole days and months up, as DuckDB does to compare intervals: 24 hours are a day, 30 days a month.
func NormalInterval(v arrow.MonthDayNanoInterval) arrow.MonthDayNanoInterval {
	const nanosPerDay, daysPerMonth = 24 * 60 * 60 * 1e9, 30
	days := int64(v.Days) + v.Nanoseconds/nanosPerDay
	months := int64(v.Months) + days/daysPerMonth
	return arrow.MonthDayNanoInterval{
		Months: int32(months), Days: int32(days % daysPerMonth), Nanoseconds: v.Nanoseconds % nanosPerDay,
	}
}

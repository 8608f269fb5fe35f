package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

var (
	minimum = extremeFunction("min", "Smallest value; NULL where there are none. NaN is greater than every number.", false)
	maximum = extremeFunction("max", "Greatest value; NULL where there are none. NaN is greater than every number.", true)
)

func extremeFunction(name, doc string, max bool) Function {
	return Function{
		idempotent: true, Names: []string{name}, Doc: doc, Example: name + "(price)", takes: "any one type but STRUCT, LIST and MAP", accepts: one(ordered),
		result:     func(args []types.Type) types.Type { return args[0] },
		make:       func(args []types.Type) accumulator { return newExtreme(args[0], max) },
		retracting: func(args []types.Type) accumulator { return newCountedExtreme(args[0], max) },
	}
}

func ordered(t types.Type) bool { return !t.Nested() && t.ID != types.Null }

func newExtreme(t types.Type, max bool) accumulator {
	switch t.ID {
	case types.Boolean:
		return &boolExtreme{max: max}
	case types.Varchar, types.Blob, types.UUID, types.JSON:
		return &textExtreme{kind: t, max: max}
	case types.Float:
		return &floatExtreme[float32]{best[float32]{kind: t, max: max}}
	case types.Double:
		return &floatExtreme[float64]{best[float64]{kind: t, max: max}}
	case types.HugeInt, types.Decimal:
		return &largeExtreme[decimal128.Num]{best[decimal128.Num]{kind: t, max: max}, decimal128.Num.Less}
	case types.Interval:
		return &largeExtreme[arrow.MonthDayNanoInterval]{best[arrow.MonthDayNanoInterval]{kind: t, max: max}, shorter}
	case types.Date:
		return newIntExtreme[arrow.Date32](t, max)
	case types.Time:
		return newIntExtreme[arrow.Time64](t, max)
	case types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS, types.TimestampTZ:
		return newIntExtreme[arrow.Timestamp](t, max)
	}
	return integerExtreme(t, max)
}

func integerExtreme(t types.Type, max bool) accumulator {
	switch t.ID {
	case types.TinyInt:
		return newIntExtreme[int8](t, max)
	case types.SmallInt:
		return newIntExtreme[int16](t, max)
	case types.Integer:
		return newIntExtreme[int32](t, max)
	case types.UTinyInt:
		return newIntExtreme[uint8](t, max)
	case types.USmallInt:
		return newIntExtreme[uint16](t, max)
	case types.UInteger:
		return newIntExtreme[uint32](t, max)
	case types.UBigInt:
		return newIntExtreme[uint64](t, max)
	}
	return newIntExtreme[int64](t, max)
}

// shorter orders intervals as DuckDB does.
func shorter(a, b arrow.MonthDayNanoInterval) bool {
	a, b = keys.NormalInterval(a), keys.NormalInterval(b)
	if a.Months != b.Months {
		return a.Months < b.Months
	}
	if a.Days != b.Days {
		return a.Days < b.Days
	}
	return a.Nanoseconds < b.Nanoseconds
}

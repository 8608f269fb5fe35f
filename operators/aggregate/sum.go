package aggregate

import (
	"github.com/weirdb/weir/engine/types"
)

var sum = Function{
	Names: []string{"sum"}, Doc: "Sum of the values; NULL where there are none. Integers and decimals are exact.", Example: "sum(price)",
	takes: "BOOLEAN, integers, HUGEINT, DECIMAL, FLOAT or DOUBLE", accepts: one(summable),
	result: sumType, make: func(args []types.Type) accumulator { return newSum(args[0].ID) },
}

func summable(t types.Type) bool {
	switch t.ID {
	case types.Boolean, types.HugeInt, types.Decimal, types.Float, types.Double:
		return true
	}
	return t.Integral()
}

func sumType(args []types.Type) types.Type {
	switch args[0].ID {
	case types.Decimal:
		return types.DecimalOf(38, args[0].Scale)
	case types.Float, types.Double:
		return types.Of(types.Double)
	}
	return types.Of(types.HugeInt)
}

func newSum(id types.ID) accumulator {
	switch id {
	case types.Boolean:
		return &boolTotals{}
	case types.Float:
		return &floatSum[float32]{}
	case types.Double:
		return &floatSum[float64]{}
	case types.HugeInt, types.Decimal:
		return &numberTotals{}
	}
	return newIntegerTotals(id)
}

// newIntegerTotals sums values that Arrow holds as integers: of the type itself, or of time.
func newIntegerTotals(id types.ID) accumulator {
	switch id {
	case types.TinyInt:
		return &integerTotals[int8]{}
	case types.SmallInt:
		return &integerTotals[int16]{}
	case types.Integer:
		return &integerTotals[int32]{}
	case types.UTinyInt:
		return &integerTotals[uint8]{}
	case types.USmallInt:
		return &integerTotals[uint16]{}
	case types.UInteger:
		return &integerTotals[uint32]{}
	case types.UBigInt:
		return &integerTotals[uint64]{}
	}
	return &integerTotals[int64]{}
}

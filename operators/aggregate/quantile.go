package aggregate

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

var (
	median = Function{
		values: 1, Names: []string{"median"}, Example: "median(price)",
		Doc:   "Middle value, or the one halfway between the two in the middle where the type has such; NULL where there are none.",
		takes: "any one type but BOOLEAN, unsigned integers, INTERVAL, STRUCT, LIST and MAP",
		accepts: func(args []types.Type) bool {
			return (len(args) == 1 || len(args) == 2 && number(args[1])) && (continuous(args[0]) || discreteOnly(args[0]))
		},
		result: medianType, bind: bindMedian,
	}
	quantileCont = Function{
		values: 1, Names: []string{"quantile_cont"}, Example: "quantile_cont(price, 0.95)",
		Doc:     "Value below which the given share of all values lies, interpolated between two where it has to be; a LIST for a list of shares.",
		takes:   "signed integers, HUGEINT, DECIMAL, FLOAT, DOUBLE, DATE, TIME, TIMESTAMP or TIMESTAMP WITH TIME ZONE, and constants from -1 to 1",
		accepts: func(args []types.Type) bool { return len(args) == 2 && interpolated(args[0]) && shares(args[1]) },
		result:  func(args []types.Type) types.Type { return listFor(args[1], continuousType(args[0])) },
		bind:    bindQuantile(newContinuous),
	}
	quantileDisc = Function{
		values: 1, Names: []string{"quantile_disc", "quantile"}, Example: "quantile_disc(price, 0.95)",
		Doc:     "Smallest value that the given share of all values does not exceed; a LIST for a list of shares.",
		takes:   "any type but BOOLEAN, INTERVAL, STRUCT, LIST and MAP, and constants from -1 to 1",
		accepts: func(args []types.Type) bool { return len(args) == 2 && sortable(args[0]) && shares(args[1]) },
		result:  func(args []types.Type) types.Type { return listFor(args[1], args[0]) },
		bind:    bindQuantile(newDiscrete),
	}
)

// sortable reports whether values of the type have one order, and equal ones look the same.
func sortable(t types.Type) bool {
	return ordered(t) && t.ID != types.Boolean && t.ID != types.Interval
}

// interpolated reports whether quantile_cont takes the type: DuckDB casts others to one that it takes.
func interpolated(t types.Type) bool {
	switch t.ID {
	case types.TimestampS, types.TimestampMS, types.TimestampNS:
		return false
	}
	return continuous(t)
}

// continuous reports whether there are values between those of the type.
func continuous(t types.Type) bool {
	switch t.ID {
	case types.TinyInt, types.SmallInt, types.Integer, types.BigInt, types.HugeInt, types.Decimal, types.Float, types.Double, types.Date,
		types.Time, types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS, types.TimestampTZ:
		return true
	}
	return false
}

// discreteOnly reports whether the median of a type is one of its values.
func discreteOnly(t types.Type) bool {
	return t.ID == types.Varchar || t.ID == types.Blob || t.ID == types.UUID || t.ID == types.JSON
}

func continuousType(t types.Type) types.Type {
	switch {
	case t.Integral() || t.ID == types.HugeInt:
		return types.Of(types.Double)
	case t.ID == types.Date:
		return types.Of(types.Timestamp)
	}
	return t
}

func medianType(args []types.Type) types.Type {
	if continuous(args[0]) {
		return continuousType(args[0])
	}
	return args[0]
}

func number(t types.Type) bool { return t.ID == types.Double || t.ID == types.Decimal }

// shares reports whether constants of the type tell which quantiles are wanted.
func shares(t types.Type) bool { return number(t) || t.ID == types.List && number(t.Element()) }

func listFor(constant, element types.Type) types.Type {
	if constant.ID == types.List {
		return types.ListOf(element)
	}
	return element
}

// share is a quantile that is wanted. DECIMALs are counted exactly where one of the values is looked for.
type share struct {
	value  float64
	digits uint64 // of a DECIMAL: value is digits / unit
	unit   uint64 // 0 for a DOUBLE
}

// quantileSpec is what a call asks for.
type quantileSpec struct {
	shares     []share
	list       bool
	descending bool // shares are counted from the greatest value down
}

func bindMedian(args []types.Type, constants []*plan.Expr) (func() accumulator, error) {
	half := quantileSpec{shares: []share{{0.5, 5, 10}}}
	if len(constants) > 0 {
		if s, err := readShare(constants[0].Value, constants[0].Type); err != nil || s.value != 0.5 {
			return nil, fmt.Errorf("%s is not 0.5", constants[0])
		}
	}
	if continuous(args[0]) {
		return func() accumulator { return newContinuous(args[0], half) }, nil
	}
	return func() accumulator { return newDiscrete(args[0], half) }, nil
}

// bindQuantile binds the functions of which create makes the accumulators.
func bindQuantile(create func(types.Type, quantileSpec) accumulator) binder {
	return func(args []types.Type, constants []*plan.Expr) (func() accumulator, error) {
		spec, err := readShares(constants[0])
		return func() accumulator { return create(args[0], spec) }, err
	}
}

// readShares reads one share or a list of them. Negative ones count from the greatest value down; all have to have one sign.
func readShares(e *plan.Expr) (quantileSpec, error) {
	spec := quantileSpec{list: e.Type.ID == types.List}
	values, kind := []plan.Value{*e.Value}, e.Type
	if spec.list {
		values, kind = e.Value.Items, e.Type.Element()
	}
	up := false
	for i := range values {
		s, err := readShare(&values[i], kind)
		if err != nil {
			return spec, err
		}
		up, spec.descending = up || s.value > 0, spec.descending || s.value < 0
		s.value = math.Abs(s.value)
		spec.shares = append(spec.shares, s)
	}
	if up && spec.descending {
		return spec, errors.New("the shares have to be all positive or all negative")
	}
	return spec, nil
}

func readShare(v *plan.Value, kind types.Type) (share, error) {
	f, err := strconv.ParseFloat(v.Text, 64)
	if v.Null || err != nil || math.IsNaN(f) || f < -1 || f > 1 {
		return share{}, fmt.Errorf("%s is not a share: it has to be a constant from -1 to 1", v.SQL(kind))
	}
	if kind.ID != types.Decimal {
		return share{value: f}, nil
	}
	const exact = 18 // digits of a DECIMAL that fit 64 bits
	if kind.Scale > exact {
		return share{}, fmt.Errorf("%s has more than %d digits", v.SQL(kind), exact)
	}
	unit := uint64(math.Pow10(kind.Scale))
	whole, part, _ := strings.Cut(strings.TrimLeft(v.Text, "+-"), ".")
	digits, err := strconv.ParseUint(whole+part+strings.Repeat("0", max(0, kind.Scale-len(part))), 10, 64)
	if err != nil {
		return share{}, fmt.Errorf("%s is not a share: %w", v.SQL(kind), err)
	}
	return share{f, digits, unit}, nil
}

// between tells which of n sorted values a quantile lies at, or which two it lies between, part of the way from the first.
func (s share) between(n int) (low, high int, part float64) {
	at := float64(n-1) * s.value
	return int(math.Floor(at)), int(math.Ceil(at)), at - math.Floor(at)
}

// at tells which of n sorted values a discrete quantile is.
func (s share) at(n int) (low, high int, part float64) {
	above := int(math.Floor(float64(n) - float64(n)*s.value))
	if s.unit > 0 {
		hi, lo := bits.Mul64(uint64(n), s.unit-s.digits)
		exact, _ := bits.Div64(hi, lo, s.unit)
		above = int(exact)
	}
	low = max(1, n-above) - 1
	return low, low, 0
}

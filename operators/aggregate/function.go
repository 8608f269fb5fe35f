package aggregate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// Function is an aggregate function that Weir has a kernel for.
type Function struct {
	Names   []string // DuckDB's, the usual one first
	Doc     string   // one sentence
	Example string   // a call in SQL

	takes      string // the arguments, in words
	idempotent bool   // a value counts once however often it comes: DISTINCT changes nothing
	nulls      bool   // rows where an argument is NULL are updated with too
	values     int    // how many arguments are values, the rest being constants; 0 stands for all
	accepts    func(args []types.Type) bool
	result     func(args []types.Type) types.Type
	make       func(args []types.Type) accumulator
	bind       binder // instead of make, where there are constants
	// retracting makes accumulators for input that takes rows back, nil for types where there are none. Without it, those of make
	// are used, if they can.
	retracting func(args []types.Type) accumulator
}

// binder reads the constants of a call, and returns what makes accumulators for it. Its error says what is wrong with them.
type binder func(args []types.Type, constants []*plan.Expr) (func() accumulator, error)

// Functions are all of them. DISTINCT and FILTER work with each.
//
// To add one: a file with its Function and its accumulator, a line here, and its calls in the tests' list.
var Functions = []Function{
	countStar, count, approxCountDistinct, sum, avg, minimum, maximum,
	stddevSamp, stddevPop, varSamp, varPop, boolAnd, boolOr,
	first, last, anyValue, argMin, argMax, argMinNull, argMaxNull,
	bitAnd, bitOr, bitXor, countIf, product, kahanSum, kahanAvg,
	sem, skewness, kurtosis, kurtosisPop, covarPop, covarSamp, corr,
	regrCount, regrAvgX, regrAvgY, regrSXX, regrSYY, regrSXY, regrSlope, regrIntercept, regrR2,
	mode, entropy, histogram, list, stringAgg, median, quantileCont, quantileDisc,
}

// Accepts reports whether the function takes arguments of these types.
func (f *Function) Accepts(args []types.Type) bool { return f.accepts(args) }

// Result returns the type of the result for arguments that the function accepts.
func (f *Function) Result(args []types.Type) types.Type { return f.result(args) }

// Takes says in words which arguments the function accepts.
func (f *Function) Takes() string { return f.takes }

// Check reports whether there is a kernel for a call. The error names the function and its arguments, and what there is.
func Check(call *plan.AggregateCall) error {
	f := find(call.Name)
	if f == nil {
		return fmt.Errorf("aggregate: no kernel for %s: there are %s", call.Name, strings.Join(functionNames(), ", "))
	}
	args := argTypes(call)
	if !f.accepts(args) {
		return fmt.Errorf("aggregate: no kernel for %s(%s): it takes %s", call.Name, typeNames(args), f.takes)
	}
	if result := f.result(args); !result.Equal(call.Type) {
		return fmt.Errorf("aggregate: %s(%s) returns %s, not %s", call.Name, typeNames(args), result, call.Type)
	}
	if call.Filter != nil && call.Filter.Type.ID != types.Boolean {
		return fmt.Errorf("aggregate: the FILTER of %s is %s, not BOOLEAN", call.Name, call.Filter.Type)
	}
	if call.Distinct && len(args) == 0 {
		return fmt.Errorf("aggregate: %s takes no DISTINCT", call.Name)
	}
	if _, err := f.maker(call); err != nil {
		return fmt.Errorf("aggregate: %s: %w", call.Name, err)
	}
	return nil
}

// maker returns what makes accumulators for a call of the function.
func (f *Function) maker(call *plan.AggregateCall) (func() accumulator, error) {
	args := argTypes(call)
	if f.bind == nil {
		return func() accumulator { return f.make(args) }, nil
	}
	constants := call.Args[f.columns(call):]
	for _, c := range constants {
		if c.Kind != plan.Literal || c.Value == nil || c.Value.Null {
			return nil, fmt.Errorf("%s is not a constant", c)
		}
	}
	return f.bind(args, constants)
}

// columns is how many of a call's arguments are columns: all but the constants.
func (f *Function) columns(call *plan.AggregateCall) int {
	if f.values == 0 {
		return len(call.Args)
	}
	return min(f.values, len(call.Args))
}

func find(name string) *Function {
	for i := range Functions {
		if slices.Contains(Functions[i].Names, name) {
			return &Functions[i]
		}
	}
	return nil
}

func functionNames() []string {
	var names []string
	for i := range Functions {
		names = append(names, Functions[i].Names...)
	}
	return names
}

func argTypes(call *plan.AggregateCall) []types.Type {
	args := make([]types.Type, len(call.Args))
	for i, a := range call.Args {
		args[i] = a.Type
	}
	return args
}

func typeNames(args []types.Type) string {
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = a.String()
	}
	return strings.Join(names, ", ")
}

// two accepts two arguments.
func two(ok func(a, b types.Type) bool) func([]types.Type) bool {
	return func(args []types.Type) bool { return len(args) == 2 && ok(args[0], args[1]) }
}

// sameAs is the result type of functions that give the type of their first argument.
func sameAs(args []types.Type) types.Type { return args[0] }

// one accepts a single argument.
func one(ok func(types.Type) bool) func([]types.Type) bool {
	return func(args []types.Type) bool { return len(args) == 1 && ok(args[0]) }
}

// resultOf is the result type of functions that have the same for all arguments.
func resultOf(id types.ID) func([]types.Type) types.Type {
	return func([]types.Type) types.Type { return types.Of(id) }
}

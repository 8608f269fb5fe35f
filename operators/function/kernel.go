package function

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weirdb/weir/engine/plan"
)

// Kernel describes one function or operator that is computed without DuckDB.
type Kernel struct {
	Names   []string // as in plan.Expr.Name; casts are named cast and try_cast
	Takes   string   // the types of its arguments, in words
	Doc     string   // one sentence
	Example string   // SQL

	// bind returns the loop for e and the expressions whose arrays it wants, or nil if the types, or values that have to be
	// constant, are not for it.
	bind func(e *plan.Expr) (loop, []*plan.Expr)
	lazy bool // DuckDB evaluates the arguments from number sure on only for some rows
	sure int
}

// loop computes an array of f.n rows from arrays of as many. It borrows its arguments. It returns a refusal if there is a row
// that DuckDB should compute, or complain about.
type loop func(f *frame, args []arrow.Array) (arrow.Array, error)

// Kernels lists all kernels.
func Kernels() []Kernel {
	return slices.Concat(compareKernels, logicKernels, arithmeticKernels, castKernels, stringKernels, temporalKernels,
		conditionalKernels, nestedKernels, windowKernels)
}

// byName finds the kernels of a name. There may be several, for different types.
var byName = index(Kernels())

func index(all []Kernel) map[string][]*Kernel {
	out := map[string][]*Kernel{}
	for i := range all {
		for _, name := range all[i].Names {
			out[name] = append(out[name], &all[i])
		}
	}
	return out
}

func kernelName(e *plan.Expr) string {
	if e.Kind == plan.Call {
		return e.Name
	}
	return string(e.Kind)
}

// choose finds the kernel for e, nil if there is none.
func choose(e *plan.Expr) (*Kernel, loop, []*plan.Expr) {
	for _, k := range byName[kernelName(e)] {
		loop, args := k.bind(e)
		if loop != nil && k.safe(e) {
			return k, loop, args
		}
	}
	return nil, nil, nil
}

// safe reports whether no argument that DuckDB evaluates for some rows only needs DuckDB: computed for all rows, it might fail
// for one that does not count.
func (k *Kernel) safe(e *plan.Expr) bool {
	if !k.lazy {
		return true
	}
	return !slices.ContainsFunc(e.Args[k.sure:], func(a *plan.Expr) bool { return !Native(a) })
}

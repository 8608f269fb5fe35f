// Package function computes scalar expressions over Arrow batches.
//
// What has a kernel runs in a typed loop over columns; every other expression runs in DuckDB, all of a batch's in one call. So
// whatever DuckDB can compute, a Program can, and a kernel is only a faster way to the same value:
//
//	lower(name) || regexp_replace(url, …)
//	└─ kernel ┘ kernel └── DuckDB ──────┘
//
// A kernel that meets a row it cannot compute as DuckDB does (an overflow, a date out of range, an unusual letter) refuses
// the batch. The expression is then computed by DuckDB for that batch, which returns the value or says what is wrong with it.
// Inside CASE, COALESCE and TRY, where DuckDB evaluates only some rows, it is the whole conditional that DuckDB computes.
//
// To add a kernel: write its loop in the family's file (compare.go, logic.go, arithmetic.go, …), describe it in the family's
// list, and add a line to the cases of its family's test, which compares it with DuckDB over random rows.
package function

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// Program computes a list of expressions over batches of one schema. One goroutine uses it at a time.
type Program struct {
	roots []*node
	holes holes
	slots int
	mem   memory.Allocator
}

// Compile prepares expressions over the given input columns. Output memory comes from mem. It returns an error if an expression
// does not fit the input, or needs DuckDB and eval is nil.
func Compile(exprs []*plan.Expr, input []types.Field, eval engine.Evaluator, mem memory.Allocator) (*Program, error) {
	c := &compiler{input: input, known: map[string]*node{}, holes: holes{eval: eval, input: input}}
	p := &Program{mem: mem}
	for _, e := range exprs {
		if err := c.check(e); err != nil {
			return nil, fmt.Errorf("compile %s: %w", e, err)
		}
		root, err := c.compile(e)
		if err != nil {
			return nil, fmt.Errorf("compile %s: %w", e, err)
		}
		p.roots = append(p.roots, root)
	}
	p.holes, p.slots = c.holes, c.slots
	return p, nil
}

// Run computes one array for each expression, in the layout of its type and as long as rows. The caller releases each. It
// borrows rows. Where a row cannot be computed, the error names the expression as the view's text has it.
func (p *Program) Run(rows arrow.RecordBatch) ([]arrow.Array, error) {
	f := &frame{rows: rows, n: int(rows.NumRows()), mem: p.mem, asked: &p.holes, cache: make([]arrow.Array, p.slots)}
	defer f.release()
	if err := f.fill(); err != nil {
		return nil, err
	}
	out := make([]arrow.Array, 0, len(p.roots))
	for _, root := range p.roots {
		a, err := root.run(f)
		if err != nil {
			releaseAll(out)
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

func releaseAll(arrays []arrow.Array) {
	for _, a := range arrays {
		if a != nil {
			a.Release()
		}
	}
}

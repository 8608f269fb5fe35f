package function

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
)

// seed makes the random rows: go test ./operators/function -args -seed 7.
var seed = flag.Uint64("seed", 1, "of the random rows")

// TestKernels compares every kernel with DuckDB.
func TestKernels(t *testing.T) {
	o := newOracle(t)
	all := allCases(t, o)
	t.Run("tame rows", func(t *testing.T) { tameRows(t, o, all) })
	t.Run("wild rows", func(t *testing.T) { wildRows(t, o, all) })
	t.Run("errors", func(t *testing.T) { errorsAgree(t, o, all) })
	t.Run("complete", func(t *testing.T) { complete(t, all) })
}

// tameRows has values that no kernel may refuse, in slices of batches of several sizes.
func tameRows(t *testing.T, o *oracle, all []*plan.Expr) {
	g := &generator{Rand: rand.New(rand.NewPCG(*seed, 2))}
	for _, n := range []int{0, 1, 7, 1000} {
		whole := g.batch(n + 3)
		rows := whole.NewSlice(3, int64(n+3))
		for _, e := range all {
			tame(t, o, e, rows)
		}
		rows.Release()
		whole.Release()
	}
}

func tame(t *testing.T, o *oracle, e *plan.Expr, rows arrow.RecordBatch) {
	t.Helper()
	got, err := runOnce(t, e, nil, rows)
	if err != nil {
		t.Errorf("%d rows: %v", rows.NumRows(), err)
		return
	}
	defer got.Release()
	agree(t, e, got, o.compute(t, e, rows))
}

// wildRows does the same with extremes, row by row: a kernel either refuses a row, or has DuckDB's value.
func wildRows(t *testing.T, o *oracle, all []*plan.Expr) {
	g := &generator{Rand: rand.New(rand.NewPCG(*seed, 4)), wild: true}
	rows := g.batch(150)
	defer rows.Release()
	each := make([]arrow.RecordBatch, rows.NumRows())
	for i := range each {
		each[i] = rows.NewSlice(int64(i), int64(i)+1)
	}
	defer releaseBatches(each)
	computed := 0
	for _, e := range all {
		computed += wild(t, o, e, rows, each)
	}
	if computed < len(all)*len(each)/2 {
		t.Errorf("kernels computed only %d of %d rows", computed, len(all)*len(each))
	}
}

// wild returns how many rows the kernel has not refused.
func wild(t *testing.T, o *oracle, e *plan.Expr, rows arrow.RecordBatch, each []arrow.RecordBatch) int {
	t.Helper()
	p, err := Compile([]*plan.Expr{e}, testInput, nil, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	computed, want := 0, o.tryRows(t, e, rows)
	for i, row := range each {
		got, err := p.Run(row)
		if err != nil {
			continue
		}
		computed++
		if show(got[0], 0) != want[i] {
			t.Errorf("%s of %s: got %s, DuckDB has %s", e, describe(e, rows, i), show(got[0], 0), want[i])
		}
		releaseAll(got)
	}
	return computed
}

// errorsAgree runs wild batches with DuckDB at hand: both fail, or both have the same values.
func errorsAgree(t *testing.T, o *oracle, all []*plan.Expr) {
	g := &generator{Rand: rand.New(rand.NewPCG(*seed, 6)), wild: true}
	failed := 0
	for _, n := range []int{1, 7, 100} {
		rows := g.batch(n)
		for _, e := range all {
			got, err := runOnce(t, e, o, rows)
			h := holes{eval: o, input: testInput}
			want, wantErr := h.compute(rows, []*plan.Expr{e})
			if (err == nil) != (wantErr == nil) {
				t.Errorf("%s of %d rows: error %v, DuckDB's %v", e, n, err, wantErr)
			}
			if err != nil {
				failed++
				continue
			}
			if wantErr == nil {
				agree(t, e, got, want.Column(0))
				want.Release()
			}
			got.Release()
		}
		rows.Release()
	}
	if failed == 0 {
		t.Error("no expression failed: the rows are not wild enough")
	}
}

// complete finds kernels, and names of kernels, that no case above reaches.
func complete(t *testing.T, all []*plan.Expr) {
	reached := map[string]bool{}
	for _, e := range all {
		if k, _, _ := choose(e); k != nil {
			reached[k.Doc+kernelName(e)] = true
		} else {
			t.Errorf("%s has no kernel", e)
		}
	}
	for _, k := range Kernels() {
		for _, name := range k.Names {
			if !reached[k.Doc+name] && name != "row" {
				t.Errorf("no case for %s of %s", name, k.Takes)
			}
		}
		if k.Doc == "" || k.Example == "" || k.Takes == "" {
			t.Errorf("%v is not described", k.Names)
		}
	}
}

// runOnce compiles and runs one expression, and checks type, length and memory.
func runOnce(t *testing.T, e *plan.Expr, eval engine.Evaluator, rows arrow.RecordBatch) (arrow.Array, error) {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	p, err := Compile([]*plan.Expr{e}, testInput, eval, mem)
	if err != nil {
		return nil, err
	}
	out, err := p.Run(rows)
	if err != nil {
		mem.AssertSize(t, 0)
		return nil, err
	}
	if !arrow.TypeEqual(out[0].DataType(), e.Type.Arrow()) && eval == nil {
		t.Errorf("%s is laid out as %s, want %s", e, out[0].DataType(), e.Type.Arrow())
	}
	kept := copied(out[0])
	out[0].Release()
	mem.AssertSize(t, 0)
	return kept, nil
}

// copied is a in memory that is not checked.
func copied(a arrow.Array) arrow.Array {
	index := make([]int32, a.Len())
	for i := range index {
		index[i] = int32(i)
	}
	return Take(memory.DefaultAllocator, a, index)
}

func (o *oracle) compute(t *testing.T, e *plan.Expr, rows arrow.RecordBatch) arrow.Array {
	t.Helper()
	h := holes{eval: o, input: testInput}
	out, err := h.compute(rows, []*plan.Expr{e})
	if err != nil {
		t.Fatalf("DuckDB on %s: %v", e, err)
	}
	return out.Column(0)
}

// tryRows is what DuckDB has for each row alone, NULL where it fails. It does not use TRY around conditionals: DuckDB 1.5.5 lets
// errors through there, or crashes.
func (o *oracle) tryRows(t *testing.T, e *plan.Expr, rows arrow.RecordBatch) []string {
	t.Helper()
	h := holes{eval: o, input: testInput}
	all, err := h.compute(rows, []*plan.Expr{e})
	if k, _, _ := choose(e); err != nil && !k.lazy {
		all, err = h.compute(rows, []*plan.Expr{plan.Fn(plan.Try, e.Type, e)})
	}
	out := make([]string, rows.NumRows())
	for i := range out {
		if err == nil {
			out[i] = show(all.Column(0), i)
			continue
		}
		out[i] = "(null)"
		row := rows.NewSlice(int64(i), int64(i)+1)
		if one, err := h.compute(row, []*plan.Expr{e}); err == nil {
			out[i] = show(one.Column(0), 0)
		}
		row.Release()
	}
	return out
}

// show prints a value. DuckDB keeps the sign of a zero in some places and not in others.
func show(a arrow.Array, i int) string {
	if text := a.ValueStr(i); text != "-0" {
		return text
	}
	return "0"
}

func agree(t *testing.T, e *plan.Expr, got, want arrow.Array) {
	t.Helper()
	if got.Len() != want.Len() {
		t.Errorf("%s: %d rows, want %d", e, got.Len(), want.Len())
		return
	}
	for i := range got.Len() {
		if show(got, i) != show(want, i) {
			t.Errorf("%s, row %d of %d: got %s, DuckDB has %s", e, i, got.Len(), show(got, i), show(want, i))
			return
		}
	}
}

func describe(e *plan.Expr, rows arrow.RecordBatch, i int) string {
	out := ""
	for _, c := range needed([]*plan.Expr{e}) {
		out += fmt.Sprintf("c%d=%s ", c, rows.Column(c).ValueStr(i))
	}
	return out
}

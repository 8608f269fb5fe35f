package filter

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

var (
	boolean = types.Of(types.Boolean)
	bigint  = types.Of(types.BigInt)
	varchar = types.Of(types.Varchar)
	place   = types.StructOf(types.Field{Name: "room", Type: varchar}, types.Field{Name: "floor", Type: bigint})
	input   = []types.Field{{Name: "n", Type: bigint}, {Name: "s", Type: varchar}, {Name: "p", Type: place}, {Name: "l", Type: types.ListOf(bigint)}}

	n = plan.Col(0, "n", bigint)
	s = plan.Col(1, "s", varchar)
)

func num(v int64) *plan.Expr { return plan.Lit(plan.Value{Int: v}, bigint) }

func str(v string) *plan.Expr { return plan.Lit(plan.Value{Text: v}, varchar) }

func test(name string, args ...*plan.Expr) *plan.Expr { return plan.Fn(name, boolean, args...) }

// toNumber fails for texts that are no numbers, and runs in DuckDB.
func toNumber() *plan.Expr { return &plan.Expr{Kind: plan.Cast, Type: bigint, Args: []*plan.Expr{s}} }

// twice fails for great numbers.
func twice() *plan.Expr { return plan.Fn("*", bigint, n, num(2)) }

// emitted gathers what an operator emits, as text.
type emitted struct {
	rows    []string
	weights []int8
	last    arrow.RecordBatch
	batches int
}

func (e *emitted) Emit(b engine.Batch) error {
	e.batches++
	e.last = b.Rows
	for i := range int(b.Rows.NumRows()) {
		e.rows = append(e.rows, row(b.Rows, i))
	}
	e.weights = append(e.weights, b.Weights...)
	return nil
}

func (e *emitted) Late(arrow.RecordBatch) error { return nil }

func row(rows arrow.RecordBatch, i int) string {
	parts := make([]string, rows.NumCols())
	for c, a := range rows.Columns() {
		parts[c] = a.ValueStr(i)
	}
	return strings.Join(parts, "|")
}

// batchOf has n and s as given; other columns follow from them.
func batchOf(mem memory.Allocator, numbers []int64, texts []string) arrow.RecordBatch {
	b := array.NewRecordBuilder(mem, types.Schema(input))
	defer b.Release()
	for i, v := range numbers {
		if v < 0 {
			b.Field(0).AppendNull()
		} else {
			b.Field(0).(*array.Int64Builder).Append(v)
		}
		b.Field(1).(*array.StringBuilder).Append(texts[i])
		st := b.Field(2).(*array.StructBuilder)
		st.Append(i%3 != 0)
		st.FieldBuilder(0).(*array.StringBuilder).Append("r" + texts[i])
		st.FieldBuilder(1).(*array.Int64Builder).Append(v)
		l := b.Field(3).(*array.ListBuilder)
		l.Append(i%5 != 0)
		for range i % 4 {
			l.ValueBuilder().(*array.Int64Builder).Append(v)
		}
	}
	return b.NewRecordBatch()
}

func run(t *testing.T, eval engine.Evaluator, b engine.Batch, predicates ...*plan.Expr) (*emitted, error) {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	op, err := New(predicates, input, eval, mem)
	if err != nil {
		t.Fatal(err)
	}
	out := &emitted{}
	err = op.Process(0, b, out)
	if err := op.Advance(engine.MaxTime, out); err != nil {
		t.Fatal(err)
	}
	return out, err
}

// TestFilterAgreesWithWhere compares random batches, slices and weights with DuckDB's WHERE.
func TestFilterAgreesWithWhere(t *testing.T) {
	o := newOracle(t)
	g := rand.New(rand.NewPCG(1, 2))
	predicates := [][]*plan.Expr{
		{test(plan.Greater, n, num(50))},
		{test(plan.Greater, n, num(50)), test("~~", s, str("%1%"))},
		{test(plan.Or, test(plan.IsNull, n), test("prefix", s, str("1")))},
		{test(plan.Greater, toNumber(), num(30)), test(plan.Less, n, num(70))},
		{test(plan.Equal, plan.Fn("reverse", varchar, s), s)},
		{test(plan.Less, n, num(0))},
	}
	for _, size := range []int{0, 1, 7, 63, 64, 65, 1000} {
		numbers, texts, weights := make([]int64, size+5), make([]string, size+5), make([]int8, size)
		for i := range numbers {
			numbers[i], texts[i] = g.Int64N(110)-10, fmt.Sprint(g.IntN(200))
		}
		for i := range weights {
			weights[i] = int8(g.IntN(2)*2 - 1)
		}
		whole := batchOf(memory.DefaultAllocator, numbers, texts)
		for _, p := range predicates {
			compare(t, o, engine.Batch{Rows: whole.NewSlice(5, int64(size+5)), Weights: weights}, p)
		}
	}
}

func compare(t *testing.T, o *oracle, b engine.Batch, predicates []*plan.Expr) {
	t.Helper()
	got, err := run(t, o, b, predicates...)
	if err != nil {
		t.Fatal(err)
	}
	want, weights := where(t, o, b, predicates)
	if !slices.Equal(got.rows, want) || !slices.Equal(got.weights, weights) {
		t.Errorf("%v over %d rows: got %d, want %d", predicates, b.Rows.NumRows(), len(got.rows), len(want))
	}
	if len(want) == 0 && got.batches != 0 {
		t.Errorf("%v: an empty batch was emitted", predicates)
	}
}

// where asks DuckDB which rows the predicates keep.
func where(t *testing.T, o *oracle, b engine.Batch, predicates []*plan.Expr) (rows []string, weights []int8) {
	t.Helper()
	texts := make([]string, len(predicates))
	for i, p := range predicates {
		texts[i] = p.SQL(func(e *plan.Expr) string { return e.Name })
	}
	flat := array.NewRecordBatch(types.Schema(input[:2]), b.Rows.Columns()[:2], b.Rows.NumRows())
	out, err := o.query("SELECT i FROM (SELECT *, row_number() OVER () - 1 AS i FROM batch) WHERE "+strings.Join(texts, " AND ")+" ORDER BY i", flat)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range out.Column(0).(*array.Int64).Int64Values() {
		rows = append(rows, row(b.Rows, int(at)))
		weights = append(weights, b.Weights[at])
	}
	return rows, weights
}

func TestAllRowsPassWithoutACopy(t *testing.T) {
	b := batchOf(memory.DefaultAllocator, []int64{1, 2, 3}, []string{"a", "b", "c"})
	for _, predicates := range [][]*plan.Expr{{}, {test(plan.Greater, n, num(0))}} {
		got, err := run(t, nil, engine.Batch{Rows: b}, predicates...)
		if err != nil || got.last != b || got.weights != nil {
			t.Errorf("%v: error %v, or another batch than the input", predicates, err)
		}
	}
}

func TestDuckDBSeesOnlyRowsThatKernelsLeft(t *testing.T) {
	o := newOracle(t)
	b := batchOf(memory.DefaultAllocator, []int64{1, 2, 3, 4}, []string{"a", "b", "c", "4"})
	got, err := run(t, o, engine.Batch{Rows: b}, test(plan.Equal, toNumber(), num(4)), test(plan.Greater, n, num(3)))
	if err != nil || len(got.rows) != 1 || o.rows != 1 {
		t.Errorf("error %v, rows %v, %d rows in DuckDB", err, got.rows, o.rows)
	}
}

// TestExcludedRowsDoNotFail has rows that one predicate excludes and another cannot compute.
func TestExcludedRowsDoNotFail(t *testing.T) {
	o := newOracle(t)
	b := batchOf(memory.DefaultAllocator, []int64{1, 1 << 62, 3, 4}, []string{"10", "20", "x", "4"})
	small, number := test(plan.Less, n, num(100)), test(plan.NotEqual, s, str("x"))
	doubled, converted := test(plan.Greater, twice(), num(2)), test(plan.Greater, toNumber(), num(3))
	for _, c := range []struct {
		predicates []*plan.Expr
		want       []string
	}{
		{[]*plan.Expr{small, doubled}, []string{"3", "4"}},
		{[]*plan.Expr{doubled, small}, []string{"3", "4"}},
		{[]*plan.Expr{converted, number}, []string{"1", "4611686018427387904", "4"}},
		{[]*plan.Expr{converted, test(plan.Equal, plan.Fn("reverse", varchar, s), str("4"))}, nil},
		{[]*plan.Expr{test(plan.And, converted, number, doubled, small)}, []string{"4"}},
		{[]*plan.Expr{test(plan.Or, doubled, test(plan.Greater, n, num(100)))}, []string{"4611686018427387904", "3", "4"}},
		{[]*plan.Expr{test(plan.Or, converted, test(plan.Equal, s, str("x")))}, []string{"1", "4611686018427387904", "3", "4"}},
	} {
		got, err := run(t, o, engine.Batch{Rows: b}, c.predicates...)
		if c.want == nil {
			if err == nil {
				t.Errorf("%v: no error, but nothing excludes 'x'", c.predicates)
			}
			continue
		}
		var first []string
		for _, r := range got.rows {
			first = append(first, strings.Split(r, "|")[0])
		}
		if err != nil || !slices.Equal(first, c.want) {
			t.Errorf("%v: got %v, error %v, want %v", c.predicates, first, err, c.want)
		}
	}
}

func TestErrorsNameThePart(t *testing.T) {
	b := batchOf(memory.DefaultAllocator, []int64{1}, []string{"x"})
	_, err := run(t, newOracle(t), engine.Batch{Rows: b}, test(plan.Greater, toNumber(), num(3)), test(plan.Greater, n, num(0)))
	want := "compute CAST(s AS BIGINT): could not convert string 'x' to INT64"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestNewRefusesWhatIsNotBoolean(t *testing.T) {
	if _, err := New([]*plan.Expr{n}, input, nil, memory.DefaultAllocator); err == nil || !strings.Contains(err.Error(), "BIGINT, not BOOLEAN") {
		t.Errorf("error %v", err)
	}
}

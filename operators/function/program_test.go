package function

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

func compiled(t *testing.T, o *oracle, mem memory.Allocator, exprs ...*plan.Expr) *Program {
	t.Helper()
	p, err := Compile(exprs, testInput, o, mem)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// foreign is a call that has no kernel.
func foreign(e *plan.Expr) *plan.Expr { return plan.Fn("reverse", varchar, e) }

func TestWhatHasNoKernelRunsInOneCall(t *testing.T) {
	o := newOracle(t)
	rows := (&generator{Rand: rand.New(rand.NewPCG(7, 8))}).batch(100)
	defer rows.Release()
	a, b := col(varchar, 0), col(varchar, 1)
	exprs := []*plan.Expr{
		plan.Fn("upper", varchar, foreign(plan.Fn("lower", varchar, a))),
		plan.Fn("||", varchar, foreign(a), foreign(b)),
		plan.Fn("length", bigint, plan.Fn("||", varchar, foreign(b), a)),
		col(bigint, 0),
		plan.Fn("pi", double),
	}
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	p := compiled(t, o, mem, exprs...)
	got, err := p.Run(rows)
	if err != nil {
		t.Fatal(err)
	}
	defer releaseAll(got)
	if o.calls != 1 || len(p.holes.exprs) != 4 {
		t.Errorf("%d calls with %d expressions, want 1 with 4", o.calls, len(p.holes.exprs))
	}
	for i, e := range exprs {
		agree(t, e, got[i], o.compute(t, e, rows))
	}
	if got[3].Data() != rows.Column(firstBigint).Data() {
		t.Error("a plain column was copied")
	}
}

// firstBigint is the position of the first BIGINT column.
var firstBigint = col(bigint, 0).Index

func TestEqualPartsAreComputedOnce(t *testing.T) {
	sum := func() *plan.Expr { return plan.Fn("+", bigint, col(bigint, 0), col(bigint, 1)) }
	p := compiled(t, newOracle(t), memory.DefaultAllocator, sum(), plan.Fn("-", bigint, sum(), sum()))
	if p.roots[1].args[0] != p.roots[0] || p.roots[1].args[1] != p.roots[0] || p.slots != 1 {
		t.Errorf("equal parts are several nodes, or not kept: %d slots", p.slots)
	}
}

func TestConstantsAreFolded(t *testing.T) {
	lit := func(n int64) *plan.Expr { return plan.Lit(plan.Value{Int: n}, bigint) }
	e := plan.Fn("+", bigint, lit(1), plan.Fn("*", bigint, lit(2), lit(3)))
	over := plan.Fn("*", bigint, lit(1<<62), lit(4))
	p := compiled(t, newOracle(t), memory.DefaultAllocator, e, over)
	if p.roots[0].one == nil || p.roots[0].one.ValueStr(0) != "7" {
		t.Error("1 + 2 * 3 is not folded to 7")
	}
	if p.roots[1].one != nil {
		t.Error("an overflow is folded")
	}
}

// textRows is a batch of testInput in which only the first VARCHAR and the first two BIGINT columns have values.
func textRows(texts []string, numbers, more []int64) arrow.RecordBatch {
	columns := make([]arrow.Array, len(testInput))
	for i, f := range testInput {
		b := array.NewBuilder(memory.DefaultAllocator, f.Type.Arrow())
		for r := range texts {
			switch i {
			case col(varchar, 0).Index:
				b.(*array.StringBuilder).Append(texts[r])
			case col(bigint, 0).Index:
				b.(*array.Int64Builder).Append(numbers[r])
			case col(bigint, 1).Index:
				b.(*array.Int64Builder).Append(more[r])
			default:
				b.AppendNull()
			}
		}
		columns[i] = b.NewArray()
	}
	return array.NewRecordBatch(types.Schema(testInput), columns, int64(len(texts)))
}

func TestErrorsNameTheExpression(t *testing.T) {
	channel := plan.Col(col(varchar, 0).Index, "channel", varchar)
	price := plan.Col(col(bigint, 0).Index, "price", bigint)
	rows := textRows([]string{"1", "abc"}, []int64{1, 1 << 62}, []int64{0, 0})
	for _, c := range []struct {
		e    *plan.Expr
		want string
	}{
		{&plan.Expr{Kind: plan.Cast, Type: integer32, Args: []*plan.Expr{channel}},
			`compute CAST(channel AS INTEGER): could not convert string 'abc' to INT32`},
		{plan.Fn("+", bigint, price, plan.Fn("*", bigint, price, num(2))),
			`compute (price * 2): overflow in multiplication of INT64 (4611686018427387904 * 2)!`},
		{&plan.Expr{Kind: plan.Cast, Type: integer32, Args: []*plan.Expr{price}},
			`compute CAST(price AS INTEGER): type INT64 with value 4611686018427387904 can't be cast because the value is out of range for the destination type INT32`},
	} {
		p := compiled(t, newOracle(t), memory.DefaultAllocator, foreign(channel), c.e)
		if _, err := p.Run(rows); err == nil || err.Error() != c.want {
			t.Errorf("error %v\nwant  %s", err, c.want)
		}
	}
}

// TestBranchesNotTakenDoNotFail covers both ways to a failing branch: a kernel that refuses, and a part in DuckDB.
func TestBranchesNotTakenDoNotFail(t *testing.T) {
	o := newOracle(t)
	rows := textRows([]string{"7", "abc", "x"}, []int64{1, 1 << 62, 5}, []int64{3, 4, 5})
	a, s := col(bigint, 0), col(varchar, 0)
	double := plan.Fn("*", bigint, a, num(4))
	isNumber := plan.Fn(plan.Equal, boolean, s, str("7"))
	toNumber := &plan.Expr{Kind: plan.Cast, Type: bigint, Args: []*plan.Expr{s}}
	missing := plan.Fn("nullif", bigint, a, a)
	for _, e := range []*plan.Expr{
		plan.Fn(plan.Case, bigint, plan.Fn(plan.Less, boolean, a, num(100)), double, num(0)),
		plan.Fn(plan.Case, bigint, isNumber, toNumber, num(0)),
		plan.Fn("+", bigint, num(1), plan.Fn(plan.Case, bigint, isNumber, plan.Fn("+", bigint, toNumber, num(1)), num(0))),
		plan.Fn(plan.Coalesce, bigint, a, double),
		plan.Fn(plan.Coalesce, bigint, a, toNumber),
		plan.Fn(plan.Coalesce, bigint, missing, a, double),
		plan.Fn(plan.Try, bigint, double),
		plan.Fn(plan.Try, bigint, toNumber),
		{Kind: plan.TryCast, Type: bigint, Args: []*plan.Expr{s}},
		{Kind: plan.TryCast, Type: integer32, Args: []*plan.Expr{a}},
	} {
		got, err := runOnce(t, e, o, rows)
		if err != nil {
			t.Errorf("%s: %v", e, err)
			continue
		}
		agree(t, e, got, o.compute(t, e, rows))
	}
}

func TestFailingConditionsStillFail(t *testing.T) {
	o := newOracle(t)
	rows := textRows([]string{"7"}, []int64{1 << 62}, []int64{0})
	over := plan.Fn("*", bigint, col(bigint, 0), col(bigint, 0))
	e := plan.Fn(plan.Case, bigint, plan.Fn(plan.Equal, boolean, over, num(1)), num(1), num(2))
	if _, err := runOnce(t, e, o, rows); err == nil || !strings.Contains(err.Error(), "overflow") {
		t.Errorf("error %v, want an overflow", err)
	}
}

func TestTumbleIsTimeBucketInDuckDB(t *testing.T) {
	o := newOracle(t)
	rows := (&generator{Rand: rand.New(rand.NewPCG(9, 10))}).batch(50)
	defer rows.Release()
	start := plan.Fn(tumble, timestamp, col(timestamp, 0), interval(0, 0, 10*second))
	e := plan.Fn("strftime", varchar, start, str("%H:%M:%S"))
	got, err := runOnce(t, e, o, rows)
	if err != nil {
		t.Fatal(err)
	}
	bucket := plan.Fn("time_bucket", timestamp, start.Args[1], start.Args[0])
	agree(t, e, got, o.compute(t, plan.Fn("strftime", varchar, bucket, str("%H:%M:%S")), rows))
}

func TestCompileRefuses(t *testing.T) {
	for _, e := range []*plan.Expr{
		plan.Col(len(testInput), "far", bigint),
		plan.Col(0, "c0", bigint), // is BOOLEAN
		foreign(col(varchar, 0)),  // and there is no evaluator
	} {
		if _, err := Compile([]*plan.Expr{e}, testInput, nil, memory.DefaultAllocator); err == nil {
			t.Errorf("%s compiles", e)
		}
	}
}

func TestWay(t *testing.T) {
	a := col(varchar, 0)
	for e, want := range map[*plan.Expr]string{
		plan.Fn("lower", varchar, a):                                            "kernels",
		foreign(plan.Fn("lower", varchar, a)):                                   "DuckDB",
		plan.Fn("lower", varchar, foreign(a)):                                   `kernels over DuckDB: reverse(c48)`,
		plan.Fn(plan.Case, varchar, col(boolean, 0), foreign(a), a):             "DuckDB",
		plan.Fn(plan.Coalesce, varchar, foreign(a), a):                          `kernels over DuckDB: reverse(c48)`,
		plan.Fn("time_bucket", timestamp, interval(0, 0, 0), col(timestamp, 0)): "DuckDB",
	} {
		if got := Way(e); got != want || Native(e) != (want == "kernels") {
			t.Errorf("%s: %s, want %s", e, got, want)
		}
	}
}

// TestEveryLetterHasDuckDBsCase goes through all of Unicode, many letters to a row.
func TestEveryLetterHasDuckDBsCase(t *testing.T) {
	var letters []string
	var text strings.Builder
	for r := rune(1); r <= 0x10ffff; r++ {
		if r < 0xd800 || r > 0xdfff {
			text.WriteRune(r)
		}
		if r%512 == 511 {
			letters = append(letters, text.String())
			text.Reset()
		}
	}
	o := newOracle(t)
	nothing := make([]int64, len(letters))
	rows := textRows(letters, nothing, nothing)
	tame(t, o, plan.Fn("lower", varchar, col(varchar, 0)), rows)
	tame(t, o, plan.Fn("upper", varchar, col(varchar, 0)), rows)
	tame(t, o, plan.Fn("length", bigint, col(varchar, 0)), rows)
}

func TestTrimKnowsDuckDBsSpaces(t *testing.T) {
	var letters []string
	for r := rune(1); r < 0x3100; r++ {
		letters = append(letters, string(r)+"x"+string(r))
	}
	o := newOracle(t)
	nothing := make([]int64, len(letters))
	tame(t, o, plan.Fn("trim", varchar, col(varchar, 0)), textRows(letters, nothing, nothing))
}

// TestTake covers every layout, in slices.
func TestTake(t *testing.T) {
	g := &generator{Rand: rand.New(rand.NewPCG(11, 12)), wild: true}
	whole := g.batch(40)
	defer whole.Release()
	rows := whole.NewSlice(5, 38)
	defer rows.Release()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	for _, index := range [][]int32{{}, {32}, {3, 3, 0, 31, 7}, g.Perm32(33)} {
		taken := Select(mem, rows, index)
		for c, a := range rows.Columns() {
			for i, at := range index {
				if got := taken.Column(c).ValueStr(i); got != a.ValueStr(int(at)) {
					t.Errorf("%s: row %d is %s, want %s", testInput[c].Type, i, got, a.ValueStr(int(at)))
				}
			}
		}
		taken.Release()
	}
}

// Perm32 is a random order of n rows.
func (g *generator) Perm32(n int) []int32 {
	out := make([]int32, n)
	for i, p := range g.Perm(n) {
		out[i] = int32(p)
	}
	return out
}

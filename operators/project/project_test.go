package project

import (
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
	bigint = types.Of(types.BigInt)
	input  = []types.Field{{Name: "a", Type: bigint}, {Name: "b", Type: bigint}}
	a, b   = plan.Col(0, "a", bigint), plan.Col(1, "b", bigint)
)

func batchOf(mem memory.Allocator, values ...int64) arrow.RecordBatch {
	r := array.NewRecordBuilder(mem, types.Schema(input))
	defer r.Release()
	for _, v := range values {
		r.Field(0).(*array.Int64Builder).Append(v)
		r.Field(1).(*array.Int64Builder).Append(10 * v)
	}
	return r.NewRecordBatch()
}

// check looks at each batch while it is lent.
type check func(engine.Batch)

func (c check) Emit(b engine.Batch) error { c(b); return nil }

func (c check) Late(arrow.RecordBatch) error { return nil }

func TestProject(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	op, err := New([]*plan.Expr{plan.Fn("+", bigint, a, b), b}, []string{"sum", "b"}, input, nil, mem)
	if err != nil {
		t.Fatal(err)
	}
	rows := batchOf(mem, 1, 2, 3)
	defer rows.Release()
	weights := []int8{1, -1, 1}
	emitted := 0
	err = op.Process(0, engine.Batch{Rows: rows, Weights: weights}, check(func(out engine.Batch) {
		emitted++
		if got := out.Rows.Column(0).String(); got != "[11 22 33]" || out.Rows.ColumnName(0) != "sum" {
			t.Errorf("%s is %s", out.Rows.ColumnName(0), got)
		}
		if out.Rows.Column(1).Data() != rows.Column(1).Data() {
			t.Error("a plain column was copied")
		}
		if &out.Weights[0] != &weights[0] {
			t.Error("weights did not pass on")
		}
	}))
	if err != nil || emitted != 1 {
		t.Errorf("error %v, %d batches", err, emitted)
	}
	if err := op.Advance(engine.MaxTime, check(func(engine.Batch) { t.Error("Advance emits") })); err != nil {
		t.Error(err)
	}
}

func TestNoColumns(t *testing.T) {
	op, err := New(nil, nil, input, nil, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	err = op.Process(0, engine.Batch{Rows: batchOf(memory.DefaultAllocator, 1, 2)}, check(func(out engine.Batch) {
		if out.Rows.NumRows() != 2 || out.Rows.NumCols() != 0 {
			t.Errorf("%d rows of %d columns, want 2 of 0", out.Rows.NumRows(), out.Rows.NumCols())
		}
	}))
	if err != nil {
		t.Error(err)
	}
}

func TestErrorsLeakNothing(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	op, err := New([]*plan.Expr{plan.Fn("+", bigint, a, b), plan.Fn("*", bigint, a, b)}, []string{"sum", "product"}, input, nil, mem)
	if err != nil {
		t.Fatal(err)
	}
	err = op.Process(0, engine.Batch{Rows: batchOf(memory.DefaultAllocator, 1, 1<<40)}, check(func(engine.Batch) { t.Error("emits") }))
	if err == nil || !strings.HasPrefix(err.Error(), "compute (a * b): overflow") {
		t.Errorf("error %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := New([]*plan.Expr{a}, nil, input, nil, memory.DefaultAllocator); err == nil {
		t.Error("an expression without a name is taken")
	}
	if _, err := New([]*plan.Expr{plan.Col(2, "c", bigint)}, []string{"c"}, input, nil, memory.DefaultAllocator); err == nil {
		t.Error("a column that is not there is taken")
	}
}

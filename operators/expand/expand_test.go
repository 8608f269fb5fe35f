package expand

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/streamtest"
)

// input has lists of any length, empty ones and NULLs among them, and NULL elements.
const input = `SELECT i::BIGINT AS id,
	CASE WHEN i % 5 > 0 THEN list_transform(range(i % 4), x -> CASE WHEN (x + i) % 3 > 0 THEN 't' || x END) END AS texts,
	CASE WHEN i % 7 > 0 THEN list_transform(range((i + 1) % 3), x -> x * i) END AS numbers
FROM range(200) r(i)`

var fields = []types.Field{
	{Name: "id", Type: types.Of(types.BigInt)}, {Name: "texts", Type: types.ListOf(types.Of(types.Varchar))},
	{Name: "numbers", Type: types.ListOf(types.Of(types.BigInt))},
}

// scan stands for what gives the rows.
var scan = &plan.Scan{Source: "t", Read: fields, EventTime: -1}

func list(column int) *plan.Expr { return plan.Col(column, fields[column].Name, fields[column].Type) }

// TestUnnest compares with DuckDB's UNNEST, of one list and of two side by side, over slices of any size.
func TestUnnest(t *testing.T) {
	o := streamtest.NewOracle(t)
	rows := o.Query(input)
	random := rand.New(rand.NewPCG(1, 2))
	for sql, lists := range map[string][]*plan.Expr{
		"SELECT *, unnest(texts) FROM (" + input + ")":                  {list(1)},
		"SELECT *, unnest(texts), unnest(numbers) FROM (" + input + ")": {list(1), list(2)},
	} {
		mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
		op, err := New(&plan.Expand{From: scan, Lists: lists, Names: make([]string, len(lists))}, nil, mem)
		streamtest.Must(t, err)
		out := &streamtest.Table{}
		for from := int64(0); from < rows.NumRows(); {
			to := min(rows.NumRows(), from+1+random.Int64N(20))
			part := rows.NewSlice(from, to)
			streamtest.Must(t, op.Process(0, engine.Batch{Rows: part}, out))
			part.Release()
			from = to
		}
		want := &streamtest.Table{}
		streamtest.Must(t, want.Emit(engine.Batch{Rows: o.Query(sql)}))
		if !slices.Equal(out.Sorted(), want.Sorted()) {
			t.Errorf("%s: %d rows, want %d", sql, len(out.Rows), len(want.Rows))
		}
		mem.AssertSize(t, 0)
	}
}

// weighed notes the weights of what is emitted.
type weighed struct {
	streamtest.Table
	all []int8
}

// Emit implements engine.Emitter.
func (w *weighed) Emit(b engine.Batch) error {
	w.all = append(w.all, b.Weights...)
	return w.Table.Emit(b)
}

// TestWeights: each row made of a list has the weight of the row that the list was in.
func TestWeights(t *testing.T) {
	o := streamtest.NewOracle(t)
	rows := o.Query("SELECT 1::BIGINT AS id, ['a', 'b'] AS texts, [1::BIGINT] AS numbers UNION ALL SELECT 2, ['c'], []")
	op, err := New(&plan.Expand{From: scan, Lists: []*plan.Expr{list(1)}, Names: []string{"x"}}, nil, memory.DefaultAllocator)
	streamtest.Must(t, err)
	out := &weighed{}
	streamtest.Must(t, op.Process(0, engine.Batch{Rows: rows}, out))
	streamtest.Must(t, op.Process(0, engine.Batch{Rows: rows, Weights: []int8{-1, 1}}, out))
	if want := []int8{-1, -1, 1}; !slices.Equal(out.all, want) {
		t.Errorf("weights %v, want %v", out.all, want)
	}
}

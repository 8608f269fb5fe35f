package duckdb

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
	"github.com/weirdb/weir/engine/types"
)

// domain holds the rows that the random test draws from: few, so that equal ones are frequent, and odd ones.
const domain = `(SELECT * FROM (VALUES
	(1, 'nan'::DOUBLE, NULL::VARCHAR, [1, NULL], {'x': 1, 'y': 'a'}), (1, 'nan', NULL, [1, NULL], {'x': 1, 'y': NULL}),
	(NULL, NULL, NULL, NULL, NULL), (2, 0.5, 'long enough not to be inlined', [], {'x': NULL, 'y': NULL}),
	(2, 'inf', '', [2, 3], NULL), (3, 1, 'x', NULL, {'x': 3, 'y': 'z'}), (3, 1, 'x', [NULL], {'x': 3, 'y': 'z'})) t(a, b, c, d, e))`

// TestCommitsKeepAMultiset commits random changes, some of which fail, and compares the table with a Go model after each.
func TestCommitsKeepAMultiset(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { keepsAMultiset(t, rand.New(rand.NewPCG(seed, 7))) })
	}
}

func keepsAMultiset(t *testing.T, random *rand.Rand) {
	rows := rowsOf(t, testSession(t), "FROM "+domain)
	s := testStore(t)
	shape, err := s.Query(ctx, "FROM "+domain, Limits{})
	check(t, err)
	check(t, s.CreateView(ctx, "v", shape.Columns()))
	shape.Release()
	model := make([]int, rows.NumRows())
	for range 60 {
		batches, sum := randomChange(random, rows, model)
		err := commit(s, "v", batches...)
		for _, b := range batches {
			b.Release()
		}
		possible := slices.Min(sum) >= 0
		if possible != (err == nil) {
			t.Fatalf("from %v to %v: %v", model, sum, err)
		}
		if possible {
			model = sum
		}
		if got := counts(t, s, rows); !slices.Equal(got, model) {
			t.Fatalf("the table has %v, want %v", got, model)
		}
	}
}

// randomChange makes one to three batches, and what the model would be after them.
func randomChange(random *rand.Rand, rows arrow.RecordBatch, model []int) ([]engine.Batch, []int) {
	sum := slices.Clone(model)
	var batches []engine.Batch
	appends := random.IntN(3) == 0
	for range 1 + random.IntN(3) {
		n := random.IntN(12)
		var parts []arrow.RecordBatch
		var weights []int8
		for range n {
			i, w := random.IntN(len(sum)), int8(1)
			if !appends && (random.IntN(2) == 0 && sum[i] > 0 || random.IntN(40) == 0) {
				w = -1
			}
			sum[i] += int(w)
			parts, weights = append(parts, rows.NewSlice(int64(i), int64(i)+1)), append(weights, w)
		}
		if n == 0 {
			parts = append(parts, rows.NewSlice(0, 0))
		}
		if appends {
			weights = nil
		}
		joined, err := concat(rows.Schema(), parts, memory.DefaultAllocator)
		if err != nil {
			panic(err)
		}
		releaseAll(parts)
		batches = append(batches, engine.Batch{Rows: joined, Weights: weights})
	}
	return batches, sum
}

// counts tells how often each row of the domain is in the table.
func counts(t *testing.T, s *Store, rows arrow.RecordBatch) []int {
	found := map[string]int{}
	table := answer(t, s, "FROM v")
	for i := range int(table.NumRows()) {
		found[rowText(table, i)]++
	}
	out := make([]int, rows.NumRows())
	for i := range out {
		out[i] = found[rowText(rows, i)]
		delete(found, rowText(rows, i))
	}
	if len(found) > 0 {
		t.Fatalf("the table has rows from nowhere: %v", found)
	}
	return out
}

func rowText(rows arrow.RecordBatch, i int) string {
	var b strings.Builder
	for _, c := range rows.Columns() {
		b.WriteString(cell(c, i) + "|")
	}
	return b.String()
}

// Rows that are equal for DuckDB but not the same keep their own values, and their order.
func TestEqualRowsStayThemselves(t *testing.T) {
	s := testStore(t)
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "i", Type: types.Of(types.Interval)}}))
	rows := rowsOf(t, testSession(t), "SELECT unnest([INTERVAL '2 days', INTERVAL '1 month', INTERVAL '30 days', INTERVAL '1 day', INTERVAL '1 day'])")
	check(t, commit(s, "v", engine.Batch{Rows: rows, Weights: []int8{1, 1, 1, 1, -1}}))
	if got := strings.Join(texts(t, s, "SELECT i::VARCHAR FROM v"), ", "); got != "2 days, 1 month, 30 days" {
		t.Errorf("the table has %s", got)
	}
}

func TestCommitLeaksNothing(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	s := testStore(t)
	columns := []types.Field{{Name: "a", Type: types.Of(types.BigInt)}, {Name: "s", Type: types.StructOf(types.Field{Name: "t", Type: types.Of(types.Varchar)})}}
	check(t, s.CreateView(ctx, "v", columns))
	s.SetSinks(map[string][]string{"v": {"out"}})
	b := array.NewRecordBuilder(mem, types.Schema(columns))
	for i := range 5000 {
		b.Field(0).(*array.Int64Builder).Append(int64(i))
		b.Field(1).(*array.StructBuilder).Append(true)
		b.Field(1).(*array.StructBuilder).FieldBuilder(0).(*array.StringBuilder).Append("some text " + fmt.Sprint(i))
	}
	rows := b.NewRecordBatch()
	b.Release()
	part := rows.NewSlice(3, 4800)
	weights := slices.Repeat([]int8{-1}, int(part.NumRows()))
	check(t, commit(s, "v", engine.Batch{Rows: rows}))
	check(t, commit(s, "v", engine.Batch{Rows: part, Weights: weights}))
	if err := commit(s, "v", engine.Batch{Rows: part, Weights: weights}); err == nil {
		t.Error("rows were taken back twice")
	}
	part.Release()
	rows.Release()
	mem.AssertSize(t, 0)
	if got := texts(t, s, "SELECT count(*) FROM v")[0]; got != "203" {
		t.Errorf("%s rows are left, want 203", got)
	}
}

func TestChangesOfOneViewAreMerged(t *testing.T) {
	s := testStore(t)
	s.SetSinks(map[string][]string{"v": {"out"}})
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "a", Type: types.Of(types.Integer)}}))
	one := rowsOf(t, testSession(t), "SELECT 1 AS a")
	add, take := engine.Batch{Rows: one}, engine.Batch{Rows: one, Weights: []int8{-1}}
	change := func(b engine.Batch) engine.Change { return engine.Change{View: "v", Batches: []engine.Batch{b}} }
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1, Changes: []engine.Change{change(take), change(add), change(add)}}))
	if got := texts(t, s, "FROM v"); len(got) != 1 {
		t.Errorf("the table has %v", got)
	}
	if b := s.Backlog("out"); b.Epochs != 1 {
		t.Errorf("%d deliveries of one epoch", b.Epochs)
	}
}

package rowstore_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/rowstore"
)

var columns = []types.Field{
	{Name: "n", Type: types.Of(types.BigInt)}, {Name: "s", Type: types.Of(types.Varchar)}, {Name: "none", Type: types.Of(types.Null)},
}

// rows holds the numbers from from up to to, odd ones without a text.
func rows(mem memory.Allocator, from, to int64) arrow.RecordBatch {
	b := array.NewRecordBuilder(mem, types.Schema(columns))
	defer b.Release()
	for n := from; n < to; n++ {
		b.Field(0).(*array.Int64Builder).Append(n)
		if n%2 == 0 {
			b.Field(1).(*array.StringBuilder).Append(strconv.FormatInt(n, 10))
		} else {
			b.Field(1).AppendNull()
		}
		b.Field(2).AppendNull()
	}
	return b.NewRecordBatch()
}

// TestRowsStayWhereTheRefsSay adds, takes, drops and compacts at random, and knows which number each Ref stands for.
func TestRowsStayWhereTheRefsSay(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	r := rand.New(rand.NewPCG(1, 1))
	s := rowstore.New(types.Schema(columns), mem)
	var refs []rowstore.Ref
	var numbers []int64
	next, compacted := int64(0), 0
	for range 3000 {
		n := r.Int64N(40)
		batch := rows(mem, next, next+n)
		index := []int32{}
		for i := range int32(n) {
			if r.IntN(3) > 0 {
				index = append(index, i)
			}
		}
		at := s.Next()
		for i, x := range index {
			refs, numbers = append(refs, at+rowstore.Ref(i)), append(numbers, next+int64(x))
		}
		s.Add(batch, index)
		batch.Release()
		next += n
		refs, numbers = drop(s, r, refs, numbers)
		if s.Crowded() {
			s.Compact(slices.Values([][]rowstore.Ref{refs}))
			compacted++
		}
		check(t, s, r, refs, numbers, mem)
	}
	if compacted < 10 {
		t.Fatalf("compacted %d times", compacted)
	}
	s.Release()
}

// drop forgets many or few rows, or all.
func drop(s *rowstore.Store, r *rand.Rand, refs []rowstore.Ref, numbers []int64) ([]rowstore.Ref, []int64) {
	limit := r.IntN(20) + len(refs)/(1+r.IntN(200))
	var kept []rowstore.Ref
	var left []int64
	for i, at := range r.Perm(len(refs)) {
		if i < limit {
			s.Drop(refs[at : at+1])
			continue
		}
		kept, left = append(kept, refs[at]), append(left, numbers[at])
	}
	return kept, left
}

func check(t *testing.T, s *rowstore.Store, r *rand.Rand, refs []rowstore.Ref, numbers []int64, mem memory.Allocator) {
	t.Helper()
	if s.Len() != len(refs) {
		t.Fatalf("holds %d rows, should hold %d", s.Len(), len(refs))
	}
	from := r.IntN(len(refs) + 1)
	to := min(len(refs), from+r.IntN(50))
	got := s.Take(refs[from:to], mem)
	defer got.Release()
	for i, want := range numbers[from:to] {
		text := "(null)"
		if want%2 == 0 {
			text = strconv.FormatInt(want, 10)
		}
		if n := got.Column(0).(*array.Int64).Value(i); n != want || got.Column(1).ValueStr(i) != text {
			t.Fatalf("row %d is %d, %s; want %d", i, n, got.Column(1).ValueStr(i), want)
		}
	}
}

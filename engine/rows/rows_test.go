package rows

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

func TestWithout(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	schema := arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n := r.IntN(12)
		b := array.NewRecordBuilder(mem, schema)
		var gone []int
		var want []int64
		for i := range n {
			b.Field(0).(*array.Int64Builder).Append(int64(i))
			if r.IntN(3) == 0 {
				gone = append(gone, i)
			} else {
				want = append(want, int64(i))
			}
		}
		batch := b.NewRecordBatch()
		b.Release()
		got, kept, err := Without(batch, gone)
		if err != nil {
			t.Fatal(err)
		}
		if values := got.Column(0).(*array.Int64).Int64Values(); !slices.Equal(values, want) || len(kept) != len(want) {
			t.Fatalf("%d rows without %v: got %v, kept %v, want %v", n, gone, values, kept, want)
		}
		for i, k := range kept {
			if int64(k) != want[i] {
				t.Fatalf("kept %v, want %v", kept, want)
			}
		}
		got.Release()
		batch.Release()
	}
}

package keys

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// TestKeepNumbersAnew keeps some keys of each kind of table.
func TestKeepNumbersAnew(t *testing.T) {
	ints, texts := array.NewInt64Builder(memory.DefaultAllocator), array.NewStringBuilder(memory.DefaultAllocator)
	floats := array.NewFloat64Builder(memory.DefaultAllocator)
	ints.AppendValues([]int64{7, 8, 0, 9}, []bool{true, true, false, true})
	texts.AppendValues([]string{"a", "", "", "a text longer than a digest"}, []bool{true, true, false, true})
	floats.AppendValues([]float64{1, 2, 0, 3}, []bool{true, true, false, true})
	a, b, c := ints.NewArray(), texts.NewArray(), floats.NewArray()
	for _, columns := range [][]arrow.Array{{a}, {b}, {a, a}, {c}, {a, b, c}} {
		var layouts []arrow.DataType
		for _, x := range columns {
			layouts = append(layouts, x.DataType())
		}
		table, err := New(layouts)
		if err != nil {
			t.Fatal(err)
		}
		groups := make([]uint32, 4)
		table.Find(columns, []uint32{0, 1, 2, 3}, groups)
		table.Keep([]uint32{1, 2})
		table.Find(columns, []uint32{2, 3, 1, 0}, groups)
		for i, want := range []uint32{1, 2, 0, 3} {
			if groups[i] != want {
				t.Fatalf("%v: groups %v", layouts, groups)
			}
		}
	}
}

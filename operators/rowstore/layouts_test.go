package rowstore_test

import (
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/rowstore"
)

// TestEveryLayout keeps a column of each type, and of lists and structs of it.
func TestEveryLayout(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	var fields []types.Field
	for id := types.Null; id <= types.JSON; id++ {
		of := types.Of(id)
		if id == types.Decimal {
			of = types.DecimalOf(9, 2)
		}
		fields = append(fields, types.Field{Name: of.String(), Type: of}, types.Field{Name: "list", Type: types.ListOf(of)},
			types.Field{Name: "map", Type: types.MapOf(types.Of(types.Varchar), of)},
			types.Field{Name: "struct", Type: types.StructOf(types.Field{Name: "a", Type: of})})
	}
	s := rowstore.New(types.Schema(fields), mem)
	refs := []rowstore.Ref{}
	for range 3 {
		batch := nulls(types.Schema(fields), mem, 2)
		refs = append(refs, s.Next(), s.Next()+1)
		s.Add(batch, []int32{0, 1})
		batch.Release()
	}
	for _, order := range [][]int{{0, 1, 2, 3, 4, 5}, {5, 0, 4, 1, 3, 2}} {
		picked := make([]rowstore.Ref, len(order))
		for i, at := range order {
			picked[i] = refs[at]
		}
		got := s.Take(picked, mem)
		for i, c := range got.Columns() {
			if c.Len() != 6 || c.NullN() != 6 && c.DataType().ID() != arrow.NULL {
				t.Fatalf("%s: %v", got.ColumnName(i), c)
			}
		}
		got.Release()
		s.Compact(slices.Values([][]rowstore.Ref{refs}))
	}
	s.Release()
}

func nulls(schema *arrow.Schema, mem memory.Allocator, n int) arrow.RecordBatch {
	columns := make([]arrow.Array, schema.NumFields())
	for i := range columns {
		b := array.NewBuilder(mem, schema.Field(i).Type)
		defer b.Release()
		b.AppendNulls(n)
		columns[i] = b.NewArray()
		defer columns[i].Release()
	}
	return array.NewRecordBatch(schema, columns, int64(n))
}

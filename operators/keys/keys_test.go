package keys

import (
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// columns are arrays of 6 rows as JSON, of every kind of layout. Row 5 repeats row 0.
var columns = []struct {
	layout arrow.DataType
	json   string
}{
	{arrow.FixedWidthTypes.Boolean, `[true, false, null, false, true, true]`},
	{arrow.PrimitiveTypes.Int8, `[-1, 127, null, 0, 3, -1]`},
	{arrow.PrimitiveTypes.Uint64, `[1, 2, null, 0, 3, 1]`},
	{arrow.PrimitiveTypes.Float64, `[1.5, -2, null, 0, 3, 1.5]`},
	{arrow.FixedWidthTypes.Date32, `["2024-01-01", "1960-02-03", null, "1970-01-01", "1970-01-02", "2024-01-01"]`},
	{arrow.BinaryTypes.String, `["", "b", null, "a long text", "x", ""]`},
	{&arrow.Decimal128Type{Precision: 38}, `["-5", "7", null, "0", "99999999999999999999", "-5"]`},
	{arrow.ListOf(arrow.BinaryTypes.String), `[["a"], ["a", null], null, [], ["", "b"], ["a"]]`},
	{arrow.StructOf(arrow.Field{Name: "a", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
		arrow.Field{Name: "b", Type: arrow.ListOf(arrow.PrimitiveTypes.Int16), Nullable: true}),
		`[{"a": 1, "b": [2]}, {"a": null, "b": null}, null, {"a": 1, "b": []}, {"a": 0, "b": [2]}, {"a": 1, "b": [2]}]`},
	{arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int32), `[[{"key": "a", "value": 1}], [], null,
		[{"key": "a", "value": null}], [{"key": "b", "value": 1}, {"key": "a", "value": 1}], [{"key": "a", "value": 1}]]`},
	{arrow.ListOf(arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int32)), `[[[{"key": "a", "value": 1}], null], [], null,
		[null], [[]], [[{"key": "a", "value": 1}], null]]`},
}

func fromJSON(t *testing.T, layout arrow.DataType, json string) arrow.Array {
	t.Helper()
	a, _, err := array.FromJSON(memory.DefaultAllocator, layout, strings.NewReader(json))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestKeysComeBack finds sliced columns, alone and with a second one, and appends the keys again.
func TestKeysComeBack(t *testing.T) {
	for _, c := range columns {
		a := fromJSON(t, c.layout, c.json)
		n := fromJSON(t, arrow.PrimitiveTypes.Int32, `[1, 1, null, 2, 2, 1]`)
		for from := range a.Len() {
			part, second := array.NewSlice(a, int64(from), 6), array.NewSlice(n, int64(from), 6)
			comeBack(t, part)
			comeBack(t, part, second)
			comeBack(t, second, part, second)
		}
	}
}

func comeBack(t *testing.T, columns ...arrow.Array) {
	t.Helper()
	var layouts []arrow.DataType
	var builders []array.Builder
	for _, c := range columns {
		layouts = append(layouts, c.DataType())
		builders = append(builders, array.NewBuilder(memory.DefaultAllocator, c.DataType()))
	}
	table, err := New(layouts)
	if err != nil {
		t.Fatal(err)
	}
	n := columns[0].Len()
	groups := make([]uint32, n)
	table.Find(columns, Iota(nil, n), groups)
	if n == 6 && groups[5] != groups[0] {
		t.Errorf("%s: equal rows are groups %v", layouts, groups)
	}
	table.Append(builders, groups)
	for i, c := range columns {
		if back := builders[i].NewArray(); !array.Equal(back, c) {
			t.Errorf("%s: column %d is %s, was %s", layouts, i, back, c)
		}
	}
}

func TestOwnersSeparateKeys(t *testing.T) {
	for _, c := range columns {
		a := fromJSON(t, c.layout, c.json)
		table, err := New([]arrow.DataType{c.layout})
		if err != nil {
			t.Fatal(err)
		}
		rows, ids := []uint32{0, 2, 5, 0, 2}, make([]uint32, 5)
		table.FindOwned([]arrow.Array{a}, []uint32{0, 0, 0, 7, 7}, rows, ids)
		for i, want := range []uint32{0, 1, 0, 2, 3} {
			if ids[i] != want {
				t.Fatalf("%s: numbers %v", c.layout, ids)
			}
		}
		if table.Len() != 4 || table.Owner(1) != 0 || table.Owner(3) != 7 {
			t.Errorf("%s: %d keys, owners %d and %d", c.layout, table.Len(), table.Owner(1), table.Owner(3))
		}
		table.Reset()
		table.FindOwned([]arrow.Array{a}, []uint32{3}, rows[1:2], ids[:1])
		if table.Len() != 1 || ids[0] != 0 || table.Owner(0) != 3 {
			t.Errorf("%s: keys stay after Reset", c.layout)
		}
	}
}

// TestHashesStay holds the hashes to what they were: state on disk is divided among shards by them.
func TestHashesStay(t *testing.T) {
	var all uint64
	out := make([]uint64, 6)
	for _, c := range columns {
		Hash([]arrow.Array{fromJSON(t, c.layout, c.json)}, out)
		for _, h := range out {
			all = all*31 + h
		}
	}
	const was = 0xa7a61ec02f773281
	if all != was {
		t.Errorf("the hashes are %#x together, were %#x", all, uint64(was))
	}
}

func TestUnknownLayout(t *testing.T) {
	if _, err := New([]arrow.DataType{arrow.FixedWidthTypes.Duration_s}); err == nil || !strings.Contains(err.Error(), "duration") {
		t.Fatalf("error %v", err)
	}
}

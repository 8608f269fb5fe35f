package json

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

func records(texts ...string) []engine.Record {
	out := make([]engine.Record, len(texts))
	for i, text := range texts {
		out[i].Value = []byte(text)
	}
	return out
}

func mustDecode(t testing.TB, d engine.Decoder, in []engine.Record) engine.Decoded {
	t.Helper()
	out, err := d.Decode(in)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Rows.Release)
	return out
}

func bigints(t testing.TB, d engine.Decoded, column int) []int64 {
	t.Helper()
	return slices.Clone(d.Rows.Column(column).(*array.Int64).Int64Values())
}

var bigintV = []types.Field{field("v", types.Of(types.BigInt))}

func TestSpecMakesDecoders(t *testing.T) {
	f, err := Spec.New(engine.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.NewDecoder([]types.Field{field("b", types.Of(types.BigInt)), field("a", types.Of(types.BigInt))})
	if err != nil {
		t.Fatal(err)
	}
	got := mustDecode(t, d, records(`{"a":1,"b":2}`, `{"b":4,"a":3}`))
	if b, a := bigints(t, got, 0), bigints(t, got, 1); !slices.Equal(b, []int64{2, 4}) || !slices.Equal(a, []int64{1, 3}) {
		t.Errorf("b = %v, a = %v", b, a)
	}
	if got.Record != nil || got.Rejects != nil {
		t.Errorf("records %v, rejects %v: want none, every record is a row", got.Record, got.Rejects)
	}
	if want := "b, a"; got.Rows.ColumnName(0)+", "+got.Rows.ColumnName(1) != want {
		t.Errorf("schema %s, want columns %s", got.Rows.Schema(), want)
	}
}

// Good records of a batch decode whatever stands between them, and every row and reject names its record.
func TestRejectsLeaveTheOthers(t *testing.T) {
	d := mustDecoder(t, bigintV, newTestEvaluator(t))
	got := mustDecode(t, d, records(`{"v":0}`, `{"v":"abc"}`, `{"v":" 2 "}`, ``, `{"v":{"x":4}}`, `{"v":5}`, `{"v":6`, `{"v":"q"}`, `{"v":8}`))
	if v := bigints(t, got, 0); !slices.Equal(v, []int64{0, 2, 5, 8}) || !slices.Equal(got.Record, []int32{0, 2, 5, 8}) {
		t.Errorf("rows %v of records %v", v, got.Record)
	}
	want := []engine.Reject{
		{Record: 1, Reason: `column v: cannot read "abc" as BIGINT`},
		{Record: 4, Reason: `column v: cannot read {"x":4} as BIGINT`},
		{Record: 6, Reason: `not JSON: unexpected end at byte 6`},
		{Record: 7, Reason: `column v: cannot read "q" as BIGINT`},
	}
	if !slices.Equal(got.Rejects, want) {
		t.Errorf("rejects %v\nwant %v", got.Rejects, want)
	}
}

func TestReasons(t *testing.T) {
	columns := []types.Field{
		field("place", types.StructOf(field("floor", types.Of(types.Integer)))), field("tags", types.ListOf(types.Of(types.Date))),
		field("m", types.MapOf(types.Of(types.Integer), types.Of(types.Integer))), field("d", types.DecimalOf(4, 1)),
	}
	d := mustDecoder(t, columns, newTestEvaluator(t))
	for record, want := range map[string]string{
		`{"place":{"floor":"x"}}`:           `column place.floor: cannot read "x" as INTEGER`,
		`{"place":[1]}`:                     `column place: cannot read [1] as STRUCT("floor" INTEGER)`,
		`{"place":{"floor":1,"floor":1}}`:   `column place.floor: its key stands twice in one object`,
		`{"d":1,"d":1}`:                     `column d: its key stands twice in one object`,
		`{"tags":["2024-01-01",7]}`:         `column tags: cannot read 7 as DATE`,
		`{"tags":["2024-01-01","x"]}`:       `column tags: cannot read "x" as DATE`,
		`{"m":{"1":1,"x":2}}`:               `column m: cannot read "x" as INTEGER`,
		`{"m":{"1":1," 1 ":2}}`:             `column m: a key stands twice in one map`,
		`{"d":1000}`:                        `column d: cannot read 1000 as DECIMAL(4,1)`,
		`{"d":1,"x":[1 2]}`:                 `not JSON: expected ',' or ']' at byte 14`,
		`[1]`:                               `not an object: [1]; a record is one object, of which a file has one a line, without a list around them`,
		`[`:                                 `not an object: [; a record is one object, of which a file has one a line, without a list around them`,
		`{"d":1} x`:                         `not JSON: unexpected text after the object at byte 8`,
		`{"d":"` + strings.Repeat("é", 80):  `not JSON: unexpected end at byte 166`,
		`"` + strings.Repeat("é", 80) + `"`: `not an object: "` + strings.Repeat("é", 39) + `…`,
		"{\"d\":\"\xff\"}":                  `not JSON: invalid UTF-8 in the string at byte 6`,
	} {
		got := mustDecode(t, d, records(record))
		if len(got.Rejects) != 1 || got.Rejects[0].Reason != want {
			t.Errorf("%s: rejects %v, want %s", record, got.Rejects, want)
		}
	}
}

// Odd values of a batch go to DuckDB together, once for each column, and once more if a record has to be left out.
func TestOddValuesAreConvertedTogether(t *testing.T) {
	eval := newTestEvaluator(t)
	d := mustDecoder(t, bigintV, eval)
	for _, c := range []struct {
		in    []engine.Record
		calls int
	}{
		{records(`{"v":1}`, `{"v":"2"}`), 0},
		{records(`{"v":" 1 "}`, `{"v":"0x2"}`, `{"v":3}`), 1},
		{records(`{"v":" 1 "}`, `{"v":"x"}`, `{"v":" 3 "}`), 2},
	} {
		eval.calls = 0
		mustDecode(t, d, c.in)
		if eval.calls != c.calls {
			t.Errorf("%s: DuckDB was asked %d times, want %d", c.in[0].Value, eval.calls, c.calls)
		}
	}
}

// A many-keyed map, and one batch's rows after the decoder has gone on to the next.
func TestBatchesAreIndependent(t *testing.T) {
	columns := []types.Field{field("v", types.ListOf(types.Of(types.Varchar))), field("m", types.MapOf(types.Of(types.Varchar), types.Of(types.BigInt)))}
	d := mustDecoder(t, columns, nil)
	var keys []string
	for c := 'a'; c <= 'z'; c++ {
		keys = append(keys, `"`+string(c)+`":1`)
	}
	many := strings.Join(keys, ",")
	first := mustDecode(t, d, records(`{"v":["a","b"],"m":{`+many+`}}`, `{"v":null}`, `{"m":{`+many+`,"a":2}}`))
	before := first.Rows.Column(0).String() + first.Rows.Column(1).String()
	second := mustDecode(t, d, records(`{"v":["x"],"m":{"z":3}}`, `{"v":["y","z"]}`))
	if after := first.Rows.Column(0).String() + first.Rows.Column(1).String(); after != before {
		t.Errorf("the first batch became %s, was %s", after, before)
	}
	if len(first.Rejects) != 1 || first.Rejects[0].Record != 2 {
		t.Errorf("rejects %v, want record 2: a stands twice", first.Rejects)
	}
	if got, want := second.Rows.Column(0).String(), `[["x"] ["y" "z"]]`; got != want {
		t.Errorf("second batch %s, want %s", got, want)
	}
}

func TestNoColumnsStillCountsRows(t *testing.T) {
	got := mustDecode(t, mustDecoder(t, nil, nil), records(`{"a":1}`, `{`, `{}`))
	if got.Rows.NumRows() != 2 || got.Rows.NumCols() != 0 || len(got.Rejects) != 1 {
		t.Errorf("%d rows, rejects %v", got.Rows.NumRows(), got.Rejects)
	}
}

func TestNoRecords(t *testing.T) {
	for _, typ := range testTypes() {
		got := mustDecode(t, mustDecoder(t, []types.Field{field("v", typ)}, nil), nil)
		if got.Rows.NumRows() != 0 || !arrow.TypeEqual(got.Rows.Column(0).DataType(), typ.Arrow()) {
			t.Errorf("%s: %s", typ, got.Rows)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	if _, err := newDecoder([]types.Field{field("m", types.MapOf(types.ListOf(types.Of(types.Date)), types.Of(types.Date)))}, "", nil); err == nil {
		t.Error("a map whose keys are lists was taken")
	}
	d := mustDecoder(t, bigintV, nil)
	if _, err := d.Decode(records(`{"v":" 1 "}`)); err == nil || !strings.Contains(err.Error(), "column v") {
		t.Errorf("without an evaluator: %v", err)
	}
	d = mustDecoder(t, bigintV, failing{})
	if _, err := d.Decode(records(`{"v":" 1 "}`)); !errors.Is(err, errBroken) {
		t.Errorf("a broken evaluator: %v", err)
	}
	got := mustDecode(t, d, records(`{"v":1}`))
	if v := bigints(t, got, 0); !slices.Equal(v, []int64{1}) {
		t.Errorf("after an error: %v", v)
	}
	large := make([]byte, mostBytes/2+1)
	if _, err := d.Decode([]engine.Record{{Value: large}, {Value: large}}); err == nil {
		t.Error("a batch beyond the bound was taken")
	}
}

var errBroken = errors.New("broken")

type failing struct{}

func (failing) Eval([]string, *arrow.Schema, arrow.RecordBatch) (arrow.RecordBatch, error) {
	return nil, errBroken
}

// Deep nesting costs memory in proportion, not stack.
func TestDeepNesting(t *testing.T) {
	const depth = 1 << 20
	deep := `{"v":1,"x":` + strings.Repeat(`[{"a":`, depth) + `1` + strings.Repeat(`}]`, depth) + `}`
	got := mustDecode(t, mustDecoder(t, append(bigintV, field("x", types.Of(types.JSON))), nil), records(deep, deep[:len(deep)-2]))
	if got.Rows.NumRows() != 1 || len(got.Rejects) != 1 {
		t.Errorf("%d rows, %d rejects", got.Rows.NumRows(), len(got.Rejects))
	}
	if x := got.Rows.Column(1).(*array.String).Value(0); x != deep[len(`{"v":1,"x":`):len(deep)-1] {
		t.Error("the nested value has changed")
	}
}

// Memory is allocated for a batch, never for a record.
func TestAllocationsDoNotGrowWithRecords(t *testing.T) {
	columns := append(bidColumns(), field("place", types.StructOf(field("floor", types.Of(types.Integer)))),
		field("price2", types.DecimalOf(10, 2)), field("tags", types.ListOf(types.Of(types.Varchar))), field("raw", types.Of(types.JSON)))
	d := mustDecoder(t, columns, nil)
	allocations := func(records int) float64 {
		in := bids(records, `,"place":{"floor":3,"x":[1]},"price2":12.5,"tags":["a\n","b"],"raw":{"a" : 1.50}`)
		return testing.AllocsPerRun(5, func() {
			out, err := d.Decode(in)
			if err != nil || out.Rejects != nil {
				t.Fatal(err, out.Rejects)
			}
			out.Rows.Release()
		})
	}
	few, many := allocations(100), allocations(4000)
	if many > few+100 {
		t.Errorf("%v allocations for 100 records, %v for 4000", few, many)
	}
}

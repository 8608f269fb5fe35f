package lines

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/duckdb/duckdb-go/v2"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// duck runs queries in a DuckDB of its own and returns Arrow batches.
type duck struct {
	conn  driver.Conn
	arrow *duckdb.Arrow
}

func openDuck(t *testing.T) *duck {
	t.Helper()
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := connector.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	a, err := duckdb.NewArrowFromConn(conn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(); connector.Close() })
	d := &duck{conn, a}
	d.row(t, "SET TimeZone='UTC'", func(arrow.RecordBatch) {})
	return d
}

func (d *duck) row(t *testing.T, query string, use func(arrow.RecordBatch)) {
	t.Helper()
	rows, err := d.arrow.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Release()
	for rows.Next() {
		use(rows.RecordBatch())
	}
}

func (d *duck) text(t *testing.T, expr string) (text string, null bool) {
	t.Helper()
	d.row(t, "SELECT CAST("+expr+" AS VARCHAR)", func(b arrow.RecordBatch) {
		column := b.Column(0).(*array.String)
		text, null = strings.Clone(column.Value(0)), column.IsNull(0)
	})
	return text, null
}

func field(name string, id types.ID) types.Field { return types.Field{Name: name, Type: types.Of(id)} }

// scalars are DuckDB expressions with the type that they have.
var scalars = []struct {
	expr string
	typ  types.Type
}{
	{"true", types.Of(types.Boolean)}, {"false", types.Of(types.Boolean)}, {"NULL::BOOLEAN", types.Of(types.Boolean)},
	{"(-128)::TINYINT", types.Of(types.TinyInt)}, {"255::UTINYINT", types.Of(types.UTinyInt)},
	{"(-32768)::SMALLINT", types.Of(types.SmallInt)}, {"65535::USMALLINT", types.Of(types.USmallInt)},
	{"(-2147483648)::INTEGER", types.Of(types.Integer)}, {"4294967295::UINTEGER", types.Of(types.UInteger)},
	{"(-9223372036854775808)::BIGINT", types.Of(types.BigInt)}, {"18446744073709551615::UBIGINT", types.Of(types.UBigInt)},
	{"0::HUGEINT", types.Of(types.HugeInt)}, {"10000000000000000000::HUGEINT", types.Of(types.HugeInt)},
	{"18446744073709551616::HUGEINT", types.Of(types.HugeInt)}, {"100000000000000000000000000000000000001::HUGEINT", types.Of(types.HugeInt)},
	{"170141183460469231731687303715884105727::HUGEINT", types.Of(types.HugeInt)},
	{"'-170141183460469231731687303715884105728'::HUGEINT", types.Of(types.HugeInt)},
	{"12345678901234567890123456789012345.678::DECIMAL(38,3)", types.DecimalOf(38, 3)},
	{"'-1.0000000000000000000000000000000000012'::DECIMAL(38,37)", types.DecimalOf(38, 37)},
	{"1e38::DOUBLE", types.Of(types.Double)}, {"1::DOUBLE", types.Of(types.Double)}, {"'-0'::DOUBLE", types.Of(types.Double)},
	{"0.1::DOUBLE", types.Of(types.Double)}, {"1e15::DOUBLE", types.Of(types.Double)}, {"1e16::DOUBLE", types.Of(types.Double)},
	{"1e-4::DOUBLE", types.Of(types.Double)}, {"1.5e-5::DOUBLE", types.Of(types.Double)}, {"5e-324::DOUBLE", types.Of(types.Double)},
	{"1.7976931348623157e308::DOUBLE", types.Of(types.Double)}, {"0.5::FLOAT", types.Of(types.Float)}, {"16777216::FLOAT", types.Of(types.Float)},
	{"''", types.Of(types.Varchar)}, {"'plain'", types.Of(types.Varchar)}, {"'a\"b\\c/é\u2028<'", types.Of(types.Varchar)},
	{"chr(1)||chr(8)||chr(9)||chr(10)||chr(12)||chr(13)||chr(31)||chr(127)", types.Of(types.Varchar)},
	{"'ab\\x00\\xFF\\x22\\x5C\\x27 ~\\x7F'::BLOB", types.Of(types.Blob)}, {"''::BLOB", types.Of(types.Blob)},
	{"DATE '2024-02-29'", types.Of(types.Date)}, {"DATE '0001-01-01'", types.Of(types.Date)}, {"DATE '0044-03-15 (BC)'", types.Of(types.Date)},
	{"DATE '12024-01-02'", types.Of(types.Date)}, {"DATE 'infinity'", types.Of(types.Date)}, {"DATE '-infinity'", types.Of(types.Date)},
	{"TIME '03:04:05'", types.Of(types.Time)}, {"TIME '23:59:59.999999'", types.Of(types.Time)}, {"TIME '00:00:00.1'", types.Of(types.Time)},
	{"TIMESTAMP '2024-01-02 03:04:05'", types.Of(types.Timestamp)}, {"TIMESTAMP '1969-12-31 23:59:59.999999'", types.Of(types.Timestamp)},
	{"TIMESTAMP '2024-01-02 03:04:05.000120'", types.Of(types.Timestamp)}, {"TIMESTAMP '0044-03-15 (BC) 01:02:03'", types.Of(types.Timestamp)},
	{"TIMESTAMP 'infinity'", types.Of(types.Timestamp)}, {"TIMESTAMP '-infinity'", types.Of(types.Timestamp)},
	{"TIMESTAMP_S '1960-01-02 03:04:05'", types.Of(types.TimestampS)}, {"TIMESTAMP_MS '2024-01-02 03:04:05.25'", types.Of(types.TimestampMS)},
	{"TIMESTAMP_NS '2024-01-02 03:04:05.123456789'", types.Of(types.TimestampNS)}, {"TIMESTAMP_NS '1969-12-31 23:59:59.999999999'", types.Of(types.TimestampNS)},
	{"TIMESTAMPTZ '2024-01-02 03:04:05.5+02'", types.Of(types.TimestampTZ)},
	{"INTERVAL '1 year 2 months 3 days 4 hours 5.5 seconds'", types.Of(types.Interval)}, {"INTERVAL '-14 months'", types.Of(types.Interval)},
	{"INTERVAL '0 seconds'", types.Of(types.Interval)}, {"INTERVAL '-1 day -4 hours'", types.Of(types.Interval)},
	{"INTERVAL '100 hours'", types.Of(types.Interval)}, {"INTERVAL '12 months -0.5 seconds'", types.Of(types.Interval)},
}

// nested are DuckDB expressions whose JSON and DuckDB's agree byte for byte.
var nested = []struct {
	expr string
	typ  types.Type
}{
	{"'{\"a\": [1, 2.5, \" x \"]}'::JSON", types.Of(types.JSON)}, {"'[1,2]'::JSON", types.Of(types.JSON)}, {"'null'::JSON", types.Of(types.JSON)},
	{"{'a': 1, 'b': NULL::VARCHAR, 'c \"d': [1, NULL]}", types.StructOf(field("a", types.Integer), field("b", types.Varchar),
		types.Field{Name: `c "d`, Type: types.ListOf(types.Of(types.Integer))})},
	{"[[1.5::DOUBLE], [], NULL]", types.ListOf(types.ListOf(types.Of(types.Double)))}, {"NULL::INTEGER[]", types.ListOf(types.Of(types.Integer))},
	{"[TIMESTAMP '2024-01-02 03:04:05']", types.ListOf(types.Of(types.Timestamp))},
	{"MAP {'x\"': 1, 'y': NULL}", types.MapOf(types.Of(types.Varchar), types.Of(types.Integer))},
	{"MAP {DATE '2024-01-01': [1]}", types.MapOf(types.Of(types.Date), types.ListOf(types.Of(types.Integer)))},
	{"MAP {1.5::DOUBLE: {'k': true}}", types.MapOf(types.Of(types.Double), types.StructOf(field("k", types.Boolean)))},
	{"[MAP {INTERVAL '1 day': 1}]", types.ListOf(types.MapOf(types.Of(types.Interval), types.Of(types.Integer)))},
}

func TestScalarTextIsDuckDBs(t *testing.T) {
	d := openDuck(t)
	for _, c := range scalars {
		want, null := d.text(t, c.expr)
		d.row(t, "SELECT "+c.expr, func(b arrow.RecordBatch) {
			got := ""
			if !b.Column(0).IsNull(0) {
				got = string(appendScalar(nil, &c.typ, b.Column(0), 0))
			}
			if got != want || null != b.Column(0).IsNull(0) {
				t.Errorf("%s as text: got %q, DuckDB %q", c.expr, got, want)
			}
		})
	}
}

func TestJSONIsDuckDBs(t *testing.T) {
	d := openDuck(t)
	for _, c := range append(scalars, nested...) {
		want, null := d.text(t, "to_json("+c.expr+")")
		if null {
			want = "null"
		}
		d.row(t, "SELECT "+c.expr, func(b arrow.RecordBatch) {
			got := string(appendValue(nil, &c.typ, b.Column(0), 0))
			if !sameJSON(&c.typ, got, want) {
				t.Errorf("%s as JSON: got %s, DuckDB %s", c.expr, got, want)
			}
		})
	}
}

// sameJSON compares floating-point numbers by value, everything else by its bytes.
func sameJSON(typ *types.Type, got, want string) bool {
	if typ.ID != types.Double && typ.ID != types.Float {
		return got == want
	}
	var g, w float64
	if json.Unmarshal([]byte(got), &g) != nil || json.Unmarshal([]byte(want), &w) != nil {
		return false
	}
	return g == w && math.Signbit(g) == math.Signbit(w)
}

func TestJSONDiffersFromDuckDBAsDocumented(t *testing.T) {
	d := openDuck(t)
	for _, c := range []struct {
		expr, want string
		typ        types.Type
	}{
		{"1.10::DECIMAL(4,2)", "1.10", types.DecimalOf(4, 2)}, {"(-0.05)::DECIMAL(4,2)", "-0.05", types.DecimalOf(4, 2)},
		{"100::DECIMAL(4,0)", "100", types.DecimalOf(4, 0)}, {"0::DECIMAL(18,3)", "0.000", types.DecimalOf(18, 3)},
		{"'-0.00000000000000000000000000000000000012'::DECIMAL(38,38)", "-0.00000000000000000000000000000000000012", types.DecimalOf(38, 38)},
		{"0.1::FLOAT", "0.1", types.Of(types.Float)},
		{"'nan'::DOUBLE", `"NaN"`, types.Of(types.Double)}, {"'inf'::DOUBLE", `"Infinity"`, types.Of(types.Double)}, {"'-inf'::FLOAT", `"-Infinity"`, types.Of(types.Float)},
		{"MAP {{'a': 1}: 2}", `{"{\"a\":1}":2}`, types.MapOf(types.StructOf(field("a", types.Integer)), types.Of(types.Integer))},
	} {
		d.row(t, "SELECT "+c.expr, func(b arrow.RecordBatch) {
			if got := string(appendValue(nil, &c.typ, b.Column(0), 0)); got != c.want {
				t.Errorf("%s: got %s, want %s", c.expr, got, c.want)
			}
		})
	}
}

// TestDuckDBReadsTheNumbersBack checks the promise of the package comment about NaN and the infinities.
func TestDuckDBReadsTheNumbersBack(t *testing.T) {
	d := openDuck(t)
	got, _ := d.text(t, `list_transform(['"NaN"', '"Infinity"', '"-Infinity"'], x -> from_json(x::JSON, '"DOUBLE"'))`)
	if got != "[nan, inf, -inf]" {
		t.Errorf("got %s", got)
	}
}

// sample is a batch of three rows: plain values, NULLs, and texts that need quotes.
func sample(t *testing.T) ([]types.Field, arrow.RecordBatch) {
	t.Helper()
	columns := []types.Field{field("id", types.HugeInt), field("a,b", types.Varchar),
		{Name: "l", Type: types.ListOf(types.Of(types.Integer))}, field("u", types.UUID)}
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	b := array.NewRecordBuilder(mem, types.Schema(columns))
	b.Field(0).(*array.Decimal128Builder).AppendValues([]decimal128.Num{decimal128.FromI64(1), decimal128.FromI64(-2), {}}, []bool{true, true, false})
	b.Field(1).(*array.StringBuilder).AppendValues([]string{"x", "say \"hi\",\nthere", ""}, nil)
	list := b.Field(2).(*array.ListBuilder)
	list.Append(true)
	list.ValueBuilder().(*array.Int32Builder).AppendValues([]int32{1, 2}, nil)
	list.AppendNull()
	list.Append(true)
	b.Field(3).(*array.StringBuilder).AppendValues([]string{"00112233-4455-6677-8899-aabbccddeeff", "", ""}, []bool{true, false, false})
	rows := b.NewRecordBatch()
	b.Release()
	t.Cleanup(func() { rows.Release(); mem.AssertSize(t, 0) })
	return columns, rows
}

func TestAppendBatchJSON(t *testing.T) {
	columns, rows := sample(t)
	got := string(AppendBatchJSON([]byte("before\n"), columns, engine.Batch{Rows: rows, Weights: []int8{1, -1, 1}}, true))
	want := `before
{"id":1,"a,b":"x","l":[1,2],"u":"00112233-4455-6677-8899-aabbccddeeff","weir_weight":1}
{"id":-2,"a,b":"say \"hi\",\nthere","l":null,"u":null,"weir_weight":-1}
{"id":null,"a,b":"","l":[],"u":null,"weir_weight":1}
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := string(AppendJSON(nil, nil, rows, 0, -1, true)); got != `{"weir_weight":-1}` {
		t.Errorf("no columns: %s", got)
	}
}

func TestAppendBatchCSV(t *testing.T) {
	columns, rows := sample(t)
	got := string(AppendBatchCSV(AppendCSVHeader(nil, columns, true), columns, engine.Batch{Rows: rows}, true))
	want := `id,"a,b",l,u,weir_weight
1,x,"[1,2]",00112233-4455-6677-8899-aabbccddeeff,1
-2,"say ""hi"",
there",,,1
,"",[],,1
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSlicedBatch(t *testing.T) {
	columns, rows := sample(t)
	part := rows.NewSlice(1, 3)
	defer part.Release()
	got := string(AppendBatchJSON(nil, columns, engine.Batch{Rows: part}, false))
	want := string(AppendJSON(nil, columns, rows, 1, 1, false)) + "\n" + string(AppendJSON(nil, columns, rows, 2, 1, false)) + "\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestHasWeights(t *testing.T) {
	if HasWeights([]engine.Batch{{}, {}}) || !HasWeights([]engine.Batch{{}, {Weights: []int8{1}}}) {
		t.Error("weights not seen as they are")
	}
}

func TestAppendJSONDoesNotAllocate(t *testing.T) {
	columns, rows := sample(t)
	buffer := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { buffer = AppendJSON(buffer[:0], columns, rows, 0, 1, true) }); n != 0 {
		t.Errorf("%v allocations a row", n)
	}
}

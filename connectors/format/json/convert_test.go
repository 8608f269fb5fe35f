package json

import (
	"os"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine/types"
)

// Every type that a column may have meets every spelling in testdata/values.txt, those of all other types among them.
func TestValuesAsDuckDB(t *testing.T) {
	values := testValues(t)
	o, eval := newOracle(t), newTestEvaluator(t)
	for _, typ := range testTypes() {
		t.Run(typ.String(), func(t *testing.T) {
			columns := []types.Field{{Name: "v", Type: typ}, {Name: "last", Type: types.Of(types.Integer)}}
			records := make([]string, len(values))
			for i, v := range values {
				records[i] = `{"v":` + v + `,"last":1}`
			}
			compare(t, o, mustDecoder(t, columns, eval), columns, records)
		})
	}
}

func testValues(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/values.txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func field(name string, t types.Type) types.Field { return types.Field{Name: name, Type: t} }

func testTypes() []types.Type {
	var out []types.Type
	for id := types.Null; id < types.Struct; id++ {
		if id != types.Decimal {
			out = append(out, types.Of(id))
		}
	}
	integer, text := types.Of(types.Integer), types.Of(types.Varchar)
	place := types.StructOf(field("a", integer), field("b", text), field("C", types.StructOf(field("d", types.Of(types.Double)))))
	return append(out,
		types.DecimalOf(4, 1), types.DecimalOf(2, 2), types.DecimalOf(9, 0), types.DecimalOf(18, 3), types.DecimalOf(38, 0),
		types.DecimalOf(38, 20), types.DecimalOf(38, 38),
		place, types.ListOf(integer), types.ListOf(types.ListOf(integer)), types.ListOf(place),
		types.ListOf(types.Of(types.Timestamp)), types.ListOf(types.Of(types.UUID)), types.ListOf(types.Of(types.Boolean)),
		types.MapOf(text, integer), types.MapOf(integer, text), types.MapOf(types.Of(types.Date), types.Of(types.JSON)),
		types.StructOf(field("a", types.MapOf(text, types.ListOf(integer)))), types.ListOf(types.Of(types.Varchar)))
}

// Records that are wrong, or odd, as a whole.
func TestRecordsAsDuckDB(t *testing.T) {
	records := []string{
		`{}`, ``, `   `, " \t\r", `null`, ` null `, `[]`, `[{"v":1}]`, `5`, `"x"`, `true`, `nan`,
		`{"v":1} x`, `{"v":1} {"v":2}`, `{"v":1}{"v":2}`, `{"v":1},`, `{"v":1,}`, `{"v":1,"a":[1,2,],}`, `{,}`, `{"v":1,,}`, `[,]`,
		`{"v":1,,"x":2}`, `{"v":1,"x":[,]}`, `{"v":1,"x":[1,,2]}`, `{"v":1,"x":{,}}`, `{"v":1,"x":[1 2]}`, `{"v":1 "x":2}`,
		`{"v":1,"x":[1}}`, `{"v":1,"x":{"a":1]}`, `{"v":1,"x":[[[[{"a":[{}]}]]]]}`, `{"v":1,"x":{"a":{"b":[]}},"y":{}}`,
		`{"V":1}`, `{"v":1,"v":2}`, `{"v":1,"V":2}`, `{"\u0076":7}`, `{"x":1}`, `{"v":1,"x":1,"x":2}`, `{"v":null,"v":null}`,
		`{"v":01}`, `{"v":+1}`, `{"v":.5}`, `{"v":1.}`, `{"v":-}`, `{"v":1e}`, `{"v":1e+}`, `{"v":-a}`, `{"v":1.e3}`, `{"v":0x1}`,
		`{"v":1,"x":00}`, `{"v":1,"x":-01}`, `{"v":1,"x":1.}`, `{"v":1,"x":nan}`, `{"v":1,"x":-Infinity}`, `{"v":1,"x":infinit}`,
		`{"v":1 /*c*/}`, `{'v':1}`, `{v:1}`, "{\"v\":1,\"x\":\"\xff\"}", "{\"v\":1,\"x\":\"\xed\xa0\x80\"}",
		"{\"v\":1,\"\xff\":1}", "{\"v\":1,\"x\":\"\\n\xc3\"}", "{\"v\":1,\"x\":\"\xc3\xa9\"}",
		`{"v":1,"x":"\ud800"}`, `{"v":1,"x":"\ude00"}`, `{"v":1,"x":"\ud83d\ude00"}`, `{"v":1,"x":"\ud83d\u0041"}`, `{"v":1,"x":"\ud83dx"}`,
		`{"v":1,"x":"\x"}`, `{"v":1,"x":"\u12"}`, `{"v":1,"x":"\u12g4"}`, `{"v":1,"x":"\`, `{"v":1,"x":"\u00`, `{"v":1,"x":"a`,
		"{\"v\":1,\"x\":\"a\tb\"}", "{\"v\":1,\"x\":\"a\x00b\"}", "{\"v\":1,\"x\":\"a\x7fb\"}", "{\"v\":1}\x00", "\ufeff{\"v\":1}",
		`{"v":1,"x":tru}`, `{"v":1,"x":nul}`, `{"v":1,"x":truex}`, `{"v":nullx}`, `{"v":1`, `{"v":`, `{"v"`, `{"v`, `{"`, `{`, `{"v"}`, `{"v":}`,
		`{"v":1,"x":[`, `{"v":1,"x":{"a"`, `{"v":1,"x":[1`, `}`, `]`, `,`, `:`, "\t {\"v\" \r:\t1 } \t", `{"v":"1`, `{"v":"\u0031"}`,
	}
	o, eval := newOracle(t), newTestEvaluator(t)
	for _, id := range []types.ID{types.BigInt, types.JSON, types.Null} {
		columns := []types.Field{field("v", types.Of(id))}
		compare(t, o, mustDecoder(t, columns, eval), columns, records)
	}
}

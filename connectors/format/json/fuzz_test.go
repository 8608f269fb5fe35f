package json

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

var fuzzColumns = []types.Field{
	field("s", types.Of(types.Varchar)), field("j", types.Of(types.JSON)), field("n", types.Of(types.BigInt)),
	field("f", types.Of(types.Double)), field("l", types.ListOf(types.Of(types.Varchar))),
	field("m", types.MapOf(types.Of(types.Varchar), types.StructOf(field("s", types.Of(types.Varchar))))),
}

// FuzzDecode holds the decoder against encoding/json: what is a record, and what its values are.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"s":"a\u00e9\ud83d\ude00","j":{"a" : [1.50, -0, null,],},"n":12,"f":1.5e3,"l":["x",1],"m":{"k":{"s":"v"}}}`,
		`{"x":[{}],"s":"\n","s":1}`, `{"f":NaN,"j":[inf]}`, `null`, ` {} `, `{"n":-9223372036854775808,"f":123456789012345678901}`,
		`{"l":[],"m":{},"j":"\ud800"}`, "{\"s\":\"\xff\"}", `{"j":{"b":"\u001f\/","c":1e400}}`, `{"l":[null,"a"],"m":{"a":null}}`,
	} {
		f.Add([]byte(seed))
	}
	d := mustDecoder(f, fuzzColumns, refusing{})
	f.Fuzz(func(t *testing.T, record []byte) {
		if bytes.Count(record, []byte("["))+bytes.Count(record, []byte("{")) > 9000 {
			t.Skip("encoding/json refuses to go that deep")
		}
		got, err := d.Decode([]engine.Record{{Value: record}})
		if err != nil {
			t.Fatal(err)
		}
		defer got.Rows.Release()
		switch {
		case len(got.Rejects) > 0:
			checkReject(t, record, got.Rejects[0].Reason)
		case got.Rows.NumRows() == 0:
			if len(bytes.TrimLeft(record, " \t\r\n")) > 0 {
				t.Errorf("%q is not blank", record)
			}
		default:
			checkRow(t, record, got.Rows)
		}
	})
}

// checkReject expects that a record refused for its syntax is no JSON object, or has what encoding/json lets pass.
func checkReject(t *testing.T, record []byte, reason string) {
	switch {
	case strings.HasPrefix(reason, "column "):
		return
	case strings.Contains(reason, "surrogate") && bytes.Contains(bytes.ToLower(record), []byte(`\ud`)):
		return
	}
	if first := bytes.TrimLeft(record, " \t\r\n"); json.Valid(record) && utf8.Valid(record) && first[0] == '{' {
		t.Errorf("%q refused: %s", record, reason)
	}
}

var (
	lastComma = regexp.MustCompile(`,([ \t\r\n]*[}\]])`)
	noNumber  = regexp.MustCompile(`(?i)-?(nan|infinity|inf)`)
)

// strictly is the record without the two liberties: a comma before a bracket, and nan and infinity. Where such a text is
// part of a string, the string stays one.
func strictly(record []byte) []byte {
	return noNumber.ReplaceAll(lastComma.ReplaceAll(record, []byte("$1")), []byte("null"))
}

func checkRow(t *testing.T, record []byte, row arrow.RecordBatch) {
	if !utf8.Valid(record) || !json.Valid(strictly(record)) {
		t.Fatalf("%q accepted", record)
	}
	want := map[string]json.RawMessage{}
	if !json.Valid(record) || json.Unmarshal(record, &want) != nil {
		return
	}
	for i, name := range []string{"s", "j", "n", "f"} {
		raw, found := want[name]
		c := row.Column(i)
		if null := !found || string(raw) == "null"; null != c.IsNull(0) {
			t.Fatalf("%q: column %s null = %v", record, name, c.IsNull(0))
		} else if !null && !sameValue(c, raw) {
			t.Errorf("%q: column %s = %s", record, name, c)
		}
	}
}

// sameValue compares where both sides have one reading: strings, JSON, and numbers.
func sameValue(c arrow.Array, raw json.RawMessage) bool {
	number := raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9'
	switch c := c.(type) {
	case *array.Int64:
		n, err := strconv.ParseInt(string(raw), 10, 64)
		return err != nil || c.Value(0) == n
	case *array.Float64:
		f, _ := strconv.ParseFloat(string(raw), 64)
		return !number || c.Value(0) == f || math.IsInf(f, 0)
	case *array.String:
		if raw[0] != '"' || c.Value(0) != "" && c.Value(0)[0] == '"' && json.Valid([]byte(c.Value(0))) {
			return sameJSON(c.Value(0), raw, number)
		}
		var s string
		return json.Unmarshal(raw, &s) == nil && s == c.Value(0)
	}
	return false
}

// sameJSON is also asked about a VARCHAR whose text happens to be a JSON string.
func sameJSON(text string, raw json.RawMessage, number bool) bool {
	var got, want any
	if json.Unmarshal(raw, &want) != nil {
		return true // a number that float64 does not hold
	}
	if want == text {
		return true
	}
	if number && strings.ContainsAny(text, "naNi") {
		return false
	}
	return json.Unmarshal([]byte(text), &got) == nil && reflect.DeepEqual(got, want)
}

// refusing is an engine.Evaluator that converts nothing.
type refusing struct{}

func (refusing) Eval(exprs []string, _ *arrow.Schema, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	typ := types.Of(types.BigInt)
	if strings.Contains(exprs[0], "AS DOUBLE") {
		typ = types.Of(types.Double)
	}
	columns := []arrow.Array{array.MakeArrayOfNull(memory.DefaultAllocator, typ.Arrow(), int(rows.NumRows()))}
	return array.NewRecordBatch(types.Schema([]types.Field{field("x", typ)}), columns, rows.NumRows()), nil
}

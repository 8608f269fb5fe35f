package json

import (
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

var plainColumns = []types.Field{
	field("n", types.Of(types.BigInt)), field("i", types.Of(types.Integer)), field("u", types.Of(types.UBigInt)),
	field("f", types.Of(types.Double)), field("r", types.Of(types.Float)), field("d", types.DecimalOf(10, 2)),
	field("b", types.Of(types.Boolean)), field("s", types.Of(types.Varchar)), field("j", types.Of(types.JSON)),
	field("t", types.Of(types.Timestamp)), field("ms", types.Of(types.TimestampMS)), field("ns", types.Of(types.TimestampNS)),
	field("tz", types.Of(types.TimestampTZ)), field("day", types.Of(types.Date)), field("at", types.Of(types.Time)),
	field("l", types.ListOf(types.Of(types.BigInt))),
	field("o", types.StructOf(field("n", types.Of(types.BigInt)), field("t", types.Of(types.Timestamp)), field("o", types.StructOf(field("s", types.Of(types.Varchar)))))),
}

// FuzzPlain holds the short way against the long one. A record that is the first of its decoder has every member searched and
// every value read the long way; behind another one and itself, it is as expected, and what is plain is read the short way.
func FuzzPlain(f *testing.F) {
	const bid = `{"n":1000,"x":"y","f":-12.5,"s":"channel-1","t":"2026-01-01T00:00:00.000Z"}`
	for _, seed := range []string{
		bid, `{"n":-9007199254740993,"i":2147483648,"u":18446744073709551615,"f":0.1,"r":-0.0,"d":"1.25","b":true}`,
		`{ "t": "2026-02-29T00:00:00Z", "ms": "2026-01-01 00:00:00.123", "ns":"2026-01-01T00:00:00.123456789","tz":"2026-01-01T00:00:59.5+02:00"}`,
		`{"day":"2026-01-01","at":"01:02:03.123456","l":[1,2,3],"o":{"n":7,"x":{"y":[{}]},"o":{"s":"a"}}}`,
		`{"x":[1,2.5,{"a":[],"b":{}},true,null],"y":{"z":"é"},"n":1}`, `{"n":1,"n":2}`, `{"x":[1,],"n":0}`, `{"x":{"a":1 },"n":01}`,
		`{"t":"2026-01-01T00:00:60Z"}`, `{"t":"2026-01-01T00:00:00.1234567Z"}`, `{"t":"9999-12-31 23:59:59+14:00","ns":"1600-01-01T00:00:00"}`,
		`{"s":"ends here`, "{\"n\":12345678,\n \"s\":\"tab\there\"}", `{"n":123456789012345678,"f":1e5,"x":-}`, `{"n":`, `null`, ``,
	} {
		f.Add([]byte(bid), []byte(seed))
		f.Add([]byte(seed), []byte(bid))
	}
	f.Fuzz(func(t *testing.T, before, record []byte) {
		long := decodeLast(t, before[:0], record)
		if short := decodeLast(t, before, record, record); short != long {
			t.Errorf("%q behind %q:\n got %s\nwant %s", record, before, short, long)
		}
		if short := decodeLast(t, record, before, record); short != long {
			t.Errorf("%q behind %q in between:\n got %s\nwant %s", record, before, short, long)
		}
	})
}

// decodeLast decodes a batch with a new decoder and says what became of its last record.
func decodeLast(t *testing.T, batch ...[]byte) string {
	t.Helper()
	in := make([]engine.Record, len(batch))
	for i := range batch {
		in[i].Value = batch[i]
	}
	out, err := mustDecoder(t, plainColumns, refusingAll{}).Decode(in)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Rows.Release()
	for _, r := range out.Rejects {
		if r.Record == len(batch)-1 {
			return "refused: " + r.Reason
		}
	}
	row := int(out.Rows.NumRows()) - 1
	if row < 0 || out.Record != nil && int(out.Record[row]) != len(batch)-1 {
		return "blank"
	}
	var cells []string
	for _, c := range out.Rows.Columns() {
		cells = append(cells, c.ValueStr(row))
	}
	return strings.Join(cells, "|")
}

// refusingAll is an engine.Evaluator that converts nothing to any type of plainColumns.
type refusingAll struct{}

func (refusingAll) Eval(exprs []string, _ *arrow.Schema, rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	typ := types.Of(types.BigInt)
	for _, f := range plainColumns {
		if castSQL(f.Type) == exprs[0] {
			typ = f.Type
		}
	}
	columns := []arrow.Array{array.MakeArrayOfNull(memory.DefaultAllocator, typ.Arrow(), int(rows.NumRows()))}
	return array.NewRecordBatch(types.Schema([]types.Field{field("x", typ)}), columns, rows.NumRows()), nil
}

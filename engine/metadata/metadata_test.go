package metadata

import (
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

func field(name string, t types.Type) types.Field { return types.Field{Name: name, Type: t} }

var meta = []*engine.Meta{
	{Key: []byte("a"), Timestamp: 1_000_000, Headers: []engine.Header{{Name: "h", Value: []byte("1")}, {Name: "g"}, {Name: "h", Value: []byte("2")}}},
	nil,
	{Key: []byte{0xff}, Timestamp: engine.MinTime, Headers: []engine.Header{{Name: "h", Value: []byte{0xff}}}},
}

// join puts columns beside three rows n = 0, 1, 2.
func join(t *testing.T, all ...types.Field) (string, []Bad) {
	t.Helper()
	c := Of(all)
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(c.Plain))
	defer b.Release()
	for i := range 3 {
		for k := range c.Plain {
			b.Field(k).(*array.Int64Builder).Append(int64(i))
		}
	}
	rows, bad, err := c.Join(b.NewRecordBatch(), Place{
		Partition: "7", Offset: func(row int) int64 { return int64(10 + row) }, Meta: func(row int) *engine.Meta { return meta[row] },
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := rows.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\n,", "\n"), bad
}

func TestJoin(t *testing.T) {
	got, bad := join(t, field(Offset, types.Of(types.BigInt)), field("n", types.Of(types.BigInt)), field(Partition, types.Of(types.Integer)),
		field(Key, types.Of(types.Blob)), field(Timestamp, types.Of(types.TimestampTZ)), field(Headers, mapTo(types.Blob)))
	want := `[{"_headers":[{"key":"g","value":null},{"key":"h","value":"Mg=="}],"_key":"YQ==","_offset":10,"_partition":7,"_timestamp":"1970-01-01T00:00:01Z","n":0}
{"_headers":[],"_key":null,"_offset":11,"_partition":7,"_timestamp":null,"n":1}
{"_headers":[{"key":"h","value":"/w=="}],"_key":"/w==","_offset":12,"_partition":7,"_timestamp":null,"n":2}
]`
	if diff := cmp.Diff(want, got); diff != "" || len(bad) > 0 {
		t.Errorf("%v %s", bad, diff)
	}
}

// The column that Weir adds for itself has what traceparent and tracestate say, and NULL where there is none.
func TestTraced(t *testing.T) {
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	saved := meta
	t.Cleanup(func() { meta = saved })
	meta = []*engine.Meta{
		{Headers: []engine.Header{{Name: "tracestate", Value: []byte("a=1")}, {Name: "traceparent", Value: []byte(parent)}}},
		nil,
		{Headers: []engine.Header{{Name: "traceparent", Value: []byte{0xff}}}},
	}
	got, bad := join(t, field("n", types.Of(types.BigInt)), Traced())
	want := `[{"_trace_context":"` + parent + ` a=1","n":0}
{"_trace_context":null,"n":1}
{"_trace_context":null,"n":2}
]`
	if diff := cmp.Diff(want, got); diff != "" || len(bad) > 0 {
		t.Errorf("%v %s", bad, diff)
	}
}

func TestBadRows(t *testing.T) {
	_, bad := join(t, field("n", types.Of(types.BigInt)), field(Headers, mapTo(types.Varchar)), field(Key, types.Of(types.Varchar)))
	if len(bad) != 1 || bad[0].Row != 2 || !strings.Contains(bad[0].Reason, `column _headers: the header "h"`) {
		t.Errorf("bad rows %v, want row 2 once", bad)
	}
	c := Of([]types.Field{field(Partition, types.Of(types.Integer))})
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(nil))
	rows := array.NewRecordBatch(b.Schema(), nil, 2)
	if _, bad, err := c.Join(rows, Place{Partition: "x.csv"}); err != nil || len(bad) != 2 || !strings.Contains(bad[0].Reason, "'x.csv' is not an INTEGER") {
		t.Errorf("%v %v", bad, err)
	}
}

func TestCheck(t *testing.T) {
	has := []string{Key}
	for want, f := range map[string]types.Field{
		"":                            field(Key, types.Of(types.Varchar)),
		"kept for it":                 field(Headers, mapTo(types.Blob)),
		"BIGINT, not INTEGER":         field(Offset, types.Of(types.Integer)),
		"kept for Weir itself":        field("_Trace_context", types.Of(types.Varchar)),
		"metadata is written _offset": field("_Offset", types.Of(types.BigInt)),
	} {
		err := Check(f, "x", has)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", f.Name, err, want)
		}
	}
	if err := Check(field("_id", types.Of(types.Integer)), "x", has); err != nil {
		t.Error(err)
	}
}

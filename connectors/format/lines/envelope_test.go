package lines

import (
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

func TestDebeziumLines(t *testing.T) {
	columns := []types.Field{{Name: "n", Type: types.Of(types.Integer)}}
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(columns))
	defer b.Release()
	b.Field(0).(*array.Int32Builder).AppendValues([]int32{1, 2}, nil)
	rows := b.NewRecordBatch()
	defer rows.Release()
	got := string(AppendBatchDebezium(nil, columns, engine.Batch{Rows: rows, Weights: []int8{-1, 1}}, DebeziumSource{View: `a"b`, Epoch: 7, Millis: 5}))
	want := `{"before":{"n":1},"after":null,"source":{"connector":"weir","view":"a\"b","epoch":7},"op":"d","ts_ms":5}
{"before":null,"after":{"n":2},"source":{"connector":"weir","view":"a\"b","epoch":7},"op":"c","ts_ms":5}
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCheckEnvelope(t *testing.T) {
	for _, c := range []struct {
		envelope, format string
		updating         bool
		want             string
	}{
		{"", "csv", true, ""},
		{"append", "csv", false, ""},
		{"append", "json", true, "view v takes rows back"},
		{"debezium", "json", true, ""},
		{"debezium", "csv", false, "use format = 'json'"},
	} {
		err := CheckEnvelope(engine.SinkConfig{View: "v", Format: c.format, Updating: c.updating, Options: engine.Options{"envelope": c.envelope}})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

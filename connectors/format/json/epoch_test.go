package json

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Numbers count in the unit that the option names; the column's own unit cuts off what is finer. The long way and the short
// one agree: a space in front of the value rules the short one out.
func TestEpochNumbers(t *testing.T) {
	eval := &testEvaluator{conn: openDuckDB(t)}
	for _, c := range []struct {
		unit   string
		column types.ID
		number string
		want   string // of the column's unit; empty for a dead letter
	}{
		{"milliseconds", types.Timestamp, "1700000000123", "1700000000123000"},
		{"milliseconds", types.TimestampTZ, "1700000000123", "1700000000123000"},
		{"milliseconds", types.TimestampMS, "1700000000123", "1700000000123"},
		{"milliseconds", types.TimestampS, "1700000000999", "1700000000"},
		{"milliseconds", types.TimestampNS, "1700000000123", "1700000000123000000"},
		{"milliseconds", types.Timestamp, "1700000000123.4567", "1700000000123456"},
		{"milliseconds", types.Timestamp, "-1", "-1000"},
		{"milliseconds", types.Timestamp, "-0.5", "-500"},
		{"milliseconds", types.Timestamp, "0", "0"},
		{"seconds", types.Timestamp, "1700000000", "1700000000000000"},
		{"seconds", types.Timestamp, "1700000000.123456789", "1700000000123456"},
		{"seconds", types.TimestampS, "1.9", "1"},
		{"seconds", types.Timestamp, "1.25", "1250000"},
		{"microseconds", types.Timestamp, "1700000000123456", "1700000000123456"},
		{"microseconds", types.Timestamp, "9223372036854775806", "9223372036854775806"},
		{"microseconds", types.Timestamp, "-9223372022400000000", "-9223372022400000000"},
		{"nanoseconds", types.Timestamp, "1700000000123456789", "1700000000123456"},
		{"nanoseconds", types.TimestampNS, "1700000000123456789", "1700000000123456789"},

		{"", types.Timestamp, "1700000000123", ""},
		{"microseconds", types.Timestamp, "9223372036854775807", ""},
		{"microseconds", types.Timestamp, "-9223372022400000001", ""},
		{"seconds", types.Timestamp, "9223372036854775", ""},
		{"seconds", types.Timestamp, "99999999999999999999999", ""},
		{"seconds", types.TimestampNS, "9999999999", ""},
		{"milliseconds", types.Timestamp, "1.7e12", ""},
		{"milliseconds", types.Timestamp, "nan", ""},
		{"milliseconds", types.Timestamp, "true", ""},
		{"milliseconds", types.Timestamp, "[1]", ""},
		{"milliseconds", types.Timestamp, `"1700000000123"`, ""},
	} {
		for _, space := range []string{"", "  "} {
			got := decodeEpoch(t, eval, c.unit, c.column, space+c.number)
			if got != c.want {
				t.Errorf("%s as %s in %s: %q, want %q", c.number, c.column, c.unit, got, c.want)
			}
		}
	}
}

// decodeEpoch decodes a value twice, so that the second time the layout is known, and returns what became of the second.
func decodeEpoch(t *testing.T, eval engine.Evaluator, unit string, column types.ID, value string) string {
	t.Helper()
	d, err := newDecoder([]types.Field{{Name: "at", Type: types.Of(column)}}, unit, eval)
	if err != nil {
		t.Fatal(err)
	}
	record := engine.Record{Value: fmt.Appendf(nil, `{"at":%s}`, value)}
	out, err := d.Decode([]engine.Record{record, record})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Rows.Release()
	if len(out.Rejects) == 2 {
		if reason := out.Rejects[1].Reason; !strings.Contains(reason, "column at: cannot read") {
			t.Errorf("%s: reason %q", value, reason)
		}
		return ""
	}
	values := out.Rows.Column(0).(*array.Timestamp).Values()
	if len(values) != 2 || values[0] != values[1] {
		t.Fatalf("%s: values %v of two equal records", value, values)
	}
	return fmt.Sprint(int64(values[1]))
}

// Strings are read as without the option, and parts of nested values as columns are.
func TestEpochLeavesStringsAlone(t *testing.T) {
	at := types.Of(types.Timestamp)
	d, err := newDecoder([]types.Field{{Name: "at", Type: at}, {Name: "in", Type: types.StructOf(types.Field{Name: "at", Type: at})},
		{Name: "list", Type: types.ListOf(at)}}, "seconds", &testEvaluator{conn: openDuckDB(t)})
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.Decode([]engine.Record{{Value: []byte(`{"at":"1970-01-01T00:00:01Z","in":{"at":1},"list":[1,"1970-01-01 00:00:01",null]}`)}})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Rows.Release()
	got, want := fmt.Sprint(out.Rows.Columns()), "[[1000000] {[1000000]} [[1000000 1000000 (null)]]]"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

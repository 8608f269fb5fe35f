package frame

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/grafana/grafana-plugin-sdk-go/experimental"
)

// update writes the golden files anew. It is false in what is committed.
const update = false

func at(second int) *time.Time {
	t := time.Date(2026, 3, 1, 10, 0, second, 0, time.UTC)
	return &t
}

func p[T any](v T) *T { return &v }

func long() *data.Frame {
	return data.NewFrame("",
		data.NewField("window_start", nil, []*time.Time{at(20), at(10), at(10), nil}),
		data.NewField("window_end", nil, []*time.Time{at(30), at(20), at(20), nil}),
		data.NewField("country", nil, []*string{p("CH"), p("DE"), p("CH"), p("FR")}),
		data.NewField("n", nil, []*int64{p(int64(3)), p(int64(2)), p(int64(1)), p(int64(9))}),
		data.NewField("extra", nil, []*json.RawMessage{nil, nil, nil, nil}))
}

func golden(t *testing.T, name string, frames data.Frames, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	experimental.CheckGoldenJSONResponse(t, "testdata", name, &backend.DataResponse{Frames: frames}, update)
}

func TestSeriesWide(t *testing.T) {
	frames, err := Series(long())
	golden(t, "series-wide", frames, err)
}

func TestSeriesWithoutLabels(t *testing.T) {
	frames, err := Series(data.NewFrame("", data.NewField("v", nil, []*float64{p(2.0), p(1.0)}), data.NewField("time", nil, []*time.Time{at(2), at(1)})))
	golden(t, "series-plain", frames, err)
}

// Series of which each has few of the times get a frame each.
func TestSeriesMulti(t *testing.T) {
	const n = 300
	times, names, values := make([]*time.Time, n), make([]*string, n), make([]*float64, n)
	for i := range n {
		times[i], names[i], values[i] = at(i), p("s"+itoa(i)), p(float64(i))
	}
	frames, err := Series(data.NewFrame("", data.NewField("time", nil, times), data.NewField("s", nil, names), data.NewField("v", nil, values)))
	if err != nil || len(frames) != n {
		t.Fatalf("%d frames, %v", len(frames), err)
	}
	for i, f := range frames {
		if f.Meta.Type != data.FrameTypeTimeSeriesMulti || f.Meta.TypeVersion != version || f.Rows() != 1 || f.Fields[1].Labels["s"] != "s"+itoa(i) {
			t.Fatalf("frame %d: %+v %v", i, f.Meta, f.Fields[1].Labels)
		}
	}
}

func TestTooManySeries(t *testing.T) {
	const n = MostSeries + 5
	times, names, values := make([]*time.Time, n), make([]*string, n), make([]*float64, n)
	for i := range n {
		times[i], names[i], values[i] = at(1), p("s"+itoa(i)), p(float64(i))
	}
	frames, err := Series(data.NewFrame("", data.NewField("time", nil, times), data.NewField("s", nil, names), data.NewField("v", nil, values)))
	if err != nil || len(frames) != 1 || len(frames[0].Fields) != MostSeries+1 || !strings.Contains(frames[0].Meta.Notices[0].Text, "1005 time series") {
		t.Fatal(err, frames)
	}
}

// No rows are no data: a frame without fields, which alert rules know.
func TestNoRows(t *testing.T) {
	frames, err := Series(data.NewFrame("", data.NewField("time", nil, []*time.Time{}), data.NewField("v", nil, []*float64{})))
	if err != nil || len(frames) != 1 || len(frames[0].Fields) != 0 || frames[0].Meta.Type != data.FrameTypeTimeSeriesWide {
		t.Fatal(err, frames)
	}
}

func TestSeriesRefused(t *testing.T) {
	for _, f := range []*data.Frame{
		data.NewFrame("", data.NewField("v", nil, []*float64{})),
		data.NewFrame("", data.NewField("time", nil, []*time.Time{}), data.NewField("s", nil, []*string{})),
	} {
		if _, err := Series(f); err == nil || !strings.Contains(err.Error(), "choose the format Table") {
			t.Error(err)
		}
	}
}

func TestTable(t *testing.T) {
	golden(t, "table", data.Frames{Table(long())}, nil)
}

func TestLogs(t *testing.T) {
	f := data.NewFrame("",
		data.NewField("at", nil, []*time.Time{at(2), at(1)}),
		data.NewField("level", nil, []*string{p("error"), nil}),
		data.NewField("message", nil, []*string{p("second"), p("first")}),
		data.NewField("n", nil, []*int64{p(int64(7)), nil}))
	out, err := Logs(f)
	golden(t, "logs", data.Frames{out}, err)
}

func TestFill(t *testing.T) {
	for name, missing := range map[string]data.FillMissing{
		"fill-null": {Mode: data.FillModeNull}, "fill-previous": {Mode: data.FillModePrevious}, "fill-value": {Mode: data.FillModeValue, Value: 7},
	} {
		frames, err := Series(long())
		if err != nil {
			t.Fatal(err)
		}
		out, ok := FillIn(frames[0], Buckets{Missing: missing, First: *at(0), Last: *at(40), Next: func(t time.Time) time.Time { return t.Add(10 * time.Second) }})
		if !ok {
			t.Fatal("it says that there are too many")
		}
		golden(t, name, data.Frames{out}, nil)
	}
	frames, _ := Series(long())
	if _, ok := FillIn(frames[0], Buckets{First: *at(0), Last: at(0).AddDate(1, 0, 0), Next: func(t time.Time) time.Time { return t.Add(time.Second) }}); ok {
		t.Error("a year of seconds was filled")
	}
}

// Rows that lie between the buckets, before the first and behind the last stay.
func TestFillKeepsRows(t *testing.T) {
	frames, _ := Series(data.NewFrame("", data.NewField("time", nil, []*time.Time{at(5), at(15), at(20), at(55)}),
		data.NewField("v", nil, []*float64{p(1.0), p(2.0), p(3.0), p(4.0)})))
	out, ok := FillIn(frames[0], Buckets{First: *at(10), Last: *at(40), Next: func(t time.Time) time.Time { return t.Add(10 * time.Second) }})
	var got []int
	for i := range out.Rows() {
		got = append(got, out.Fields[0].At(i).(time.Time).Second())
	}
	if want := "[5,10,15,20,30,40,55]"; !ok || jsonOf(got) != want {
		t.Errorf("%s, want %s", jsonOf(got), want)
	}
}

func TestStreamSeries(t *testing.T) {
	out, err := StreamSeries(long())
	golden(t, "stream-series", data.Frames{out}, err)
	name := data.NewFrame("", data.NewField("time", nil, []*time.Time{at(1)}), data.NewField("s", nil, []*string{p("a=b, c")}), data.NewField("v", nil, []*float64{p(1.0)}))
	out, err = StreamSeries(name)
	if err != nil || strings.ContainsAny(strings.TrimPrefix(out.Fields[0].At(0).(string), "s="), ",=") {
		t.Error(err, out.Fields[0].At(0))
	}
}

func TestDistinct(t *testing.T) {
	frames, _ := Series(data.NewFrame("", data.NewField("time", nil, []*time.Time{at(1)}), data.NewField("value", nil, []*float64{p(1.0)}), data.NewField("lower", nil, []*float64{p(0.5)})))
	Distinct(frames)
	if frames[0].Fields[1].Labels["column"] != "value" || frames[0].Fields[2].Labels["column"] != "lower" {
		t.Error(frames[0].Fields[1].Labels, frames[0].Fields[2].Labels)
	}
}

func TestFromJSON(t *testing.T) {
	columns := []Column{{"b", "BOOLEAN"}, {"i", "INTEGER"}, {"big", "BIGINT"}, {"u", "UBIGINT"}, {"h", "HUGEINT"}, {"d", "DECIMAL(18,3)"}, {"f", "DOUBLE"},
		{"t", "TIMESTAMP"}, {"tz", "TIMESTAMP WITH TIME ZONE"}, {"day", "DATE"}, {"clock", "TIME"}, {"s", "VARCHAR"}, {"e", "ENUM('x', 'y')"}, {"l", "BIGINT[]"},
		{"st", "STRUCT(a BIGINT)"}, {"j", "JSON"}, {"i", "INTEGER"}}
	rows := [][]json.RawMessage{
		raw(`[true,1,"9007199254740993","18446744073709551615","170141183460469231731687303715884105727","1.500",0.5,"2026-03-01T10:00:00.123456",` +
			`"2026-03-01T10:00:00Z","2026-03-01","10:00:00","a\"b","x",[1,2],{"a":1},"{\"a\":1}",2]`),
		raw(`[null,null,null,null,null,null,null,"infinity",null,"-infinity",null,null,null,null,null,null,null]`),
	}
	golden(t, "from-json", data.Frames{FromJSON(columns, rows)}, nil)
}

func raw(text string) (out []json.RawMessage) {
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		panic(err)
	}
	return out
}

func jsonOf(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

func TestFinite(t *testing.T) {
	if finite(math.NaN()) || finite(math.Inf(1)) || !finite(0) {
		t.Error("NaN and infinities are no numbers of JSON")
	}
}

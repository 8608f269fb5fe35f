package slt

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/weirdb/weir/engine/types"
)

// starts are where event time begins: today, around 1970, a leap day, a time before all clocks of computers.
var starts = []string{"2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "1969-12-31T23:58:00Z", "2024-02-28T23:59:30Z", "1900-03-01T11:00:00Z"}

// spans are how far event time goes, in seconds.
var spans = []int{30, 300, 300, 20_000, 400_000, 40_000_000}

// broken are records that DuckDB refuses, or reads in a way of its own.
var broken = []string{`{`, `{"ts": }`, `null`, `{}`, `not json`, `{"ts": "2026-01-01", "ts": "2026-01-02"}`, `{"ts": "yesterday"}`, `{"k": 99999999999}`, `5`, `{"ts": "2026-01-01T00:00:00", "k": 1,}`}

// dead are records that DuckDB refuses.
var dead = []string{`{`, `not json`, `{"ts": "yesterday"}`, `{"id": 99999999999999999999}`}

// events makes records in up to three partitions.
func (g *generator) events(columns []types.Field) []generatedEvent {
	start := g.starting()
	partitions := 1 + g.rand.IntN(3)
	out := make([]generatedEvent, 1+g.rand.IntN(g.most))
	for i := range out {
		at := start.Add(time.Duration(g.rand.Int64N(int64(g.span)*4)) * time.Second / 4)
		if g.one(5) {
			at = at.Add(time.Duration(g.rand.IntN(1_000_000)) * time.Microsecond)
		}
		out[i] = generatedEvent{fmt.Sprint(g.rand.IntN(partitions)), g.record(columns, at), at}
		switch {
		case g.language == &tame && g.one(10) && i > 0: // at the same time
			out[i].At = out[g.rand.IntN(i)].At
			out[i].Line = g.record(columns, out[i].At)
		case g.language == &tame && g.one(30):
			out[i].Line = g.pick(dead...)
		case g.language == &tame:
		case g.one(10) && i > 0:
			again := out[g.rand.IntN(i)]
			out[i].Line, out[i].At = again.Line, again.At
		case g.one(30):
			out[i].Line = g.pick(broken...)
		}
	}
	return out
}

// starting is when event time begins.
func (g *generator) starting() time.Time {
	start, err := time.Parse(time.RFC3339, g.start)
	if err != nil {
		panic(err) // the list is ours
	}
	return start
}

func (g *generator) record(columns []types.Field, at time.Time) string {
	var parts []string
	for i, c := range columns {
		value := g.value(c.Type, g.extreme[c.Name])
		switch {
		case i == 0:
			value = quoted(at.Format("2006-01-02T15:04:05.999999"))
		case c.Name == "id":
			g.ids++
			parts = append(parts, fmt.Sprintf(`"id": %d`, g.ids))
			continue
		case few[c.Name] != nil && g.language == &tame:
			value = g.pick(few[c.Name]...)
		}
		switch {
		case g.one(12) && i > 0 || g.one(100):
			value = "null"
		case g.one(12) && i > 0 || g.one(100):
			continue
		}
		parts = append(parts, quoted(c.Name)+": "+value)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func quoted(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string is always JSON
	}
	return string(text)
}

// value is a JSON value that a column of a type takes; seldom, one that it may not take.
func (g *generator) value(t types.Type, extreme bool) string {
	if g.one(300) {
		return g.pick(`"x"`, "1.5", "[]", "{}", "true", `"12"`, "-1", "1e3", `""`)
	}
	if values := extremes[t.ID]; extreme && len(values) > 0 && g.one(3) {
		return g.pick(values...)
	}
	if t.Nested() {
		return g.nestedValue(t, extreme)
	}
	return g.plainValue(t)
}

func (g *generator) nestedValue(t types.Type, extreme bool) string {
	element := func(t types.Type) string {
		if g.one(10) {
			return "null"
		}
		return g.value(t, extreme)
	}
	var parts []string
	switch t.ID {
	case types.List:
		for range g.rand.IntN(4) {
			parts = append(parts, element(t.Element()))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case types.Map:
		for _, key := range []string{"a", "b", "ü"} {
			if g.one(2) {
				parts = append(parts, quoted(key)+": "+element(t.Fields[1].Type))
			}
		}
	case types.Struct:
		for _, f := range t.Fields {
			if !g.one(8) {
				parts = append(parts, quoted(f.Name)+": "+element(f.Type))
			}
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

var words = []string{"a", "b", "A", "ab", "abc", "web", "app", "", "Straße", "日本", "a,b", "10", "-3", "1.5", "true", "2026-01-01", " x ", "%", "a_b", "😀 z", "é", "it's"}

var documents = []string{`{"a": 1, "b": [1, 2, {"c": null}]}`, `{"a": "x"}`, `[1, 2, 3]`, `"text"`, `12`, `1.50`, `true`, `{}`, `[]`, `{"a": {"b": "ü"}}`, `{"b":2,"a":null}`}

func (g *generator) plainValue(t types.Type) string {
	switch t.ID {
	case types.Boolean:
		return g.pick("true", "false")
	case types.UTinyInt, types.USmallInt, types.UInteger, types.UBigInt:
		return fmt.Sprint(g.rand.IntN(12))
	case types.TinyInt, types.SmallInt, types.Integer, types.BigInt, types.HugeInt:
		return fmt.Sprint(g.rand.IntN(14) - 4)
	case types.Float, types.Double: // quarters: their sums are exact in any order
		return fmt.Sprint(float64(g.rand.IntN(80)-20) / 4)
	case types.Decimal:
		return fmt.Sprintf("%d.%d", g.rand.IntN(60)-20, g.rand.IntN(10))
	case types.JSON:
		return g.pick(documents...)
	case types.UUID:
		return quoted(fmt.Sprintf("%08x-1234-5678-9abc-12345678900%d", g.rand.IntN(3)<<30, g.rand.IntN(4)))
	case types.Interval:
		return quoted(g.pick("1 day", "2 months", "03:00:00", "-1 day", "1 year 2 days 00:00:01.5", "90 minutes"))
	case types.Time:
		return quoted(g.pick("00:00:00", "12:34:56.789", "23:59:59.999999", "06:00:00"))
	case types.Date:
		return quoted(g.pick("2026-01-01", "2026-01-02", "2024-02-29", "1969-12-31", "1999-12-31"))
	case types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS, types.TimestampTZ:
		return quoted(g.pick("2026-01-01T00:00:00", "2026-01-01 00:00:59.999999", "2024-02-29T12:00:00.5", "1969-12-31 23:59:59.123456", "2000-06-15 08:09:10"))
	}
	return quoted(g.pick(words...))
}

// extremes are values at the ends of types.
var extremes = map[types.ID][]string{
	types.TinyInt: {"127", "-128"}, types.SmallInt: {"32767", "-32768"}, types.Integer: {"2147483647", "-2147483648"},
	types.BigInt:   {"9223372036854775807", "-9223372036854775808", "9007199254740993"},
	types.HugeInt:  {"170141183460469231731687303715884105727", "-170141183460469231731687303715884105728", "18446744073709551616"},
	types.UTinyInt: {"255"}, types.USmallInt: {"65535"}, types.UInteger: {"4294967295"}, types.UBigInt: {"18446744073709551615", "9223372036854775808"},
	types.Float:       {"3.4028235e38", "1e-45", `"nan"`, `"inf"`, `"-inf"`, "0.1", "16777217"},
	types.Double:      {"1.7976931348623157e308", "5e-324", `"nan"`, `"inf"`, "NaN", "-inf", "0.1", "1e22", "123456789.125"},
	types.Decimal:     {"99.9", "-99.9", `"1e1"`, "0.05", `" 1.5 "`},
	types.Varchar:     {`"\u0000"`, `"😀😀"`, `"e\u0301"`, `"ǅ"`, "12", "true", `{"a":1}`, `"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"`},
	types.Date:        {`"0001-01-01"`, `"infinity"`, `"-infinity"`, `"9999-12-31"`, `"0044-03-15 (BC)"`, `"5881580-07-10"`},
	types.Timestamp:   {`"infinity"`, `"-infinity"`, `"0001-01-01 00:00:00"`, `"9999-12-31 23:59:59.999999"`, `"294247-01-10 04:00:54.775806"`, `"0044-03-15 (BC) 10:00:00"`},
	types.TimestampTZ: {`"infinity"`, `"-infinity"`, `"0001-01-01 00:00:00+00"`, `"2026-01-01 00:00:00+05:30"`, `"9999-12-31 23:59:59.999999Z"`},
	types.TimestampNS: {`"1677-09-22 00:00:00"`, `"2262-04-11 23:47:16.854775806"`, `"2026-01-01 00:00:00.123456789"`},
	types.TimestampS:  {`"infinity"`, `"0001-01-01 00:00:00"`}, types.TimestampMS: {`"infinity"`, `"9999-12-31 23:59:59.999"`},
	types.Time: {`"24:00:00"`, `"1:2:3"`}, types.Interval: {`"100 years"`, `"-100000 hours"`, `"0 days"`, `"P1Y2M"`},
	types.UUID: {`"ffffffff-ffff-ffff-ffff-ffffffffffff"`, `"{00000000-0000-0000-0000-000000000000}"`, `"80000000000000000000000000000000"`},
	types.Blob: {`"é"`, `""`}, types.Boolean: {`"yes"`, "0", "1", `"F"`},
	types.JSON: {`"\u00e9\/"`, "1e400", "18446744073709551616", "[[[[]]]]", `{"a":1,"a":2}`, `1e20`, `"\u0000"`},
}

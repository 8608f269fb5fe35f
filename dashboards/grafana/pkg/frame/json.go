package frame

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Column is a column of rows in JSON: its name, and its type in DuckDB's words.
type Column struct{ Name, Type string }

// FromJSON is a frame of rows as Weir writes values in JSON. A value that does not fit its type is null.
func FromJSON(columns []Column, rows [][]json.RawMessage) *data.Frame {
	f := data.NewFrame("")
	for i, c := range columns {
		f.Fields = append(f.Fields, jsonField(c, len(rows), func(row int) []byte { return rows[row][i] }))
	}
	unique(f)
	return f
}

func jsonField(c Column, n int, value func(row int) []byte) *data.Field {
	switch kind := base(c.Type); {
	case kind == "BOOLEAN":
		return gather(c, n, value, func(v []byte) (bool, bool) { return v[0] == 't', true })
	case kind == "UBIGINT":
		return gather(c, n, value, jsonUint)
	case integers[kind]:
		return gather(c, n, value, jsonInt)
	case floats[kind]:
		return gather(c, n, value, jsonFloat)
	case strings.HasPrefix(kind, "TIMESTAMP"), kind == "DATE":
		return gather(c, n, value, jsonTime)
	case kind == "JSON":
		return gather(c, n, value, func(v []byte) (json.RawMessage, bool) {
			text := bare(v)
			return json.RawMessage(text), json.Valid([]byte(text))
		})
	case kind == "LIST", kind == "STRUCT", kind == "MAP", kind == "UNION":
		return gather(c, n, value, func(v []byte) (json.RawMessage, bool) { return bytes.Clone(v), true })
	}
	return gather(c, n, value, func(v []byte) (string, bool) { return bare(v), true })
}

// gather reads a column's values.
func gather[T any](c Column, n int, value func(row int) []byte, read func([]byte) (T, bool)) *data.Field {
	col := column[T]{name: c.Name}
	into := col.grow(n)
	for row := range into {
		v := value(row)
		if len(v) == 0 || bytes.Equal(v, []byte("null")) {
			continue
		}
		if x, ok := read(v); ok {
			into[row] = &x
		}
	}
	return col.field()
}

var (
	integers = map[string]bool{"TINYINT": true, "SMALLINT": true, "INTEGER": true, "BIGINT": true, "UTINYINT": true, "USMALLINT": true, "UINTEGER": true}
	floats   = map[string]bool{"FLOAT": true, "DOUBLE": true, "DECIMAL": true, "HUGEINT": true, "UHUGEINT": true}
)

// base is a type without its parameters: DECIMAL of DECIMAL(18,3), LIST of BIGINT[].
func base(kind string) string {
	if strings.HasSuffix(kind, "]") {
		return "LIST"
	}
	kind, _, _ = strings.Cut(kind, "(")
	return strings.TrimSpace(kind)
}

// bare is a JSON string's text, or any other value's as it stands.
func bare(v []byte) string {
	var text string
	if v[0] == '"' && json.Unmarshal(v, &text) == nil {
		return text
	}
	return string(v)
}

func jsonInt(v []byte) (int64, bool) {
	n, err := strconv.ParseInt(bare(v), 10, 64)
	return n, err == nil
}

func jsonUint(v []byte) (uint64, bool) {
	n, err := strconv.ParseUint(bare(v), 10, 64)
	return n, err == nil
}

func jsonFloat(v []byte) (float64, bool) {
	x, err := strconv.ParseFloat(bare(v), 64)
	return x, err == nil && finite(x)
}

// jsonTime reads what Weir writes: 2026-01-01T10:00:00.5, with a Z where there is a time zone, or 2026-01-01.
func jsonTime(v []byte) (time.Time, bool) {
	text := strings.TrimSuffix(bare(v), "Z")
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

package frame

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// logColumns are the names under which a column of logs is looked for, the best first.
var logColumns = struct{ body, severity, id []string }{
	body:     []string{"body", "line", "message", "msg", "text", "log", "row", "value"},
	severity: []string{"severity", "level", "lvl", "log_level"},
	id:       []string{"id", "uuid"},
}

// Logs is a result as log lines: a time, the line, and if they are there its severity and id. All other columns are the line's labels.
func Logs(f *data.Frame) (*data.Frame, error) {
	at := timeField(f)
	if at < 0 {
		return nil, errors.New("the format Logs needs a column of type TIMESTAMP, best called time; choose the format Table for others")
	}
	f, _ = sorted(f, at)
	used := []int{at}
	body := find(f, logColumns.body, used)
	if body < 0 {
		body = firstText(f)
	}
	if body < 0 {
		return nil, errors.New("the format Logs needs a column of text: the line, best called body; choose the format Table for others")
	}
	used = append(used, body)
	out := data.NewFrame(f.Name, withPlainTime(data.NewFrame("", f.Fields[at])).Fields[0], asText(f.Fields[body]))
	out.Fields[0].Name, out.Fields[1].Name = "timestamp", "body"
	for _, extra := range []struct {
		name string
		from []string
	}{{"severity", logColumns.severity}, {"id", logColumns.id}} {
		if i := find(f, extra.from, used); i >= 0 {
			used = append(used, i)
			field := asText(f.Fields[i])
			field.Name = extra.name
			out.Fields = append(out.Fields, field)
		}
	}
	out.Fields = append(out.Fields, labelsOf(f, used))
	out.Meta = f.Meta
	mark(out, data.FrameTypeLogLines)
	out.Meta.PreferredVisualization = data.VisTypeLogs
	return out, nil
}

// find is the index of the first column that has one of the names and is not used; -1 if there is none.
func find(f *data.Frame, names []string, used []int) int {
	for _, name := range names {
		for i, field := range f.Fields {
			if strings.EqualFold(field.Name, name) && !slices.Contains(used, i) {
				return i
			}
		}
	}
	return -1
}

func firstText(f *data.Frame) int {
	for i, field := range f.Fields {
		if field.Type() == data.FieldTypeNullableString {
			return i
		}
	}
	return -1
}

// asText is a field as strings without nulls.
func asText(field *data.Field) *data.Field {
	texts := make([]string, field.Len())
	for i := range texts {
		texts[i] = textOf(field, i)
	}
	return data.NewField(field.Name, nil, texts)
}

func textOf(field *data.Field, i int) string {
	v, ok := field.ConcreteAt(i)
	if !ok {
		return ""
	}
	if s, isText := v.(string); isText {
		return s
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return strings.Trim(string(text), `"`)
}

// labelsOf is a field of JSON objects with the columns that are not used.
func labelsOf(f *data.Frame, used []int) *data.Field {
	labels := make([]json.RawMessage, f.Rows())
	for row := range labels {
		object := map[string]string{}
		for i, field := range f.Fields {
			if slices.Contains(used, i) || field.NilAt(row) {
				continue
			}
			object[field.Name] = textOf(field, row)
		}
		labels[row], _ = json.Marshal(object) // strings always marshal
	}
	return data.NewField("labels", nil, labels)
}

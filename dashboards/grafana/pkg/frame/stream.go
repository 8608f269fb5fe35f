package frame

import (
	"encoding/json"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// Into gathers a result. The gatherer is there once the result has begun.
func Into(a **Arrow) weir.Take {
	return weir.Take{
		Schema: func(s *arrow.Schema) { *a = NewArrow(s) },
		Batch:  func(b arrow.RecordBatch) { (*a).Add(b) },
	}
}

// ParseTime reads a time as Weir writes it in JSON; false for null and the ends of time.
func ParseTime(v json.RawMessage) (time.Time, bool) {
	if len(v) == 0 || v[0] != '"' {
		return time.Time{}, false
	}
	return jsonTime(v)
}

// Head is a frame's first rows.
func Head(f *data.Frame, n int) *data.Frame {
	if f.Rows() <= n {
		return f
	}
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return pick(f, rows)
}

// Oldest is a frame in the order of its time, if each row has one.
func Oldest(f *data.Frame) *data.Frame {
	at := timeField(f)
	if at < 0 {
		return f
	}
	if out, dropped := sorted(f, at); dropped == 0 {
		return out
	}
	return f
}

// Blank is a frame with the fields of another, and one row that shows nothing.
func Blank(f *data.Frame) *data.Frame {
	out := f.EmptyCopy()
	out.Meta = f.Meta
	for _, field := range out.Fields {
		field.Extend(1)
		if field.Type() == data.FieldTypeTime {
			field.Set(0, time.Now().UTC())
		}
	}
	return out
}

package frame

import (
	"sort"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// version is that of the data plane's contract.
var version = data.FrameTypeVersion{0, 1}

// mark gives a frame its type.
func mark(f *data.Frame, kind data.FrameType) *data.Frame {
	if f.Meta == nil {
		f.Meta = &data.FrameMeta{}
	}
	f.Meta.Type, f.Meta.TypeVersion = kind, version
	return f
}

// Table is a frame as a table: rows in the statement's order.
func Table(f *data.Frame) *data.Frame {
	mark(f, data.FrameTypeTable)
	f.Meta.PreferredVisualization = data.VisTypeTable
	return f
}

// timeField is the index of the field that says when a row was: one called time, or else the first time; -1 if there is none.
func timeField(f *data.Frame) int {
	first := -1
	for i, field := range f.Fields {
		if !field.Type().Time() {
			continue
		}
		if field.Name == "time" {
			return i
		}
		if first < 0 {
			first = i
		}
	}
	return first
}

// sorted has the frame's rows in the order of a time field, oldest first and rows of one time as they came. Rows without a time are left
// out; dropped says how many those are.
func sorted(f *data.Frame, by int) (out *data.Frame, dropped int) {
	n, field := f.Rows(), f.Fields[by]
	at := make([]time.Time, n)
	rows := make([]int, 0, n)
	for i := range n {
		t, ok := field.ConcreteAt(i)
		if !ok {
			continue
		}
		at[i] = t.(time.Time)
		rows = append(rows, i)
	}
	dropped = n - len(rows)
	if dropped == 0 && sort.SliceIsSorted(rows, func(a, b int) bool { return at[rows[a]].Before(at[rows[b]]) }) {
		return f, 0
	}
	sort.SliceStable(rows, func(a, b int) bool { return at[rows[a]].Before(at[rows[b]]) })
	return pick(f, rows), dropped
}

// pick is a frame of some rows of another, in the order given.
func pick(f *data.Frame, rows []int) *data.Frame {
	out := data.NewFrame(f.Name)
	out.Meta = f.Meta
	for _, field := range f.Fields {
		to := data.NewFieldFromFieldType(field.Type(), len(rows))
		to.Name, to.Labels, to.Config = field.Name, field.Labels, field.Config
		for i, row := range rows {
			to.Set(i, field.At(row))
		}
		out.Fields = append(out.Fields, to)
	}
	return out
}

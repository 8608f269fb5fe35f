package frame

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// multi gives each series a frame of its own: for many series that have rows at different times, where one wide frame would be nearly all
// nulls.
func multi(long *data.Frame) (data.Frames, error) {
	factors, keys := long.TimeSeriesSchema().FactorIndices, []string{}
	groups := map[string][]int{}
	for row := range long.Rows() {
		key := keyOf(long, factors, row)
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], row)
	}
	var out data.Frames
	for _, key := range keys {
		out = append(out, seriesOf(long, factors, groups[key])...)
	}
	if n := len(out); n > MostSeries {
		out = out[:MostSeries]
		out[0].AppendNotices(tooMany(n))
	}
	return out, nil
}

func keyOf(f *data.Frame, factors []int, row int) string {
	var key strings.Builder
	for _, i := range factors {
		v, _ := f.ConcreteAt(i, row)
		fmt.Fprintf(&key, "%v\x00", v)
	}
	return key.String()
}

// seriesOf is a frame for each number of the rows of one series.
func seriesOf(long *data.Frame, factors, rows []int) data.Frames {
	labels := data.Labels{}
	for _, i := range factors {
		v, _ := long.ConcreteAt(i, rows[0])
		labels[long.Fields[i].Name] = fmt.Sprint(v)
	}
	part := pick(long, rows)
	var out data.Frames
	for _, field := range part.Fields[1:] {
		if !field.Type().Numeric() {
			continue
		}
		field.Labels = labels
		f := data.NewFrame("", part.Fields[0], field)
		f.Meta = &data.FrameMeta{}
		if long.Meta != nil {
			*f.Meta = *long.Meta
		}
		out = append(out, mark(withPlainTime(f), data.FrameTypeTimeSeriesMulti))
	}
	return out
}

package frame

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// A stream has one frame, whose fields cannot change with each packet. For series that come and go Grafana knows one more shape: a first
// field "labels" with k=v,k2=v2, a time, and numbers. The browser makes a series of each text of labels.
//
//	labels      time      n
//	country=CH  10:00:00  2
//	country=DE  10:00:00  3

// StreamSeries is a result as time series for a stream: as it is without columns of strings and booleans, else with labels.
func StreamSeries(f *data.Frame) (*data.Frame, error) {
	at := timeField(f)
	if at < 0 {
		return nil, errNoTime
	}
	f, _ = sorted(f, at)
	f = seriesColumns(f, timeField(f))
	factors := f.TimeSeriesSchema().FactorIndices
	if len(factors) == 0 {
		return mark(withPlainTime(f), data.FrameTypeTimeSeriesWide), nil
	}
	texts := make([]string, f.Rows())
	for row := range texts {
		texts[row] = labelText(f, factors, row)
	}
	plain := withPlainTime(f)
	out := data.NewFrame(f.Name, data.NewField("labels", nil, texts), plain.Fields[0])
	out.Meta = f.Meta
	for _, field := range plain.Fields[1:] {
		if field.Type().Numeric() {
			out.Fields = append(out.Fields, field)
		}
	}
	return out, nil
}

// plainer takes out what separates labels: Grafana cuts at commas and equals signs, and has no escape for them.
var plainer = strings.NewReplacer(",", "‚", "=", "＝", "{", "❴")

// WideSeries is a result as one wide frame, however sparse: for packets that each are all there is.
func WideSeries(f *data.Frame) (*data.Frame, error) {
	at := timeField(f)
	if at < 0 {
		return nil, errNoTime
	}
	f, _ = sorted(f, at)
	f = seriesColumns(f, timeField(f))
	if f.TimeSeriesSchema().Type != data.TimeSeriesTypeLong || f.Rows() == 0 {
		return mark(withPlainTime(f), data.FrameTypeTimeSeriesWide), nil
	}
	wide, err := data.LongToWide(f, nil)
	if err != nil {
		return nil, fmt.Errorf("making time series of rows: %w", err)
	}
	return cutSeries(wide), nil
}

func labelText(f *data.Frame, factors []int, row int) string {
	parts := make([]string, len(factors))
	for i, at := range factors {
		field := f.Fields[at]
		parts[i] = plainer.Replace(field.Name) + "=" + plainer.Replace(textOf(field, row))
	}
	return strings.Join(parts, ",")
}

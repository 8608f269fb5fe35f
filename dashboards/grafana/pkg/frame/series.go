package frame

import (
	"errors"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// MostSeries is how many series a panel gets: more are of no use to anyone, and stop browsers.
const MostSeries = 1000

// sparse is how many times larger than its rows a wide frame may be.
const sparse = 8

var errNoTime = errors.New("the format Time series needs a column of type TIMESTAMP or DATE, best called time; choose the format Table for others")

// Series is a result as time series: the column time, or the first time, says when; columns of strings and booleans tell series apart;
// numbers are their values. Other columns are left out. What it says about rows and series that it left out is in the notices of the
// first frame. Without rows the frame has no fields, which is how "no data" is written.
func Series(f *data.Frame) (data.Frames, error) {
	at := timeField(f)
	if at < 0 {
		return nil, errNoTime
	}
	f, dropped := sorted(f, at)
	f = seriesColumns(f, timeField(f))
	if len(f.TypeIndices(numeric()...)) == 0 {
		return nil, errors.New("the format Time series needs a column of numbers beside the time; choose the format Table for others")
	}
	if dropped > 0 {
		f.AppendNotices(data.Notice{Severity: data.NoticeSeverityWarning, Text: fmt.Sprintf("rows without a time are left out: %d", dropped)})
	}
	if f.Rows() == 0 {
		f.Fields = nil
		return data.Frames{mark(f, data.FrameTypeTimeSeriesWide)}, nil
	}
	return shape(f)
}

// shape makes series of rows that are sorted, with the time in the first column.
func shape(long *data.Frame) (data.Frames, error) {
	if long.TimeSeriesSchema().Type == data.TimeSeriesTypeWide {
		return data.Frames{mark(withPlainTime(long), data.FrameTypeTimeSeriesWide)}, nil
	}
	limit := max(int64(long.Rows())*int64(len(long.Fields))*sparse, 10_000)
	wide, err := data.LongToWideWithLimit(long, nil, limit)
	if errors.Is(err, data.ErrorWideFrameTooLarge) {
		return multi(long)
	}
	if err != nil {
		return nil, fmt.Errorf("making time series of rows: %w", err)
	}
	return data.Frames{cutSeries(wide)}, nil
}

// cutSeries keeps a wide frame to MostSeries.
func cutSeries(wide *data.Frame) *data.Frame {
	if n := len(wide.Fields) - 1; n > MostSeries {
		wide.Fields = wide.Fields[:MostSeries+1]
		wide.AppendNotices(tooMany(n))
	}
	return wide
}

func tooMany(n int) data.Notice {
	return data.Notice{Severity: data.NoticeSeverityWarning,
		Text: fmt.Sprintf("%d time series came, the first %d are shown: filter, or group by fewer columns", n, MostSeries)}
}

// seriesColumns keeps the columns that series are made of, the time first.
func seriesColumns(f *data.Frame, at int) *data.Frame {
	out := data.NewFrame(f.Name, f.Fields[at])
	out.Meta = f.Meta
	for i, field := range f.Fields {
		kind := field.Type()
		if i != at && (kind.Numeric() || isFactor(kind)) {
			out.Fields = append(out.Fields, field)
		}
	}
	return out
}

func isFactor(kind data.FieldType) bool {
	return kind == data.FieldTypeNullableString || kind == data.FieldTypeNullableBool || kind == data.FieldTypeString || kind == data.FieldTypeBool
}

func numeric() []data.FieldType { return data.NumericFieldTypes() }

// withPlainTime makes the first field one that takes no nulls, as wide frames have it.
func withPlainTime(f *data.Frame) *data.Frame {
	old := f.Fields[0]
	plain := data.NewField(old.Name, old.Labels, make([]time.Time, old.Len()))
	plain.Config = old.Config
	for i := range old.Len() {
		t, _ := old.ConcreteAt(i)
		plain.Set(i, t)
	}
	f.Fields[0] = plain
	return f
}

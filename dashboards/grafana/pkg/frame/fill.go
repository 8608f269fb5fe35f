package frame

import (
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Buckets are time buckets that follow each other.
type Buckets struct {
	Missing     data.FillMissing
	First, Last time.Time // starts of the first and the last bucket
	Next        func(time.Time) time.Time
}

// mostBuckets bounds what is filled in: beyond it a frame stays as it is.
const mostBuckets = 100_000

// FillIn adds the buckets that a wide frame lacks. It reports false, and leaves the frame as it is, if there are too many of them.
func FillIn(f *data.Frame, b Buckets) (*data.Frame, bool) {
	if f.Meta == nil || f.Meta.Type != data.FrameTypeTimeSeriesWide || len(f.Fields) == 0 {
		return f, true
	}
	filled := f.EmptyCopy()
	filled.Meta = f.Meta
	at, row, rows := b.First, 0, f.Rows()
	for n := 0; row < rows || !at.After(b.Last); n++ {
		switch {
		case n == mostBuckets:
			return f, false
		case row < rows && (at.After(b.Last) || !rowTime(f, row).After(at)):
			if rowTime(f, row).Equal(at) {
				at = b.Next(at)
			}
			appendRow(filled, f, row)
			row++
		default:
			appendMissing(filled, at, b.Missing)
			at = b.Next(at)
		}
	}
	return filled, true
}

func rowTime(f *data.Frame, row int) time.Time { return f.Fields[0].At(row).(time.Time) }

func appendRow(to, from *data.Frame, row int) {
	for i, field := range from.Fields {
		to.Fields[i].Append(field.At(row))
	}
}

func appendMissing(to *data.Frame, at time.Time, missing data.FillMissing) {
	last := to.Fields[0].Len() - 1
	to.Fields[0].Append(at)
	for _, field := range to.Fields[1:] {
		field.Extend(1)
		if v, err := data.GetMissing(&missing, field, last); err == nil && v != nil {
			field.Set(last+1, v)
		}
	}
}

package frame

import (
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
)

// clock writes a time of day, or a span of hours, in nanoseconds: "10:00:00.5".
func clock(nanos int64) string {
	sign := ""
	if nanos < 0 {
		sign, nanos = "-", -nanos
	}
	seconds, fraction := nanos/1e9, nanos%1e9
	text := fmt.Sprintf("%s%02d:%02d:%02d", sign, seconds/3600, seconds/60%60, seconds%60)
	if fraction == 0 {
		return text
	}
	return text + strings.TrimRight(fmt.Sprintf(".%09d", fraction), "0")
}

// interval writes an interval as DuckDB does: "1 year 2 months 3 days 04:05:06".
func interval(v arrow.MonthDayNanoInterval) string {
	var parts []string
	for _, p := range []struct {
		n    int32
		name string
	}{{v.Months / 12, "year"}, {v.Months % 12, "month"}, {v.Days, "day"}} {
		switch p.n {
		case 0:
		case 1, -1:
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.name))
		default:
			parts = append(parts, fmt.Sprintf("%d %ss", p.n, p.name))
		}
	}
	if v.Nanoseconds != 0 || len(parts) == 0 {
		parts = append(parts, clock(v.Nanoseconds))
	}
	return strings.Join(parts, " ")
}

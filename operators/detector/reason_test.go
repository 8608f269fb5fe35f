package detector

import "testing"

func TestReason(t *testing.T) {
	for _, c := range []struct {
		reason Reason
		want   string
	}{
		{Reason{}, ""},
		{Reason{cause: warming, value: 37, upper: 100}, "warming up: 37 of 100 rows"},
		{Reason{cause: outside, value: 12, lower: 3.14159, upper: 8.2, figure: 6.14}, "12 is above 3.142 to 8.2, 6.14 deviations off"},
		{Reason{cause: outside, value: 1e15 + 9, lower: 1e15 - 2, upper: 1e15 + 2, figure: 5}, "1.00000000000001e+15 is above 999999999999998 to 1e+15, 5 deviations off"},
		{Reason{cause: far, value: -4, lower: 0, upper: 1, figure: 7, column: 2}, "column 2: -4 is below 0 to 1, 7 times the usual range off"},
		{Reason{cause: drifting, value: 5, lower: 1, upper: 2, figure: 9}, "the mean of the last rows, 5 is above 1 to 2, 9 deviations off"},
		{Reason{cause: unseasonal, value: 5, lower: 1, upper: 2, figure: 86400}, "5 is above 1 to 2 at this time of the day"},
		{Reason{cause: unseasonal, value: 5, lower: 1, upper: 2, figure: 700}, "5 is above 1 to 2 at this time of a season of 700 s"},
		{Reason{cause: changed, value: 5, lower: 1, figure: 4}, "the level went from 1 to 5, 4 rows ago"},
		{Reason{cause: isolated, value: 5, figure: 6}, "5 is isolated: 6 deviations more than rows usually are"},
		{Reason{cause: unlike, figure: 2.5}, "the last rows are unlike any before: 2.5 times the usual distance"},
		{Reason{cause: extreme, value: 5, lower: 1, upper: 2, figure: 1e7}, "5 is above 1 to 2, in the tail one row of 1e+07 is so far out"},
		{Reason{cause: unusual, figure: 8}, "the last rows are further off than usual, 8 deviations"},
	} {
		if got := c.reason.String(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.reason, got, c.want)
		}
	}
}

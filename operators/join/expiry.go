package join

import (
	"cmp"
	"slices"
	"sort"
)

// moment is a row and its event time.
type moment struct {
	time int64
	row  uint32
}

// expiry finds the rows whose time has come. It keeps them in sorted runs, each less than half as long as the one before, so
// that there are few, and each row is merged only a few times.
//
//	runs   [ 3 4 4 7 8 9 … ]   [ 5 6 9 … ]   [ 8 ]
//	         └─ gone at watermark 5    └─ a batch adds a run; runs of like length are merged
type expiry struct{ runs [][]moment }

// add takes rows in. It keeps the slice.
func (x *expiry) add(run []moment) {
	byTime := func(a, b moment) int { return cmp.Compare(a.time, b.time) }
	if len(run) == 0 {
		return
	}
	if !slices.IsSortedFunc(run, byTime) {
		slices.SortFunc(run, byTime)
	}
	x.runs = append(x.runs, run)
	for n := len(x.runs); n > 1 && len(x.runs[n-2]) <= 2*len(x.runs[n-1]); n-- {
		x.runs[n-2] = merge(x.runs[n-2], x.runs[n-1])
		x.runs = x.runs[:n-1]
	}
}

func merge(a, b []moment) []moment {
	if a[len(a)-1].time <= b[0].time {
		return append(a, b...)
	}
	out := make([]moment, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if b[0].time < a[0].time {
			out, b = append(out, b[0]), b[1:]
		} else {
			out, a = append(out, a[0]), a[1:]
		}
	}
	return append(append(out, a...), b...)
}

// take removes the rows whose time has come, and appends them to ids. come is true up to some time, and false behind it.
func (x *expiry) take(come func(time int64) bool, ids []uint32) []uint32 {
	left := x.runs[:0]
	for _, run := range x.runs {
		n := sort.Search(len(run), func(i int) bool { return !come(run[i].time) })
		for _, m := range run[:n] {
			ids = append(ids, m.row)
		}
		if n < len(run) {
			left = append(left, run[n:])
		}
	}
	clear(x.runs[len(left):])
	x.runs = left
	return ids
}

// ends are the times of the first and the last row that have not been taken; some is false if there is none. Rows that were taken back
// since count still.
func (x *expiry) ends() (oldest, newest int64, some bool) {
	for _, run := range x.runs {
		first, last := run[0].time, run[len(run)-1].time
		if !some || first < oldest {
			oldest = first
		}
		if !some || last > newest {
			newest = last
		}
		some = true
	}
	return oldest, newest, some
}

package join

import "github.com/weirdb/weir/engine/spill"

// Rows are kept in pages, so that a growing state is never copied to a larger place.
//
//	row 8195 = page 1, place 3        the first page grows with its rows, the others have their full size from the start
const (
	pageBits = 13
	pageRows = 1 << pageBits
	pageMask = pageRows - 1
)

// pages is a list of values that grows at its end.
type pages[T any] [][]T

// room appends places for at most n values, at least one, and returns them.
func (p *pages[T]) room(n int) []T {
	if len(*p) == 0 || len((*p)[len(*p)-1]) == pageRows {
		var fresh []T
		if len(*p) > 0 {
			fresh = spill.Make[T](pageRows)[:0]
		}
		*p = append(*p, fresh)
	}
	last := &(*p)[len(*p)-1]
	from := len(*last)
	n = min(n, pageRows-from)
	*last = spill.Grow(*last, n)[:from+n]
	return (*last)[from:]
}

// free gives the pages back.
func (p *pages[T]) free() {
	for _, page := range *p {
		spill.Free(page)
	}
	*p = nil
}

// at is where the value of a row lies.
func (p *pages[T]) at(id uint32) *T { return &(*p)[id>>pageBits][id&pageMask] }

// gather appends values[rows[i]] for each i.
func (p *pages[T]) gather(values []T, rows []uint32) {
	for len(rows) > 0 {
		to := p.room(len(rows))
		for i, r := range rows[:len(to)] {
			to[i] = values[r]
		}
		rows = rows[len(to):]
	}
}

// scatter sets to[i] to the value of row ids[i].
func (p pages[T]) scatter(ids []uint32, to []T) {
	to = to[:len(ids)]
	for i, id := range ids {
		to[i] = p[id>>pageBits][id&pageMask]
	}
}

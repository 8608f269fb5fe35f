package topn

import (
	"bytes"

	"github.com/weirdb/weir/engine/spill"
)

// row is a row that is kept. Rows with equal keys rank by number.
type row struct {
	at     uint64 // where its bytes are: the sort key, then the cells
	number uint64
	key    uint32 // length of the sort key
	size   uint32 // length of both
}

// rows keeps the rows of all keys. Their bytes lie in pages, which have no pointers to them, so that they may lie in files; what rows
// that are gone have taken is waste until compact.
//
//	pages   0: ┌ row ┬ row ┬ waste ┬ row ┐   1: ┌ row ┬ waste ┬           at = page, offset
//
// The first page grows with its rows, the others have their full size from the start.
type rows struct {
	trees
	pages [][]byte
	bytes int // in pages
	waste int // of these
}

const (
	pageBytes = 256 << 10
	fewBytes  = 256 << 10 // that may be waste without it being worth a copy
)

// put keeps the bytes of a row.
func (s *rows) put(number uint64, key, cells []byte) row {
	n := len(key) + len(cells)
	if last := len(s.pages) - 1; last < 0 {
		s.pages = append(s.pages, nil)
	} else if len(s.pages[last])+n > pageBytes {
		s.pages = append(s.pages, spill.Make[byte](max(n, pageBytes))[:0])
	}
	last := len(s.pages) - 1
	page := spill.Grow(s.pages[last], n)
	at := uint64(last)<<32 | uint64(len(page))
	s.pages[last] = append(append(page, key...), cells...)
	s.bytes += n
	return row{at: at, number: number, key: uint32(len(key)), size: uint32(n)}
}

// drop forgets a row. Its bytes stay until compact.
func (s *rows) drop(r row) { s.waste += int(r.size) }

func (s *rows) of(r row) []byte { return s.pages[r.at>>32][uint32(r.at):][:r.size] }

func (s *rows) sortKey(r row) []byte { return s.of(r)[:r.key] }
func (s *rows) cells(r row) []byte   { return s.of(r)[r.key:] }

// tie reports whether two rows have the same sort key.
func (s *rows) tie(a, b row) bool { return bytes.Equal(s.sortKey(a), s.sortKey(b)) }

// before reports whether a ranks before b.
func (s *rows) before(a, b row) bool {
	c := bytes.Compare(s.sortKey(a), s.sortKey(b))
	return c < 0 || c == 0 && a.number < b.number
}

// crowded reports whether compact is worth its cost: more than half is waste.
func (s *rows) crowded() bool { return s.waste > s.bytes/2+fewBytes }

// compact copies the rows of all lists to new pages, in the order of the old ones. Whoever has a row has to ask for it again.
func (s *rows) compact(lists []group) {
	var fresh rows
	for i := range s.branches {
		if b := &s.branches[i]; b.n > 0 {
			data := s.of(b.row)
			b.row = fresh.put(b.number, data[:b.key], data[b.key:])
		}
	}
	for i := range lists {
		l := &lists[i].ranked
		l.root = fresh.copyTree(&s.trees, l.root)
		l.last = fresh.rightmost(l.root)
	}
	s.free()
	*s = fresh
}

// free gives the memory back.
func (s *rows) free() {
	for _, page := range s.pages {
		spill.Free(page)
	}
	spill.Free(s.branches)
	*s = rows{}
}

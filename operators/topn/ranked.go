package topn

import (
	"bytes"
	"cmp"
	"slices"
	"sort"
)

// row is a row that is kept. Rows with equal keys rank by number.
type row struct {
	data   []byte // the sort key, then the cells
	key    int    // length of the sort key
	number uint64
}

func (r *row) sortKey() []byte { return r.data[:r.key] }
func (r *row) cells() []byte   { return r.data[r.key:] }

func compare(a, b *row) int {
	if c := bytes.Compare(a.sortKey(), b.sortKey()); c != 0 {
		return c
	}
	return cmp.Compare(a.number, b.number)
}

// blockRows is how many rows a block has at most: an insertion moves no more than these.
const blockRows = 512

// ranked is a list of rows in rank order, in blocks, so that a row is put in or taken out of the middle of a long one in little time.
//
//	blocks   [ 1 1 2 4 ]  [ 5 8 9 ]  [ 9 11 ]      none is empty
type ranked struct {
	blocks [][]*row
	n      int
}

// insert puts a row behind those that rank before it.
func (l *ranked) insert(r *row) {
	l.n++
	if len(l.blocks) == 0 {
		l.blocks = [][]*row{{r}}
		return
	}
	b := sort.Search(len(l.blocks)-1, func(i int) bool { return compare(last(l.blocks[i]), r) > 0 })
	block := l.blocks[b]
	at := sort.Search(len(block), func(i int) bool { return compare(block[i], r) > 0 })
	block = slices.Insert(block, at, r)
	if len(block) <= blockRows {
		l.blocks[b] = block
		return
	}
	half := len(block) / 2
	l.blocks[b] = slices.Clone(block[:half])
	l.blocks = slices.Insert(l.blocks, b+1, slices.Clone(block[half:]))
}

func last(block []*row) *row { return block[len(block)-1] }

// last is the row of the lowest rank. There has to be one.
func (l *ranked) last() *row { return last(l.blocks[len(l.blocks)-1]) }

// remove takes out the first row with the sort key that matches. It returns nil if there is none.
func (l *ranked) remove(key []byte, matches func(*row) bool) *row {
	b, at := l.lowest(key)
	for ; b < len(l.blocks); b, at = b+1, 0 {
		for ; at < len(l.blocks[b]); at++ {
			r := l.blocks[b][at]
			if !bytes.Equal(r.sortKey(), key) {
				return nil
			}
			if matches(r) {
				l.take(b, at)
				return r
			}
		}
	}
	return nil
}

func (l *ranked) take(b, at int) {
	l.n--
	l.blocks[b] = slices.Delete(l.blocks[b], at, at+1)
	if len(l.blocks[b]) == 0 {
		l.blocks = slices.Delete(l.blocks, b, b+1)
	}
}

// lowest is the place of the first row whose sort key is not less.
func (l *ranked) lowest(key []byte) (block, at int) {
	b := sort.Search(len(l.blocks), func(i int) bool { return bytes.Compare(last(l.blocks[i]).sortKey(), key) >= 0 })
	if b == len(l.blocks) {
		return b, 0
	}
	return b, sort.Search(len(l.blocks[b]), func(i int) bool { return bytes.Compare(l.blocks[b][i].sortKey(), key) >= 0 })
}

// before is how many rows have a lower sort key.
func (l *ranked) before(key []byte) int {
	b, n := l.lowest(key)
	for _, block := range l.blocks[:b] {
		n += len(block)
	}
	return n
}

// truncate leaves the first n rows.
func (l *ranked) truncate(n int) {
	l.n = min(l.n, n)
	for i, block := range l.blocks {
		if n <= len(block) {
			clear(block[n:])
			l.blocks[i] = block[:n]
			if n == 0 {
				i--
			}
			l.blocks = slices.Delete(l.blocks, i+1, len(l.blocks))
			return
		}
		n -= len(block)
	}
}

// first appends the first n rows, and with ties also those behind them that are equal to the last of them.
func (l *ranked) first(n int, ties bool, dst []*row) []*row {
	from := len(dst)
	for _, block := range l.blocks {
		for _, r := range block {
			if len(dst)-from >= n && !(ties && bytes.Equal(r.sortKey(), last(dst).sortKey())) {
				return dst
			}
			dst = append(dst, r)
		}
	}
	return dst
}

package topn

import (
	"bytes"
	"cmp"
	"encoding/binary"
)

// ranked is the rows of a key in rank order. Its rows are kept by the rows that are given to its methods.
type ranked struct {
	root uint32 // its tree
	last uint32 // branch of the row of the lowest rank
	n    uint32 // rows
}

// insert puts a row behind those that rank before it or tie with it.
func (l *ranked) insert(s *rows, r row) {
	at, key := l.n, s.sortKey(r)
	head := headOf(key)
	if l.n > 0 && s.compare(s.branch(l.last), head, key) > 0 {
		at = s.upTo(l.root, head, key)
	}
	l.set(s, s.insert(l.root, at, s.newBranch(r, head)))
}

// headOf is the first bytes of a sort key, which mostly tell how it compares without a look at the row.
func headOf(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var head [8]byte
	copy(head[:], key)
	return binary.BigEndian.Uint64(head[:])
}

// compare compares a row with a sort key.
func (s *rows) compare(x *branch, head uint64, key []byte) int {
	if x.head != head {
		return cmp.Compare(x.head, head)
	}
	return bytes.Compare(s.sortKey(x.row), key)
}

// set makes a tree the list's.
func (l *ranked) set(s *rows, root uint32) {
	l.root, l.n, l.last = root, s.len(root), s.rightmost(root)
}

// remove takes out the first row with the sort key that matches. It reports whether there is one.
func (l *ranked) remove(s *rows, key []byte, matches func(row) bool) bool {
	at, found := s.search(l.root, headOf(key), key, 0, matches)
	if !found {
		return false
	}
	rest, gone := s.remove(l.root, at)
	s.drop(gone)
	l.set(s, rest)
	return true
}

// search finds the first row with the sort key that matches, and how many rows are before it; before counts those in front of the tree.
func (s *rows) search(t uint32, head uint64, key []byte, before uint32, matches func(row) bool) (at uint32, found bool) {
	if t == 0 {
		return 0, false
	}
	x := s.branch(t)
	c := s.compare(x, head, key)
	if c >= 0 {
		if at, found = s.search(x.left, head, key, before, matches); found {
			return at, true
		}
	}
	before += s.len(x.left)
	if c == 0 && matches(x.row) {
		return before, true
	}
	if c > 0 {
		return 0, false
	}
	return s.search(x.right, head, key, before+1, matches)
}

// upTo is how many rows of a tree do not have a greater sort key.
func (s *rows) upTo(t uint32, head uint64, key []byte) (n uint32) {
	for t != 0 {
		x := s.branch(t)
		if s.compare(x, head, key) > 0 {
			t = x.left
			continue
		}
		n += s.len(x.left) + 1
		t = x.right
	}
	return n
}

// below is how many rows of a tree have a lower sort key.
func (s *rows) below(t uint32, head uint64, key []byte) (n uint32) {
	for t != 0 {
		x := s.branch(t)
		if s.compare(x, head, key) >= 0 {
			t = x.left
			continue
		}
		n += s.len(x.left) + 1
		t = x.right
	}
	return n
}

// truncate leaves the first n rows.
func (l *ranked) truncate(s *rows, n uint32) {
	first, rest := s.split(l.root, n)
	s.clear(rest, s.drop)
	l.set(s, first)
}

// first appends the first n rows, and with ties also those behind them that are equal to the last of them.
func (l *ranked) first(s *rows, n int, ties bool, dst []row) []row {
	dst, _ = s.first(l.root, len(dst)+n, ties, dst)
	return dst
}

// first appends the rows of a tree until there are so many. It reports whether there may be more.
func (s *rows) first(t uint32, enough int, ties bool, dst []row) (_ []row, more bool) {
	if t == 0 {
		return dst, true
	}
	x := s.branch(t)
	if dst, more = s.first(x.left, enough, ties, dst); !more {
		return dst, false
	}
	if len(dst) >= enough && (!ties || !s.tie(x.row, dst[len(dst)-1])) {
		return dst, false
	}
	return s.first(x.right, enough, ties, append(dst, x.row))
}

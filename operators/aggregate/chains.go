package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/operators/keys"
)

// chains links the elements of each group, which are numbered over all groups in the order in which they come.
//
//	element   0   1   2   3   4         group 7: 0 ► 2 ► 3
//	group     7   9   7   7   9         group 9: 1 ► 4
//	next      2   4   3   -   -
type chains struct {
	ends cells[chainEnds]
	next []uint32 // element + 1, 0 at the end
}

// chainEnds are the first and the last element of a group, plus one, and how many there are; 0 where there are none.
type chainEnds struct{ first, last, n uint32 }

func (c *chains) grow(n int) { c.ends.grow(n) }

func (c *chains) reset() {
	c.ends.reset()
	c.next = emptied(c.next)
}

func (c *chains) free() {
	c.ends.free()
	spill.Free(c.next)
	c.next = nil
}

// emptied keeps the memory of a closed window's values for the next window, unless it is so much that it had better be freed.
func emptied[T any](s []T) []T {
	if cap(s) > maxFreeGroups {
		spill.Free(s)
		return nil
	}
	return s[:0]
}

// link adds the next element to a group.
func (c *chains) link(group uint32) {
	c.next = append(spill.Grow(c.next, 1), 0)
	element := uint32(len(c.next))
	ends := &c.ends.at[group]
	if ends.first == 0 {
		ends.first = element
	} else {
		c.next[ends.last-1] = element
	}
	ends.last = element
	ends.n++
}

// elements appends the elements of a group to dst, in order.
func (c *chains) elements(dst []uint32, group uint32) []uint32 {
	for e := c.first(group); e != 0; e = c.next[e-1] {
		dst = append(dst, e-1)
	}
	return dst
}

// first is the first element of a group, plus one; 0 if there is none. Behind element e - 1 comes next[e-1] - 1.
func (c *chains) first(group uint32) uint32 { return c.ends.at[group].first }

// atOnce is how many elements of a group are taken in hand together.
const atOnce = 8192

// some appends elements to dst from the given one on, which is plus one as first and the rest are.
func (c *chains) some(dst []uint32, from uint32) (elements []uint32, rest uint32) {
	for len(dst) < atOnce && from != 0 {
		dst = append(dst, from-1)
		from = c.next[from-1]
	}
	return dst, from
}

// share is the part of total that a group's elements make up on average.
func (c *chains) share(group uint32, total int) int {
	if len(c.next) == 0 {
		return 0
	}
	return int(float64(total) / float64(len(c.next)) * float64(c.ends.at[group].n))
}

// empty reports whether a group has no element.
func (c *chains) empty(group uint32) bool { return c.ends.at[group].first == 0 }

// flatten lists the elements of saved lists as rows of the lists' values, with the group of each.
func (s *selection) flatten(saved arrow.Array, groups, rows []uint32) arrow.Array {
	lists, valid := saved.(array.ListLike), keys.ValidityOf(saved)
	s.begin()
	for i, r := range rows {
		if valid.Null(r) {
			continue
		}
		start, end := lists.ValueOffsets(int(r))
		for e := start; e < end; e++ {
			s.add(groups[i], uint32(e))
		}
	}
	return lists.ListValues()
}

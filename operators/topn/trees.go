package topn

import "github.com/weirdb/weir/engine/spill"

// trees are the lists of rows of all keys, each a treap: a search tree by rank, and a heap by weight, which is drawn from the row's
// number, so that it is balanced whatever order rows come in (Seidel and Aragon, "Randomized Search Trees", Algorithmica 16, 1996).
// Each branch counts the rows below it, so that a list is cut by position. Branches are numbers, not pointers: they may lie in files.
//
//	          3 rows: b
//	         ╱         ╲
//	1 row: a            1 row: c
type trees struct {
	branches []branch
	spare    uint32 // first of the branches that are free, each with the next one on its left
}

// branch is a row and its place in a tree. Trees are the number of their branch plus one, 0 if they have none.
type branch struct {
	row
	head        uint64 // of its sort key
	left, right uint32
	n           uint32 // rows in this tree; 0 while the branch is free
	weight      uint32 // not less than those of the trees below
}

// branch is valid until the next newBranch.
func (s *trees) branch(t uint32) *branch { return &s.branches[t-1] }

func (s *trees) len(t uint32) uint32 {
	if t == 0 {
		return 0
	}
	return s.branch(t).n
}

// newBranch makes a tree of one row.
func (s *trees) newBranch(r row, head uint64) uint32 {
	t := s.spare
	if t == 0 {
		s.branches = append(spill.Grow(s.branches, 1), branch{})
		t = uint32(len(s.branches))
	} else {
		s.spare = s.branch(t).left
	}
	*s.branch(t) = branch{row: r, head: head, n: 1, weight: weigh(r.number)}
	return t
}

// weigh mixes the bits of a number: the finalizer of G. Steele's SplitMix (OOPSLA 2014).
func weigh(number uint64) uint32 {
	x := number * 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return uint32(x >> 33)
}

// insert puts a tree of one row behind the first n rows of t.
func (s *trees) insert(t, n, fresh uint32) uint32 {
	x := s.branch(fresh)
	if t == 0 || x.weight > s.branch(t).weight {
		x.left, x.right = s.split(t, n)
		s.count(x)
		return fresh
	}
	x = s.branch(t)
	x.n++
	if left := s.len(x.left); n <= left {
		x.left = s.insert(x.left, n, fresh)
	} else {
		x.right = s.insert(x.right, n-left-1, fresh)
	}
	return t
}

// remove takes the row behind the first n out.
func (s *trees) remove(t, n uint32) (rest uint32, gone row) {
	x := s.branch(t)
	left := s.len(x.left)
	if n == left {
		gone, rest = x.row, s.join(x.left, x.right)
		s.release(t)
		return rest, gone
	}
	x.n--
	if n < left {
		x.left, gone = s.remove(x.left, n)
	} else {
		x.right, gone = s.remove(x.right, n-left-1)
	}
	return t, gone
}

// join makes one tree of two, with the rows of b behind those of a.
func (s *trees) join(a, b uint32) uint32 {
	switch {
	case a == 0:
		return b
	case b == 0:
		return a
	}
	if x := s.branch(a); x.weight >= s.branch(b).weight {
		x.right = s.join(x.right, b)
		s.count(x)
		return a
	}
	y := s.branch(b)
	y.left = s.join(a, y.left)
	s.count(y)
	return b
}

// split cuts the first n rows off.
func (s *trees) split(t, n uint32) (first, rest uint32) {
	if t == 0 {
		return 0, 0
	}
	x := s.branch(t)
	if left := s.len(x.left); n > left {
		x.right, rest = s.split(x.right, n-left-1)
		s.count(x)
		return t, rest
	}
	first, x.left = s.split(x.left, n)
	s.count(x)
	return first, t
}

func (s *trees) count(x *branch) { x.n = 1 + s.len(x.left) + s.len(x.right) }

// rightmost is the branch of a tree's last row; 0 if there is none.
func (s *trees) rightmost(t uint32) uint32 {
	if t == 0 {
		return 0
	}
	for s.branch(t).right != 0 {
		t = s.branch(t).right
	}
	return t
}

// clear frees all branches of a tree, and tells of each row.
func (s *trees) clear(t uint32, dropped func(row)) {
	if t == 0 {
		return
	}
	x := s.branch(t)
	s.clear(x.left, dropped)
	s.clear(x.right, dropped)
	dropped(x.row)
	s.release(t)
}

func (s *trees) release(t uint32) {
	*s.branch(t) = branch{left: s.spare}
	s.spare = t
}

// copyTree copies a tree of others.
func (s *trees) copyTree(from *trees, root uint32) uint32 {
	if root == 0 {
		return 0
	}
	b := *from.branch(root)
	b.left = s.copyTree(from, b.left)
	t := s.newBranch(b.row, b.head)
	b.right = s.copyTree(from, b.right)
	*s.branch(t) = b
	return t
}

// each calls do for each row of a tree, in rank order, until that fails.
func (s *trees) each(t uint32, do func(row) error) error {
	if t == 0 {
		return nil
	}
	x := s.branch(t)
	if err := s.each(x.left, do); err != nil {
		return err
	}
	if err := do(x.row); err != nil {
		return err
	}
	return s.each(x.right, do)
}

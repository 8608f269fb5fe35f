package detector

import "math"

// tree is one random cut tree over a sample of points: each inner node cuts its box in two at a random place, a dimension with a chance as
// large as its side is long. Points, nodes and boxes lie in arrays, so that a full tree allocates nothing.
type tree struct {
	dims      int
	points    []float64 // dims a place
	parents   []int32   // of the places' leaves; none at the root
	nodes     []cutNode
	boxes     []float64 // low and high of each node: 2·dims
	free      []int32   // nodes that are not in use
	root      int32
	size      int
	low, high []float64 // scratch
}

// cutNode is an inner node. Children from 0 on are nodes, and those below are the leaves of places: -1 − place.
type cutNode struct {
	cut                 float64
	dim                 int32
	left, right, parent int32
	mass                int32 // leaves below
}

// none is no node.
const none = math.MaxInt32

func newTree(dims, places int) tree {
	t := tree{
		dims: dims, points: make([]float64, dims*places), parents: make([]int32, places),
		nodes: make([]cutNode, places), boxes: make([]float64, 2*dims*places), free: make([]int32, 0, places), root: none,
	}
	for i := places - 1; i >= 0; i-- {
		t.free = append(t.free, int32(i))
	}
	return t
}

func leafOf(place int) int32 { return int32(-1 - place) }

func (t *tree) point(place int) []float64 { return t.points[place*t.dims : (place+1)*t.dims] }

// box is the smallest that holds all points of a child.
func (t *tree) box(child int32) (low, high []float64) {
	if child < 0 {
		p := t.point(int(-1 - child))
		return p, p
	}
	b := t.boxes[int(child)*2*t.dims:]
	return b[:t.dims], b[t.dims : 2*t.dims]
}

func (t *tree) massOf(child int32) int32 {
	if child < 0 {
		return 1
	}
	return t.nodes[child].mass
}

// growth is how much a box's sides would grow to take in x, and how long they would be then, both summed.
func growth(low, high, x []float64) (grown, length float64) {
	for i, v := range x {
		switch {
		case v < low[i]:
			grown += low[i] - v
		case v > high[i]:
			grown += v - high[i]
		}
		length += high[i] - low[i]
	}
	return grown, grown + length
}

// insert puts x into a place that is not in use. Each node on the way down is asked for a cut of its box and x: one that parts them makes
// a node above it.
func (t *tree) insert(place int, x []float64, r *random) {
	copy(t.point(place), x)
	if t.size++; t.size == 1 {
		t.root, t.parents[place] = leafOf(place), none
		return
	}
	parent, at := int32(none), t.root
	for {
		low, high := t.box(at)
		grown, length := growth(low, high, x)
		dim, cut, parts := 0, x[0], length == 0
		if grown > 0 {
			dim, cut, parts = cutAt(low, high, x, r.float()*length)
		}
		if parts || at < 0 {
			t.part(parent, at, place, dim, cut)
			return
		}
		n := &t.nodes[at]
		n.mass++
		for i, v := range x {
			low[i], high[i] = min(low[i], v), max(high[i], v)
		}
		parent, at = at, n.side(x)
	}
}

// side is the child on whose side of the cut x lies.
func (n *cutNode) side(x []float64) int32 {
	if x[n.dim] <= n.cut {
		return n.left
	}
	return n.right
}

// cutAt is the cut at some length along the sides of the box with x in it, one after the other, and whether it parts box and x.
func cutAt(low, high, x []float64, along float64) (dim int, cut float64, parts bool) {
	for i, v := range x {
		from, to := min(low[i], v), max(high[i], v)
		if along < to-from || i == len(x)-1 {
			cut = min(from+along, math.Nextafter(to, from))
			return i, cut, v <= cut && cut < low[i] || high[i] <= cut && cut < v
		}
		along -= to - from
	}
	return 0, 0, false
}

// part makes a node above a child, with the leaf of a place beside it.
func (t *tree) part(parent, child int32, place, dim int, cut float64) {
	id := t.free[len(t.free)-1]
	t.free = t.free[:len(t.free)-1]
	x := t.point(place)
	n := cutNode{cut: cut, dim: int32(dim), left: child, right: leafOf(place), parent: parent, mass: t.massOf(child) + 1}
	if low, _ := t.box(child); x[dim] <= cut && low[dim] > cut {
		n.left, n.right = n.right, n.left
	}
	t.nodes[id] = n
	t.adopt(child, id)
	t.parents[place] = id
	t.replace(parent, child, id)
	t.fit(id)
}

// adopt makes a node the parent of a child.
func (t *tree) adopt(child, parent int32) {
	if child < 0 {
		t.parents[-1-child] = parent
	} else {
		t.nodes[child].parent = parent
	}
}

// replace puts one child of a parent, or the root, in place of another.
func (t *tree) replace(parent, child, by int32) {
	switch {
	case parent == none:
		t.root = by
	case t.nodes[parent].left == child:
		t.nodes[parent].left = by
	default:
		t.nodes[parent].right = by
	}
}

// fit makes a node's box that of its children.
func (t *tree) fit(id int32) {
	low, high := t.box(id)
	l1, h1 := t.box(t.nodes[id].left)
	l2, h2 := t.box(t.nodes[id].right)
	for i := range low {
		low[i], high[i] = min(l1[i], l2[i]), max(h1[i], h2[i])
	}
}

// remove takes the point of a place out: its sibling takes the place of their parent.
func (t *tree) remove(place int) {
	t.size--
	id := t.parents[place]
	if id == none {
		t.root = none
		return
	}
	n := t.nodes[id]
	sibling := n.left
	if sibling == leafOf(place) {
		sibling = n.right
	}
	t.adopt(sibling, n.parent)
	t.replace(n.parent, id, sibling)
	t.free = append(t.free, id)
	for up := n.parent; up != none; up = t.nodes[up].parent {
		t.nodes[up].mass--
		t.fit(up)
	}
}

// score is how soon a random cut would part x from the points, over all cuts that there could be: high where x lies apart.
//
//	Σ over the nodes on x's way:  P(the cuts before did not part it) · P(this one does) / (depth + 1);  times log2(points + 1)
func (t *tree) score(x []float64) float64 {
	sum, reach, total := 0.0, 1.0, float64(t.size)
	at, depth := t.root, 0.0
	for {
		low, high := t.box(at)
		grown, length := growth(low, high, x)
		if length == 0 { // all points here are x
			mass := float64(t.massOf(at))
			sum += reach * (1 - mass/(2*total)) / (depth + math.Log2(1+mass))
			break
		}
		parted := grown / length
		sum += reach * parted / (depth + 1)
		if reach *= 1 - parted; reach < 1e-9 || at < 0 {
			break
		}
		at = t.nodes[at].side(x)
		depth++
	}
	return sum * math.Log2(total+1)
}

func (t *tree) fields(s *state) {
	places := len(t.parents)
	s.index(&t.size, places)
	s.floatsOf(t.points)
	s.floatsOf(t.boxes)
	s.link(&t.root)
	for i := range t.parents {
		s.link(&t.parents[i])
	}
	for i := range t.nodes {
		n := &t.nodes[i]
		s.float(&n.cut)
		s.link(&n.dim, &n.left, &n.right, &n.parent, &n.mass)
	}
	n := len(t.free)
	s.index(&n, places)
	if s.mode == loading {
		t.free = append(t.free[:0], make([]int32, n)...)
	}
	for i := range t.free {
		s.link(&t.free[i])
	}
}

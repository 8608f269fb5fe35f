package detector

import "math"

// neighbourMethod looks for a stretch of rows that is unlike any before.
//
//	12 rows make one block: their mean, or their extreme where that is far from the mean
//	the last 4 blocks are compared with every 4 blocks before them, among the last 1000:  d = smallest root mean square distance
//	m, v: mean and variance of earlier d;  surprise = −log10(2 Q((d − m)/√v)) for d > m
//
// A discord of the matrix profile to the left, over blocks: after Lu et al. 2022, Matrix Profile XXIV (DAMP), and Yeh et al. 2016; blocks after
// ARTime. State: four bytes a block held, 4 KB. Cost: 4 multiplications a block held, every 12 rows: about 350 a row.
func neighbourMethod() Method {
	return Method{
		Name:    "neighbour",
		Doc:     "The shape of the last rows against all earlier shapes. For patterns that are wrong though each value is usual; it notices at the end of a block.",
		Formula: "d = smallest root mean square distance of the last 4 block means from 4 earlier ones; surprise −log10(2 Q((d − m)/√v)), m and v mean and variance of earlier d",
		Paper:   "Lu et al. 2022, Matrix Profile XXIV (DAMP, KDD); Yeh et al. 2016, Matrix Profile I (ICDM)",
		State:   "4 KB (4 bytes a block held)",
		Example: "SELECT *, anomaly_neighbour(current, block := 6) OVER (PARTITION BY motor ORDER BY ts) AS a FROM reading",
		Options: common(150, 0,
			Option{Name: "block", Type: Whole, Default: 12.0, Min: 1, Max: 10_000, Doc: "How many rows make a block."},
			Option{Name: "blocks", Type: Whole, Default: 4.0, Min: 2, Max: mostBlocks, Doc: "How many blocks in a row are compared."},
			Option{Name: "held", Type: Whole, Default: 1000.0, Min: 10, Max: 100_000, Doc: "How many of the last blocks are held."}),
		Columns: 1,
		New: gated(func(_ int, s Settings) func() part {
			block, blocks, held := s.Number("block"), s.Rows("blocks"), s.Rows("held")
			return func() part { return newNeighbour(block, blocks, held) }
		}),
	}
}

// mostBlocks is how many blocks in a row are compared at most.
const mostBlocks = 100

type neighbour struct {
	perBlock   float64
	length     int
	held       int
	blocks     offsets // a ring once it is full
	oldest     int     // in blocks
	distances  moments
	rows       float64 // of the block that is being filled
	sum        float64
	least, top float64
}

func newNeighbour(perBlock float64, length, held int) *neighbour {
	return &neighbour{perBlock: perBlock, length: length, held: held, distances: moments{memory: likelihoodMemory / perBlock}}
}

func (n *neighbour) next(_ int64, x []float64) verdict {
	if n.rows == 0 {
		n.sum, n.least, n.top = 0, x[0], x[0]
	}
	n.rows++
	n.sum += x[0]
	n.least, n.top = min(n.least, x[0]), max(n.top, x[0])
	if n.rows < n.perBlock {
		return verdict{forecast: noForecast}
	}
	n.hold(n.block())
	n.rows = 0
	return n.judge()
}

// extremeShare is how far from the mean, of its magnitude, an extreme must be to stand for its block.
const extremeShare = 0.1

// block is the value of the rows gathered.
func (n *neighbour) block() float64 {
	mean := n.sum / n.rows
	extreme := n.top
	if mean-n.least > n.top-mean {
		extreme = n.least
	}
	if math.Abs(extreme-mean) > extremeShare*math.Abs(mean) {
		return extreme
	}
	return mean
}

func (n *neighbour) judge() verdict {
	v := verdict{forecast: noForecast}
	if len(n.blocks.list) < 2*n.length {
		return v
	}
	var room [mostBlocks]float64
	recent := room[:n.length]
	for i := range recent {
		recent[i] = n.off(len(n.blocks.list) - n.length + i)
	}
	d := n.nearest(recent)
	if n.distances.rows*n.perBlock >= likelihoodWarmup && d > n.distances.mean {
		z := off(d, n.distances.mean, n.floored(n.distances.deviation(), recent))
		v.surprise = surprise(z)
		v.why = Reason{cause: unlike, figure: min(d/n.floored(n.distances.mean, recent), mostDeviations)}
	}
	n.distances.learn(d)
	return v
}

// hold puts a block in the place of the oldest, if there are as many as there may be.
func (n *neighbour) hold(block float64) {
	if len(n.blocks.list) < n.held {
		n.blocks.add(block, n.held)
		return
	}
	n.blocks.set(n.oldest, block)
	if n.oldest++; n.oldest == n.held {
		n.oldest = 0
		n.blocks.rebase(itself)
	}
}

// floored is a distance that is never less than what the last blocks are held to.
func (n *neighbour) floored(distance float64, recent []float64) float64 {
	for _, r := range recent {
		distance = max(distance, coarseness*math.Abs(r))
	}
	return floored(distance, n.blocks.base+recent[0])
}

// place is where the i-th oldest block is.
func (n *neighbour) place(i int) int {
	if i += n.oldest; i >= len(n.blocks.list) {
		i -= len(n.blocks.list)
	}
	return i
}

// off is what the i-th oldest block is off the base.
func (n *neighbour) off(i int) float64 { return n.blocks.list[n.place(i)].float() }

// nearest is the smallest distance of the recent blocks from earlier ones that they do not overlap.
func (n *neighbour) nearest(recent []float64) float64 {
	held := len(n.blocks.list)
	best := math.Inf(1)
	for from, end := 0, held-2*n.length+1; from < end; {
		at := n.place(from)
		side := min(end-from, held-at-n.length+1) // so many stretches lie side by side
		if side > 0 {
			best = min(best, leastSquare(n.blocks.list[at:at+side+n.length-1], recent))
			from += side
			continue
		}
		best = min(best, n.square(from, recent)) // over the ring's end
		from++
	}
	return math.Sqrt(best / float64(n.length))
}

// leastSquare is the smallest squared distance of the recent blocks from as many neighbours in a list.
func leastSquare(list []coarse, recent []float64) float64 {
	best := math.Inf(1)
	for from := 0; from+len(recent) <= len(list); from++ {
		stretch, sum := list[from:from+len(recent)], 0.0
		for i, r := range recent {
			d := r - stretch[i].float()
			sum += d * d
		}
		if sum < best {
			best = sum
		}
	}
	return best
}

// square is the squared distance of the recent blocks from those at a place.
func (n *neighbour) square(from int, recent []float64) float64 {
	sum := 0.0
	for i, r := range recent {
		d := r - n.off(from+i)
		sum += d * d
	}
	return sum
}

func (n *neighbour) fields(s *state) {
	s.layout(2)
	n.blocks.fields(s, n.held)
	s.index(&n.oldest, max(0, len(n.blocks.list)-1))
	n.distances.fields(s)
	s.float(&n.rows, &n.sum, &n.least, &n.top)
}

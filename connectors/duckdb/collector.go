package duckdb

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"weak"

	"github.com/weirdb/weir/engine"
)

// collector takes the rows of one call of a detector, from all threads, and then tells their scores. DuckDB's window operator goes through the
// rows by parts, in each of which are all rows of some keys. So keys do not go together, but of one key all rows come before any is asked for:
//
//	key a   push push push │ score score score
//	key b            push push push │ score score score     the first score computes those of all the key's rows
//
// If the plan runs again, more rows of a key come. There may be some left of a run that was not read to its end: a score says how many rows
// of the key there are, and the last ones count.
type collector struct {
	number  int64
	columns int

	mu    sync.Mutex
	bytes int
	of    map[uint64]*series
}

// series are the rows of one key: first as they come; then, scored, in their order, each once.
type series struct {
	at     []int64
	x      []float64 // columns of them for each; NaN for a row that is not scored
	scores []engine.Score
	scored bool
}

// point is a row to be scored.
type point struct {
	key uint64
	at  int64
	x   []float64 // finite
}

// mostCollected bounds the memory that the rows of a call take.
const mostCollected = 2 << 30

// collectors are all that live, by number. A collector goes when the plan does that it is for.
var (
	collectors    sync.Map // of weak.Pointer[collector]
	collectorsMax atomic.Int64
)

func newCollector(columns int) *collector {
	c := &collector{number: collectorsMax.Add(1), columns: columns, of: map[uint64]*series{}}
	collectors.Store(c.number, weak.Make(c))
	runtime.AddCleanup(c, func(number int64) { collectors.Delete(number) }, c.number)
	return c
}

// collected finds a collector; nil if there is none.
func collected(number int64) *collector {
	found, ok := collectors.Load(number)
	if !ok {
		return nil
	}
	return found.(weak.Pointer[collector]).Value()
}

// push takes a row. One that is not to be scored has NaN.
func (c *collector) push(p point) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bytes += 8 * (1 + c.columns); c.bytes > mostCollected {
		return fmt.Errorf("a detector is asked to score more rows at once than fit in %d GB: ask for fewer, such as those of a day", mostCollected>>30)
	}
	s := c.of[p.key]
	if s == nil || s.scored {
		s = &series{}
		c.of[p.key] = s
	}
	s.at, s.x = append(s.at, p.at), append(s.x, p.x...)
	return nil
}

// errChanged is why a row has no score.
var errChanged = errors.New("a detector is asked to score a row that it was not given: what it scores must be the same each time that it is computed")

// score tells the score of a row, one of so many of its key.
func (c *collector) score(p point, rows int, scorer func() engine.Scorer) (engine.Score, error) {
	if c == nil || scorer == nil {
		return engine.Score{}, errors.New("the rows that a detector is to score are gone")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.of[p.key]
	if s == nil || !s.scored && len(s.at) < rows {
		return engine.Score{}, errChanged
	}
	if !s.scored {
		stale := len(s.at) - rows
		s.at, s.x = s.at[stale:], s.x[stale*c.columns:]
		s.compute(c.columns, scorer())
	}
	i, found := s.find(p)
	if !found {
		return engine.Score{}, errChanged
	}
	return s.scores[i], nil
}

// compute scores all rows. Those that are equal come one after the other, and all have the last one's score: what is kept is one of them.
func (s *series) compute(columns int, scorer engine.Scorer) {
	point := func(i int) []float64 { return s.x[i*columns : (i+1)*columns] }
	order := make([]int, 0, len(s.at))
	for i := range s.at {
		if !slices.ContainsFunc(point(i), math.IsNaN) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return comparePoints(s.at[a], point(a), s.at[b], point(b)) })
	at, x := make([]int64, 0, len(order)), make([]float64, 0, len(order)*columns)
	for n, i := range order {
		score := scorer.Score(s.at[i], point(i))
		if n > 0 && comparePoints(s.at[order[n-1]], point(order[n-1]), s.at[i], point(i)) == 0 {
			s.scores[len(s.scores)-1] = score
			continue
		}
		at, x, s.scores = append(at, s.at[i]), append(x, point(i)...), append(s.scores, score)
	}
	s.at, s.x, s.scored = at, x, true
}

// comparePoints compares by time, then by the columns. 0 and -0 are the same.
func comparePoints(at int64, x []float64, otherAt int64, other []float64) int {
	if at != otherAt {
		return cmp.Compare(at, otherAt)
	}
	return slices.CompareFunc(x, other, cmp.Compare[float64])
}

func (s *series) find(p point) (int, bool) {
	columns := len(p.x)
	low, high := 0, len(s.at)
	for low < high {
		middle := (low + high) / 2
		if comparePoints(s.at[middle], s.x[middle*columns:(middle+1)*columns], p.at, p.x) < 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < len(s.at) && comparePoints(s.at[low], s.x[low*columns:(low+1)*columns], p.at, p.x) == 0
}

package join

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/function"
)

const second = 1_000_000

// spans are bounds on right time - left time, in seconds.
var spans = [][2]int64{{0, 20}, {-10, 10}, {-30, -5}, {5, 12}, {0, 0}, {-15, 0}}

// TestFinalFollowsDuckDB reads both inputs as they come, in disorder, with a watermark behind, and compares after each step
// with what DuckDB has: all pairs so far, and the rows without a match whose fate is sealed.
func TestFinalFollowsDuckDB(t *testing.T) {
	o := newOracle(t)
	createInputs(o, testRows, 2)
	seed := uint64(0)
	for _, keying := range keyings {
		for _, residual := range residuals {
			for _, kind := range kinds {
				for _, bounded := range []bool{false, true} {
					seed++
					n := &plan.Join{Kind: kind, Keys: keying.keys, Residual: residual.all}
					if bounded {
						bound(n, spans[(seed+seed/7)%uint64(len(spans))])
					}
					name := fmt.Sprintf("%s/%s/%s/%v", keying.name, residual.name, kind, bounded)
					t.Run(name, func(t *testing.T) { newReader(t, o, n, seed).run() })
				}
			}
		}
	}
}

// bound adds the bounds, and the condition that they come from.
func bound(n *plan.Join, span [2]int64) {
	n.Bounds = &plan.TimeBounds{Left: columnTS, Right: columnTS, Low: span[0] * second, High: span[1] * second}
	moved := func(by int64) *plan.Expr {
		interval := plan.Lit(plan.Value{Interval: &plan.Interval{Micros: by}}, types.Of(types.Interval))
		return plan.Fn("+", types.Of(types.Timestamp), leftColumn(columnTS), interval)
	}
	n.Residual = append(slices.Clone(n.Residual),
		condition(plan.GreaterEqual, rightColumn(columnTS), moved(n.Bounds.Low)), condition(plan.LessEqual, rightColumn(columnTS), moved(n.Bounds.High)))
}

// reader reads the inputs of a join that writes once.
type reader struct {
	*cluster
	t         *testing.T
	o         *oracle
	inputs    [2]arrow.RecordBatch
	times     [2]*array.Timestamp
	next      [2]int
	counted   [2][]int // rows that were not late
	late      []string
	watermark engine.Time
	delay     int64 // how far the watermark is behind, in seconds: from ten on no row is late
}

func newReader(t *testing.T, o *oracle, n *plan.Join, seed uint64) *reader {
	random := rand.New(rand.NewPCG(seed, 9))
	c := Config{Node: n, Left: testFields, Right: testFields, Evaluator: o, Allocator: checked(t)}
	r := &reader{cluster: newCluster(t, c, 1+random.IntN(3), random), t: t, o: o, watermark: engine.MinTime, delay: 10}
	if random.IntN(2) == 0 {
		r.delay = 2
	}
	for i, name := range []string{"l", "r"} {
		r.inputs[i] = o.query("FROM " + name + " ORDER BY i")
		r.times[i] = r.inputs[i].Column(columnTS).(*array.Timestamp)
	}
	return r
}

func (r *reader) run() {
	r.t.Helper()
	for r.next[0] < testRows || r.next[1] < testRows {
		input := r.random.IntN(2)
		r.read(input, r.random.IntN(25))
		if r.random.IntN(2) == 0 {
			r.step()
		}
		r.flush()
		if r.random.IntN(3) == 0 {
			r.compare(r.sealed())
		}
		if r.random.IntN(4) == 0 {
			r.move(1 + r.random.IntN(4))
		}
	}
	r.advance(engine.MaxTime)
	r.compare("true")
	if r.live() > 0 {
		r.t.Fatalf("%d rows are kept at the end", r.live())
	}
	slices.Sort(r.late)
	slices.Sort(r.out.late)
	sameRows(r.t, "late", r.out.late, r.late)
}

// read sends the next rows of an input, in a random order.
func (r *reader) read(input, n int) {
	r.t.Helper()
	n = min(n, testRows-r.next[input])
	index := make([]int32, n)
	for k, i := range r.random.Perm(n) {
		index[k] = int32(r.next[input] + i)
	}
	r.next[input] += n
	for _, i := range index {
		if r.isLate(input, int(i)) {
			r.late = append(r.late, rowText(r.inputs[input], int(i)))
		} else {
			r.counted[input] = append(r.counted[input], int(i))
		}
	}
	rows := function.Select(memory.DefaultAllocator, r.inputs[input], index)
	r.process(input, rows, nil)
	rows.Release()
}

func (r *reader) isLate(input, i int) bool {
	times := r.times[input]
	return r.config.Node.Bounds != nil && times.IsValid(i) && engine.Time(times.Value(i)) < r.watermark
}

// step moves the watermark as far as both inputs allow.
func (r *reader) step() {
	r.t.Helper()
	wm := engine.MaxTime
	for input, times := range r.times {
		highest := engine.MinTime
		for i := range r.next[input] {
			if times.IsValid(i) && times.Value(i) < forever {
				highest = max(highest, engine.Time(times.Value(i)))
			}
		}
		wm = min(wm, highest)
	}
	if wm == engine.MinTime {
		return
	}
	r.watermark = max(r.watermark, wm-engine.Time(r.delay*second))
	r.advance(r.watermark)
}

// sealed is a condition on the output's rows: those without a partner are there only if none can come.
func (r *reader) sealed() string {
	n := r.config.Node
	left, right := "l.ts IS NULL", "r.ts IS NULL"
	switch {
	case n.Bounds == nil:
		left, right = "false", "false" // but what a NULL key says, see below
	case r.watermark != engine.MinTime:
		left = fmt.Sprintf("(l.ts IS NULL OR l.ts + to_microseconds(%d) < make_timestamp(%d))", n.Bounds.High, r.watermark)
		right = fmt.Sprintf("(r.ts IS NULL OR r.ts - to_microseconds(%d) < make_timestamp(%d))", n.Bounds.Low, r.watermark)
	}
	for _, k := range n.Keys {
		if !k.Nulls {
			left += fmt.Sprintf(" OR l.%s IS NULL", testFields[k.Left].Name)
			right += fmt.Sprintf(" OR r.%s IS NULL", testFields[k.Right].Name)
		}
	}
	switch n.Kind {
	case plan.LeftJoin:
		return fmt.Sprintf("r.i IS NOT NULL OR %s", left)
	case plan.RightJoin:
		return fmt.Sprintf("l.i IS NOT NULL OR %s", right)
	case plan.FullJoin:
		return fmt.Sprintf("(l.i IS NOT NULL AND r.i IS NOT NULL) OR (r.i IS NULL AND (%s)) OR (l.i IS NULL AND (%s))", left, right)
	case plan.AntiJoin:
		return left
	}
	return "true"
}

func (r *reader) compare(where string) {
	r.t.Helper()
	query := joinSQL(r.config.Node, chosen("l", r.counted[0]), chosen("r", r.counted[1])) + " WHERE " + where
	sameRows(r.t, strings.TrimSpace(query), r.out.sorted(r.t), texts(r.o.query(query)))
}

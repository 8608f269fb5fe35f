package join

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/operators/function"
)

const testRows = 120

// TestChangesFollowDuckDB adds rows and takes them back, and compares with DuckDB over what is there at each flush.
func TestChangesFollowDuckDB(t *testing.T) {
	o := newOracle(t)
	createInputs(o, testRows, 1)
	seed := uint64(0)
	for _, keying := range keyings {
		for _, residual := range residuals {
			for _, kind := range kinds {
				seed++
				t.Run(fmt.Sprintf("%s/%s/%s", keying.name, residual.name, kind), func(t *testing.T) {
					n := &plan.Join{Kind: kind, Keys: keying.keys, Residual: residual.all, Changes: true}
					if random := rand.New(rand.NewPCG(seed, 3)); random.IntN(3) == 0 {
						bound(n, spans[random.IntN(len(spans))])
					}
					f := newFollower(t, o, n, seed)
					for range 8 {
						f.epoch()
					}
				})
			}
		}
	}
}

// follower changes the inputs of a join at random.
type follower struct {
	*cluster
	t       *testing.T
	o       *oracle
	inputs  [2]arrow.RecordBatch
	present [2][]int
	retract [2]bool // whether the input takes rows back
}

func newFollower(t *testing.T, o *oracle, n *plan.Join, seed uint64) *follower {
	random := rand.New(rand.NewPCG(seed, 7))
	c := Config{Node: n, Left: testFields, Right: testFields, Evaluator: o, Allocator: checked(t)}
	f := &follower{cluster: newCluster(t, c, 1+random.IntN(3), random), t: t, o: o}
	for i, name := range []string{"l", "r"} {
		f.inputs[i] = o.query("FROM " + name + " ORDER BY i")
		f.retract[i] = random.IntN(4) > 0
	}
	return f
}

// epoch sends changes in a random order: what takes a row back may come before what adds it.
func (f *follower) epoch() {
	f.t.Helper()
	for range f.random.IntN(4) {
		input := f.random.IntN(2)
		ids, weights := f.changes(input)
		f.random.Shuffle(len(ids), func(i, j int) {
			ids[i], ids[j] = ids[j], ids[i]
			weights[i], weights[j] = weights[j], weights[i]
		})
		if !f.retract[input] {
			weights = nil
		}
		rows := function.Select(memory.DefaultAllocator, f.inputs[input], ids)
		f.process(input, rows, weights)
		rows.Release()
	}
	f.flush()
	query := joinSQL(f.config.Node, chosen("l", f.present[0]), chosen("r", f.present[1]))
	sameRows(f.t, query, f.out.sorted(f.t), texts(f.o.query(query)))
	emitted := f.out.emit
	if f.random.IntN(3) == 0 {
		f.move(1 + f.random.IntN(4))
	}
	if f.flush(); f.out.emit != emitted {
		f.t.Fatal("a flush without changes emits")
	}
}

// changes makes changes to an input, and notes what is present after them.
func (f *follower) changes(input int) (ids []int32, weights []int8) {
	for range f.random.IntN(60) {
		present := f.present[input]
		if f.retract[input] && len(present) > 0 && f.random.IntN(5) < 2 {
			id := present[f.random.IntN(len(present))]
			f.present[input] = without(present, id)
			ids, weights = append(ids, int32(id)), append(weights, -1)
			continue
		}
		id := f.random.IntN(testRows)
		f.present[input] = append(present, id)
		ids, weights = append(ids, int32(id)), append(weights, 1)
	}
	return ids, weights
}

// TestChangesCancel checks that a row which comes and goes between two flushes leaves no trace in what depends on matches.
func TestChangesCancel(t *testing.T) {
	o := newOracle(t)
	createInputs(o, testRows, 1)
	for _, kind := range []plan.JoinKind{plan.LeftJoin, plan.SemiJoin, plan.AntiJoin} {
		n := &plan.Join{Kind: kind, Keys: keyings[1].keys, Changes: true}
		f := newFollower(t, o, n, 3)
		rows := f.inputs[0].NewSlice(1, 20)
		f.process(0, rows, repeat(1, 19))
		f.process(0, rows, repeat(-1, 19))
		rows.Release()
		f.flush()
		if len(f.out.rows) > 0 {
			t.Errorf("%s: %v", kind, f.out.rows)
		}
		if f.live() > 0 {
			t.Errorf("%s: %d rows are kept", kind, f.live())
		}
	}
}

func repeat(weight int8, n int) []int8 {
	out := make([]int8, n)
	for i := range out {
		out[i] = weight
	}
	return out
}

package join

import (
	"fmt"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/operators/function"
)

// TestLookUpsFollowDuckDB changes the right input, and compares what each batch of left rows is joined with to DuckDB's join with the
// right rows that are there then.
func TestLookUpsFollowDuckDB(t *testing.T) {
	o := newOracle(t)
	createInputs(o, testRows, 3)
	seed := uint64(0)
	for _, keying := range keyings {
		for _, residual := range residuals {
			for _, kind := range []plan.JoinKind{plan.InnerJoin, plan.LeftJoin, plan.SemiJoin, plan.AntiJoin} {
				seed++
				t.Run(fmt.Sprintf("%s/%s/%s", keying.name, residual.name, kind), func(t *testing.T) {
					f := newFollower(t, o, &plan.Join{Kind: kind, Keys: keying.keys, Residual: residual.all, Lookup: true}, seed)
					f.retract = [2]bool{false, true}
					f.lookUps()
				})
			}
		}
	}
}

func (f *follower) lookUps() {
	f.t.Helper()
	var want []string
	for range 20 {
		input := f.random.IntN(2)
		f.present[0] = nil
		ids, weights := f.changes(input)
		rows := function.Select(memory.DefaultAllocator, f.inputs[input], ids)
		if input == 0 {
			weights = nil
			query := joinSQL(f.config.Node, chosen("l", f.present[0]), chosen("r", f.present[1]))
			want = append(want, texts(f.o.query(query))...)
		}
		f.process(input, rows, weights)
		rows.Release()
		if f.random.IntN(4) == 0 {
			f.flush()
			f.move(1 + f.random.IntN(4))
		}
	}
	slices.Sort(want)
	sameRows(f.t, "looked up", f.out.sorted(f.t), want)
}

package join

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

var timeFields = []types.Field{{Name: "name", Type: types.Of(types.Varchar)}, {Name: "ts", Type: types.Of(types.Timestamp)}}

// TestWatermark walks a full join over microseconds to the edges: which rows are late, and when a row's fate is sealed.
func TestWatermark(t *testing.T) {
	const null = "(null)"
	for _, c := range []struct {
		low, high int64
		steps     string // l5: a left row at 5; w9: the watermark
		rows      string // after the steps, before the end
		late      string
	}{
		{0, 5, "l10 w15", "", ""},
		{0, 5, "l10 w15 r15", "l10-r15", ""},
		{0, 5, "l10 w16", "l10-", ""},
		{0, 5, "l10 w16 r15", "l10-", "r15"},
		{0, 5, "r10 w10", "", ""},
		{0, 5, "r10 w10 l10", "l10-r10", ""},
		{0, 5, "r10 w11", "-r10", ""},
		{0, 5, "r10 w8 l7", "", "l7"},
		{0, 5, "w11 l10 r12", "", "l10"},
		{-3, 3, "l10 r7 w13 r13", "l10-r13 l10-r7", ""},
		{-3, 3, "l10 w14", "l10-", ""},
		{-9, -4, "w20 l20", "l20-", ""}, // its matches, from 11 to 16, would be late
		{-9, -4, "r16 w20 l20", "l20-r16", ""},
		{-9, -4, "r16 w25 l25", "l25-r16", ""},
		{-9, -4, "r16 w26", "-r16", ""},
		{4, 9, "w20 r20", "-r20", ""},
		{4, 9, "l16 w20 r20", "l16-r20", ""},
		{4, 9, "l16 w26", "l16-", ""},
		{0, 0, "l10 w10 r10 w11", "l10-r10", ""},
	} {
		t.Run(fmt.Sprintf("%d to %d: %s", c.low, c.high, c.steps), func(t *testing.T) {
			n := &plan.Join{Kind: plan.FullJoin, Bounds: &plan.TimeBounds{Left: 1, Right: 1, Low: c.low, High: c.high}}
			n.Residual = []*plan.Expr{plan.Lit(plan.Value{Bool: true}, types.Of(types.Boolean))}
			x := newCluster(t, Config{Node: n, Left: timeFields, Right: timeFields, Allocator: checked(t)}, 1, rand.New(rand.NewPCG(1, 1)))
			o := newOracle(t)
			for _, step := range strings.Fields(c.steps) {
				var at int64
				fmt.Sscan(step[1:], &at)
				if step[0] == 'w' {
					x.advance(engine.Time(at))
					x.move(1)
					continue
				}
				rows := o.query(fmt.Sprintf("SELECT '%s' AS name, make_timestamp(%d) AS ts", step, at))
				x.send(strings.Index("lr", step[:1]), rows, nil)
				x.move(1)
			}
			var rows, late []string
			for _, text := range x.out.sorted(t) {
				parts := strings.Split(text, " | ")
				rows = append(rows, strings.ReplaceAll(parts[0]+"-"+parts[2], null, ""))
			}
			for _, text := range x.out.late {
				late = append(late, strings.Split(text, " | ")[0])
			}
			if got := strings.Join(rows, " "); got != c.rows {
				t.Errorf("emitted %q, want %q", got, c.rows)
			}
			if got := strings.Join(late, " "); got != c.late {
				t.Errorf("late %q, want %q", got, c.late)
			}
		})
	}
}

// TestStateIsDropped checks that nothing is kept of rows that the watermark has passed, whatever the kind.
func TestStateIsDropped(t *testing.T) {
	o := newOracle(t)
	for _, kind := range kinds {
		n := &plan.Join{Kind: kind, Bounds: &plan.TimeBounds{Left: 1, Right: 1, Low: -5, High: 5}}
		n.Residual = []*plan.Expr{plan.Lit(plan.Value{Bool: true}, types.Of(types.Boolean))}
		x := newCluster(t, Config{Node: n, Left: timeFields, Right: timeFields, Allocator: checked(t)}, 2, rand.New(rand.NewPCG(1, 1)))
		for from := 0; from < 1000; from += 100 {
			rows := o.query(fmt.Sprintf("SELECT 'x' AS name, make_timestamp(i) AS ts FROM range(%d, %d) t(i)", from, from+100))
			x.process(0, rows, nil)
			x.process(1, rows, nil)
			x.advance(engine.Time(from + 106))
			if x.live() > 0 {
				t.Fatalf("%s: %d rows are kept", kind, x.live())
			}
		}
		for _, shard := range x.shards {
			if total := shard.sides[0].total + shard.sides[1].total; total > 300 {
				t.Errorf("%s: %d dead rows are kept", kind, total)
			}
		}
	}
}

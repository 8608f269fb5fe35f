package aggregate

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
)

// TestMergeJoinsGroups gives every other slice of the rows to a second operator, so that both have part of each group, and
// restores what they saved into a third.
func TestMergeJoinsGroups(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	testMerges(t, func(c *plan.AggregateCall) bool { return !orderly[c.Name] && !cancels(c) }, func(int64) int { return random.IntN(2) })
}

// TestMergeInOrder gives the second operator what comes behind the first half of each window's rows.
func TestMergeInOrder(t *testing.T) {
	testMerges(t, func(c *plan.AggregateCall) bool { return !cancels(c) }, func(row int64) int { return int(row % 400 / 200) })
}

// orderly are the functions whose results depend on the order of the rows.
var orderly = map[string]bool{"first": true, "last": true, "any_value": true, "arg_min": true, "arg_max": true, "arg_min_null": true,
	"arg_max_null": true, "mode": true, "list": true, "string_agg": true}

// cancels tells of calls over every pair of the samples once, which do not correlate: their covariance is what rounding leaves.
func cancels(c *plan.AggregateCall) bool {
	return c.Distinct && (strings.HasPrefix(c.Name, "cov") || strings.HasPrefix(c.Name, "corr") || strings.HasPrefix(c.Name, "regr"))
}

// testMerges compares calls over parts of the rows, merged, with DuckDB over all of them. part is which operator gets the
// slice that begins with a row.
func testMerges(t *testing.T, takes func(*plan.AggregateCall) bool, part func(row int64) int) {
	for i, s := range samples() {
		t.Run(s.kind.String(), func(t *testing.T) {
			values := s.texts
			if s.kind.ID == types.Double {
				values = finite(values)
			}
			o := newOracle(t)
			o.exec(fmt.Sprintf(`CREATE TABLE input AS SELECT (i // 400)::BIGINT AS w, %s FROM range(1200) r(i) ORDER BY i`, sampleColumns(s.kind, values)))
			fields := append([]types.Field{{Name: "w", Type: types.Of(types.BigInt)}}, sampleFields(s.kind)...)
			calls := slices.DeleteFunc(callsOn(fields), func(c plan.AggregateCall) bool { return !takes(&c) })
			config := Config{Node: node(fields, []string{"w"}, false, calls...), Input: fields, Close: hundreds, Allocator: checked(t)}
			testMerge(t, o, config, part, uint64(i))
		})
	}
}

func testMerge(t *testing.T, o *oracle, config Config, part func(int64) int, seed uint64) {
	input := o.query("SELECT * FROM input")
	random := rand.New(rand.NewPCG(seed, 2))
	parts := []*Operator{newShard(t, config), newShard(t, config)}
	for from := int64(0); from < input.NumRows(); {
		to := min(input.NumRows(), from/200*200+200, from+1+random.Int64N(60))
		rows := input.NewSlice(from, to)
		must(t, parts[part(from)].Process(0, engine.Batch{Rows: rows}, nowhere{}))
		rows.Release()
		from = to
	}
	whole, out := newShard(t, config), newTable(t)
	for _, p := range parts {
		saved := memoryState{}
		must(t, p.Snapshot(saved))
		must(t, whole.Restore(shardState{saved, engine.Shard{Count: 1}}))
		saved.release()
	}
	must(t, whole.Advance(engine.MaxTime, out))
	sameRows(t, "merged", out.sorted(), texts(o.query(selectSQL(config.Node, "input"))))
}

func newShard(t *testing.T, c Config) *Operator {
	t.Helper()
	o, err := New(c)
	must(t, err)
	return o
}

// TestLongTextsMove makes the best values grow, so that they move in the arena and the arena is compacted.
func TestLongTextsMove(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, max := range []bool{true, false} {
		e := &textExtreme{kind: types.Of(types.Varchar), max: max}
		best := make([]string, 20)
		e.grow(len(best))
		for round := range 200 {
			groups, values := randomTexts(random, len(best), round, max)
			b := array.NewStringBuilder(memory.DefaultAllocator)
			b.AppendValues(values, nil)
			rows := make([]uint32, len(values))
			for i, v := range values {
				rows[i] = uint32(i)
				if g := groups[i]; best[g] == "" || (v > best[g]) == max {
					best[g] = v
				}
			}
			must(t, e.update(groups, rows, []arrow.Array{b.NewArray()}))
			for g := range best {
				if c := &e.at[g]; c.seen && string(e.value(c)) != best[g] {
					t.Fatalf("round %d group %d: %q, want %q", round, g, e.value(c), best[g])
				}
			}
		}
		if limit := 2 * 20 * 700; len(e.arena) > limit {
			t.Errorf("the arena holds %d bytes, want at most %d", len(e.arena), limit)
		}
	}
}

// randomTexts get better and longer with each round.
func randomTexts(random *rand.Rand, groups, round int, max bool) (ids []uint32, values []string) {
	first := 'a' + rune(round/10)
	if !max {
		first = 'z' - rune(round/10)
	}
	for range 50 {
		ids = append(ids, uint32(random.IntN(groups)))
		values = append(values, string(first)+strings.Repeat("x", random.IntN(3*round+1)))
	}
	return ids, values
}

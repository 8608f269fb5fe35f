package aggregate

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// TestMergeJoinsGroups gives every other slice of the rows to a second operator, so that both have part of each group, and
// restores what they saved into a third.
func TestMergeJoinsGroups(t *testing.T) {
	for i, s := range samples() {
		t.Run(s.kind.String(), func(t *testing.T) {
			values := s.texts
			if s.kind.ID == types.Double {
				values = finite(values)
			}
			o := newOracle(t)
			o.exec(fmt.Sprintf(`CREATE TABLE input AS SELECT (i // 400)::BIGINT AS w, %s AS f, %s AS v FROM range(1200) r(i) ORDER BY i`,
				pick(types.Of(types.Boolean), "f", "NULL", "true", "false"), pick(s.kind, "v", values...)))
			testMerge(t, o, s.kind, uint64(i))
		})
	}
}

func testMerge(t *testing.T, o *oracle, kind types.Type, seed uint64) {
	fields := []types.Field{{Name: "w", Type: types.Of(types.BigInt)}, {Name: "f", Type: types.Of(types.Boolean)}, {Name: "v", Type: kind}}
	config := Config{Node: node(fields, []string{"w"}, false, callsOn(fields)...), Input: fields, Close: hundreds, Allocator: checked(t)}
	input := o.query("SELECT * FROM input")
	random := rand.New(rand.NewPCG(seed, 2))
	parts := []*Operator{newShard(t, config), newShard(t, config)}
	for from := int64(0); from < input.NumRows(); {
		to := min(input.NumRows(), from+1+random.Int64N(60))
		rows := input.NewSlice(from, to)
		must(t, parts[random.IntN(2)].Process(0, engine.Batch{Rows: rows}, nowhere{}))
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
	sameRows(t, kind.String(), out.sorted(), texts(o.query(selectSQL(config.Node, "input"))))
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

package topn

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestRanked puts rows into lists and takes them out, at random, and compares each list with a sorted slice. Many keys tie.
func TestRanked(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var kept rows
	lists, want := make([]group, 3), make([][]row, 3)
	number, compacted := uint64(0), 0
	for step := range 20_000 {
		i := random.IntN(len(lists))
		l := &lists[i].ranked
		key := bytes.Repeat(binary.BigEndian.AppendUint32(nil, random.Uint32N(300)), 1+random.IntN(3))
		switch random.IntN(40) {
		default:
			number++
			r := kept.put(number, key, bytes.Repeat(key, random.IntN(40)))
			l.insert(&kept, r)
			at, _ := slices.BinarySearchFunc(want[i], r, func(a, b row) int { return map[bool]int{true: -1, false: 1}[kept.before(a, b)] })
			want[i] = slices.Insert(want[i], at, r)
		case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15:
			same := func(r row) bool { return bytes.Equal(kept.sortKey(r), key) }
			at := slices.IndexFunc(want[i], same)
			if found := l.remove(&kept, key, func(row) bool { return true }); found != (at >= 0) {
				t.Fatalf("step %d: a row with key %x is there: %v", step, key, found)
			}
			if at >= 0 {
				want[i] = slices.Delete(want[i], at, at+1)
			}
		case 16:
			n := random.IntN(len(want[i])/10 + 1)
			l.truncate(&kept, l.n-uint32(n))
			want[i] = want[i][:len(want[i])-n]
		}
		if kept.crowded() {
			kept.compact(lists)
			compacted++
			for k := range lists { // where rows are has changed
				want[k] = lists[k].first(&kept, int(lists[k].n), false, nil)
			}
		}
		if step%50 == 0 {
			checkList(t, &kept, l, want[i])
		}
	}
	if compacted == 0 {
		t.Error("nothing was compacted")
	}
	kept.free()
}

func checkList(t *testing.T, kept *rows, l *ranked, want []row) {
	t.Helper()
	got := l.first(kept, int(l.n), false, nil)
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i, r := range got {
		if r.number != want[i].number || len(kept.cells(r))%4 != 0 || i > 0 && !kept.before(got[i-1], r) {
			t.Fatalf("row %d is %d, want %d", i, r.number, want[i].number)
		}
	}
	if len(got) == 0 {
		return
	}
	if last := kept.branch(l.last); last.number != got[len(got)-1].number {
		t.Fatalf("the last row is %d, want %d", last.number, got[len(got)-1].number)
	}
	middle := kept.sortKey(got[len(got)/2])
	below := slices.IndexFunc(got, func(r row) bool { return bytes.Equal(kept.sortKey(r), middle) })
	if n := kept.below(l.root, headOf(middle), middle); int(n) != below {
		t.Fatalf("%d rows are below %x, want %d", n, middle, below)
	}
	ties := l.first(kept, below+1, true, nil)
	if n := kept.upTo(l.root, headOf(middle), middle); int(n) != len(ties) {
		t.Fatalf("%d rows are up to %x, want %d", n, middle, len(ties))
	}
}

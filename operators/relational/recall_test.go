package relational

import (
	"slices"
	"testing"
)

// TestRecallIsBounded: rows that were answered and taken back do not pile up while much is recalled, and what was recalled may be written.
func TestRecallIsBounded(t *testing.T) {
	e := duck(t)
	rows := load(t, e, pairFields, "SELECT i % 3, i FROM range(2000) t(i)")
	x := newCluster(t, pairConfig(e, pairs("SELECT c0, c1 FROM in0", []int{0}, pairFields)), 1, nil)
	x.move(1)
	for range 20 {
		x.process(0, rows, nil)
		x.flush()
		x.process(0, rows, slices.Repeat([]int8{-1}, 2000))
		x.flush()
	}
	x.process(0, rows.NewSlice(0, 3), nil)
	x.flush()
	x.recall(1)
	p := x.shards[0].(*Operator).panes.open[0]
	if n := len(p.answers.weights) + len(p.inputs[0].weights); n > 20_000 {
		t.Errorf("%d rows are kept of 6", n)
	}
	want := sorted(x.out.rows)
	x.move(2)
	x.process(0, rows.NewSlice(0, 3), []int8{-1, -1, -1})
	x.flush()
	if len(x.out.rows) > 0 || want != "0|0\n1|1\n2|2" {
		t.Errorf("after the restart %q are left of %q", sorted(x.out.rows), want)
	}
}

package join

import (
	"fmt"
	"math"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// TestEventTimes reads times of all units as DuckDB has them in microseconds.
func TestEventTimes(t *testing.T) {
	o := newOracle(t)
	for _, id := range []types.ID{types.Date, types.TimestampS, types.TimestampMS, types.Timestamp, types.TimestampNS, types.TimestampTZ} {
		rows := o.query(fmt.Sprintf(`SELECT x::%s AS ts, epoch_us(x::%s::TIMESTAMP) AS us
			FROM (VALUES (TIMESTAMP '2024-02-03 04:05:06.789'), (TIMESTAMP '1969-12-31 23:59:59.999'), (TIMESTAMP '1970-01-01')) t(x)`, types.Of(id), types.Of(id)))
		e, err := newEventTime(0, []types.Field{{Name: "ts", Type: types.Of(id)}})
		must(t, err)
		got := make([]int64, rows.NumRows())
		e.read(rows.Column(0), got)
		for i, us := range got {
			if want := rows.Column(1).ValueStr(i); fmt.Sprint(us) != want {
				t.Errorf("%s row %d: %d, DuckDB has %s", types.Of(id), i, us, want)
			}
		}
	}
	infinite := o.query("SELECT x::DATE AS ts FROM (VALUES ('infinity'), ('-infinity')) t(x)")
	e, err := newEventTime(0, []types.Field{{Name: "ts", Type: types.Of(types.Date)}})
	must(t, err)
	got := make([]int64, 2)
	e.read(infinite.Column(0), got)
	if got[0] != forever || got[1] != never {
		t.Errorf("infinite dates are %v", got)
	}
}

func TestShift(t *testing.T) {
	for _, c := range [][3]int64{
		{5, -7, -2}, {forever, -7, forever}, {never, 7, never}, {forever - 1, 7, math.MaxInt64}, {never + 1, -7, math.MinInt64}, {never + 2, -1, never + 1},
	} {
		if got := shift(c[0], c[1]); got != c[2] {
			t.Errorf("shift %d by %d: %d, want %d", c[0], c[1], got, c[2])
		}
	}
	if got := floorDiv(-1, 1000); got != -1 {
		t.Errorf("-1 / 1000 is %d", got)
	}
}

// TestRoundedTimes checks that bounds are wide enough where times are cut to microseconds.
func TestRoundedTimes(t *testing.T) {
	fine := []types.Field{{Name: "ts", Type: types.Of(types.TimestampNS)}}
	n := &plan.Join{Kind: plan.InnerJoin, Bounds: &plan.TimeBounds{Low: 0, High: 10}, Residual: []*plan.Expr{
		plan.Lit(plan.Value{Bool: true}, types.Of(types.Boolean))}}
	o, err := New(Config{Node: n, Left: fine, Right: fine, Allocator: memory.DefaultAllocator})
	must(t, err)
	if low, high := o.(*Operator).reach(0, 100); low != 99 || high != 111 {
		t.Errorf("matches are from %d to %d", low, high)
	}
}

// TestRefusals has configurations and calls that are mistakes.
func TestRefusals(t *testing.T) {
	truth := plan.Lit(plan.Value{Bool: true}, types.Of(types.Boolean))
	for _, n := range []*plan.Join{
		{Kind: "mark"},
		{Kind: plan.InnerJoin, Keys: []plan.KeyPair{{Left: 9}}},
		{Kind: plan.InnerJoin, Keys: []plan.KeyPair{{Left: 0, Right: 1}}},
		{Kind: plan.InnerJoin, Bounds: &plan.TimeBounds{Left: 1, Right: 1}},
		{Kind: plan.InnerJoin, Bounds: &plan.TimeBounds{}, Residual: []*plan.Expr{truth}},
		{Kind: plan.InnerJoin, Bounds: &plan.TimeBounds{Left: 7}, Residual: []*plan.Expr{truth}},
		{Kind: plan.InnerJoin, Residual: []*plan.Expr{plan.Col(0, "name", types.Of(types.Varchar))}},
		{Kind: plan.InnerJoin, Residual: []*plan.Expr{plan.Col(9, "b", types.Of(types.Boolean))}},
	} {
		if _, err := New(Config{Node: n, Left: timeFields, Right: timeFields}); err == nil {
			t.Errorf("%+v is accepted", n)
		}
	}
}

package session

import (
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/streamtest"
)

var timeOnly = []types.Field{{Name: "ts", Type: types.Of(types.Timestamp)}}

// model is the rule for one key, from all rows that ever counted. It forgets nothing.
type model struct {
	gap, bound int64
	reach      int64   // by begin
	open       []int64 // rows not emitted
	emitted    []int64
}

// touches reports whether t is within the gap of any of the times.
func (m *model) touches(t int64, times []int64) bool {
	for _, x := range times {
		if t-x <= m.gap && x-t <= m.gap {
			return true
		}
	}
	return false
}

func (m *model) add(t int64) (late bool) {
	touching := m.touches(t, m.open)
	if m.touches(t, m.emitted) || t <= m.reach || !touching && t+m.gap < m.bound {
		return true
	}
	if len(m.open) == 0 {
		m.reach = max(m.reach, m.bound-2*m.gap-1)
	}
	m.open = append(m.open, t)
	return false
}

func (m *model) advance(wm int64) {
	m.bound = max(m.bound, wm)
	var still []int64
	for _, t := range m.open {
		last, grown := t, true
		for grown {
			grown = false
			for _, x := range m.open {
				if x > last && x-last <= m.gap {
					last, grown = x, true
				}
			}
		}
		if last+m.gap < m.bound {
			m.emitted = append(m.emitted, t)
		} else {
			still = append(still, t)
		}
	}
	m.open = still
}

// TestLateByTheRule sends single rows far behind and ahead, and asks the model after each what had to become of it.
func TestLateByTheRule(t *testing.T) {
	counts := map[bool]int{}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		m := &model{gap: r.Int64N(8), bound: -1000, reach: -1000}
		o, err := New(Config{Input: timeOnly, Gap: m.gap})
		streamtest.Must(t, err)
		out := &streamtest.Table{}
		for step := range 300 {
			at := int64(step)/2 + r.Int64N(40) - 30
			want := m.add(at)
			before := len(out.LateRows)
			streamtest.Must(t, o.Process(0, engine.Batch{Rows: times(at)}, out))
			if got := len(out.LateRows) > before; got != want {
				t.Fatalf("seed %d: row at %d late: %v, by the rule %v (gap %d, watermark %d, open %v, emitted %v)",
					seed, at, got, want, m.gap, m.bound, m.open, m.emitted)
			}
			if at < m.bound {
				counts[want]++
			}
			if r.IntN(2) == 0 {
				m.advance(int64(step)/2 - r.Int64N(10))
				streamtest.Must(t, o.Advance(engine.Time(m.bound), out))
				if len(out.Rows) != len(m.emitted) || o.rows.Len() != len(m.open) {
					t.Fatalf("seed %d: %d rows out, %d kept; should be %d and %d", seed, len(out.Rows), o.rows.Len(), len(m.emitted), len(m.open))
				}
			}
		}
	}
	if counts[true] < 100 || counts[false] < 100 {
		t.Fatalf("rows behind the watermark: %v late or not: the test tests too little", counts)
	}
}

func times(at ...int64) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(timeOnly))
	for _, t := range at {
		b.Field(0).(*array.TimestampBuilder).Append(arrow.Timestamp(t))
	}
	return b.NewRecordBatch()
}

func TestTheEndClosesForGood(t *testing.T) {
	o, err := New(Config{Input: timeOnly, Gap: 10})
	streamtest.Must(t, err)
	out := &streamtest.Table{}
	streamtest.Must(t, o.Process(0, engine.Batch{Rows: times(100)}, out))
	streamtest.Must(t, o.Advance(engine.MaxTime, out))
	streamtest.Must(t, o.Process(0, engine.Batch{Rows: times(90, 110, 111)}, out))
	streamtest.Must(t, o.Advance(engine.MaxTime, out))
	if len(out.Rows) != 2 || len(out.LateRows) != 2 {
		t.Fatalf("rows %v, late %v", out.Rows, out.LateRows)
	}
}

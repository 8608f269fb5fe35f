package asof

import (
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
	"github.com/weirdb/weir/operators/streamtest"
)

var small = []types.Field{{Name: "i", Type: types.Of(types.BigInt)}, {Name: "ts", Type: types.Of(types.Timestamp)}}

// side makes rows of numbers and times.
func side(pairs ...int64) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(small))
	for i := 0; i < len(pairs); i += 2 {
		b.Field(0).(*array.Int64Builder).Append(pairs[i])
		b.Field(1).(*array.TimestampBuilder).Append(arrow.Timestamp(pairs[i+1]))
	}
	return b.NewRecordBatch()
}

// script drives one operator.
type script struct {
	t   *testing.T
	o   *Operator
	out *streamtest.Table
}

func begin(t *testing.T, c Config) *script {
	t.Helper()
	o, err := New(c)
	streamtest.Must(t, err)
	return &script{t, o, &streamtest.Table{}}
}

func (s *script) process(input int, pairs ...int64) {
	s.t.Helper()
	streamtest.Must(s.t, s.o.Process(input, engine.Batch{Rows: side(pairs...)}, s.out))
}

func (s *script) advance(wm engine.Time) {
	s.t.Helper()
	streamtest.Must(s.t, s.o.Advance(wm, s.out))
}

// pairs are the numbers of left and right rows that came out together, and of late rows.
func (s *script) pairs() string {
	var out []string
	for _, r := range s.out.Rows {
		parts := strings.Split(r, " | ")
		out = append(out, parts[0]+"-"+parts[2])
	}
	slices.Sort(out)
	for _, r := range s.out.LateRows {
		id, _, _ := strings.Cut(r, " | ")
		out = append(out, "late "+id)
	}
	return strings.Join(out, ", ")
}

func (s *script) want(want string) {
	s.t.Helper()
	if got := s.pairs(); got != want {
		s.t.Fatalf("got %s; want %s", got, want)
	}
}

func config() Config {
	return Config{Kind: plan.LeftJoin, Left: small, Right: small, LeftTime: 1, RightTime: 1}
}

func TestRightRowsBehindTheWatermark(t *testing.T) {
	s := begin(t, config())
	s.process(Right, 100, 10)
	s.process(Left, 1, 20, 2, 60)
	s.advance(50)                      // 1 has seen all up to 20
	s.process(Right, 101, 15, 102, 20) // might have been its match
	s.process(Right, 103, 30)          // none of 1's: the newest for 2
	s.process(Left, 3, 49)             // late
	s.advance(engine.MaxTime)          // 2 with 103
	s.process(Right, 104, 60)          // 2 might match it
	s.process(Right, 105, 61)          // after 2
	s.process(Left, 4, 60, 5, 70)      // 4 is late
	s.advance(engine.MaxTime)
	s.want("1-100, 2-103, 5-105, late 101, late 102, late 3, late 104, late 4")
}

func TestFirstRightRowBehindTheWatermark(t *testing.T) {
	s := begin(t, config())
	s.process(Left, 1, 20)
	s.advance(50)
	s.process(Right, 100, 49, 101, 50, 102, 45)
	s.process(Left, 2, 55)
	s.advance(engine.MaxTime)
	s.want("1-(null), 2-101, late 100, late 102")
}

// TestTheFirstOfOneTimeCounts also after a restore.
func TestTheFirstOfOneTimeCounts(t *testing.T) {
	c := &streamtest.Cluster{T: t, Random: rand.New(rand.NewPCG(1, 1)), Hash: []streamtest.Hash{Hash(nil), Hash(nil)},
		New: func(s engine.Shard) (streamtest.Stateful, error) { own := config(); own.Shard = s; return New(own) }}
	c.Start(2)
	c.Process(Right, side(100, 10, 101, 10))
	c.Move(3)
	c.Process(Right, side(102, 10))
	c.Process(Left, side(1, 10))
	c.Advance(engine.MaxTime)
	(&script{t, nil, c.Out}).want("1-100")
}

func TestStateIsBounded(t *testing.T) {
	keyed := config()
	keyed.LeftKeys, keyed.RightKeys = []int{0}, []int{0}
	s, k := begin(t, config()), begin(t, keyed)
	for at := range int64(20000) {
		s.process(Right, at, at)
		s.process(Left, at, at)
		k.process(Left, at, at)
		s.advance(engine.Time(at))
		k.advance(engine.Time(at))
	}
	if s.o.right.Len() > 2*fewRows || s.o.left.Len() > 10 || len(s.out.Rows) < 19900 {
		t.Fatalf("%d right rows, %d left ones kept; %d out", s.o.right.Len(), s.o.left.Len(), len(s.out.Rows))
	}
	if len(k.o.keys) > 2*fewRows || len(k.out.Rows) < 19900 {
		t.Fatalf("%d keys kept, %d rows out", len(k.o.keys), len(k.out.Rows))
	}
}

func TestRefusals(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"no semi join":            func(c *Config) { c.Kind = plan.SemiJoin },
		"left time i is BIGINT":   func(c *Config) { c.LeftTime = 0 },
		"no column 2 in the righ": func(c *Config) { c.RightTime = 2 },
		"1 left keys and 0":       func(c *Config) { c.LeftKeys = []int{0} },
		"have to be of one type":  func(c *Config) { c.LeftKeys, c.RightKeys = []int{0}, []int{1} },
	} {
		c := config()
		change(&c)
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	s := begin(t, config())
	if err := s.o.Process(Left, engine.Batch{Rows: side(1, 1), Weights: []int8{1}}, s.out); err == nil {
		t.Error("takes weights")
	}
}

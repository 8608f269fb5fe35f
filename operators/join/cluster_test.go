package join

import (
	"math/rand/v2"
	"sort"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/function"
)

// memoryState is a snapshot.
type memoryState map[string][]arrow.RecordBatch

func (m memoryState) Write(section string, rows arrow.RecordBatch) error {
	rows.Retain()
	m[section] = append(m[section], rows)
	return nil
}

func (m memoryState) release() {
	for _, batches := range m {
		for _, b := range batches {
			b.Release()
		}
	}
}

// shardState is a snapshot as one shard reads it.
type shardState struct {
	memoryState
	engine.Shard
}

func (s shardState) Read(section string, yield func(arrow.RecordBatch) error) error {
	for _, b := range s.memoryState[section] {
		if err := yield(b); err != nil {
			return err
		}
	}
	return nil
}

// table is an emitter that applies what it gets.
type table struct {
	rows map[string]int
	late []string
	emit int // batches
}

func (x *table) Emit(b engine.Batch) error {
	x.emit++
	for i := range int(b.Rows.NumRows()) {
		weight := 1
		if b.Weights != nil {
			weight = int(b.Weights[i])
		}
		text := rowText(b.Rows, i)
		x.rows[text] += weight
		if x.rows[text] == 0 {
			delete(x.rows, text)
		}
	}
	return nil
}

func (x *table) Late(rows arrow.RecordBatch) error {
	for i := range int(rows.NumRows()) {
		x.late = append(x.late, rowText(rows, i))
	}
	return nil
}

// sorted fails the test if a row was taken back more often than it was added.
func (x *table) sorted(t *testing.T) []string {
	t.Helper()
	var out []string
	for text, n := range x.rows {
		if n < 0 {
			t.Fatalf("%d times: %s", n, text)
		}
		for range n {
			out = append(out, text)
		}
	}
	sort.Strings(out)
	return out
}

// cluster is one join on several shards.
type cluster struct {
	t      testing.TB
	config Config
	shards []*Operator
	out    *table
	random *rand.Rand
}

func newCluster(t testing.TB, c Config, shards int, random *rand.Rand) *cluster {
	t.Helper()
	x := &cluster{t: t, config: c, out: &table{rows: map[string]int{}}, random: random}
	x.start(shards)
	return x
}

func (x *cluster) start(n int) {
	x.t.Helper()
	x.shards = nil
	for i := range n {
		c := x.config
		c.Shard = engine.Shard{Index: i, Count: n}
		o, err := New(c)
		must(x.t, err)
		o.(*Operator).slack = 10
		x.shards = append(x.shards, o.(*Operator))
	}
}

// process sends the rows to their shards, cut at random.
func (x *cluster) process(input int, b arrow.RecordBatch, weights []int8) {
	x.t.Helper()
	for from := int64(0); from < b.NumRows(); {
		to := min(b.NumRows(), from+1+x.random.Int64N(40))
		part := b.NewSlice(from, to)
		var w []int8
		if weights != nil {
			w = weights[from:to]
		}
		x.send(input, part, w)
		part.Release()
		from = to
	}
}

func (x *cluster) send(input int, b arrow.RecordBatch, weights []int8) {
	x.t.Helper()
	var columns []int
	for _, k := range x.config.Node.Keys {
		columns = append(columns, []int{k.Left, k.Right}[input])
	}
	hashes := make([]uint64, b.NumRows())
	Hash(columns)(b, hashes)
	for _, o := range x.shards {
		var index []int32
		var w []int8
		for i, h := range hashes {
			if !o.config.Shard.Owns(h) {
				continue
			}
			index = append(index, int32(i))
			if weights != nil {
				w = append(w, weights[i])
			}
		}
		part := function.Select(memory.DefaultAllocator, b, index)
		must(x.t, o.Process(input, engine.Batch{Rows: part, Weights: w}, x.out))
		part.Release()
	}
}

func (x *cluster) advance(wm engine.Time) {
	x.t.Helper()
	for _, o := range x.shards {
		must(x.t, o.Advance(wm, x.out))
	}
}

func (x *cluster) flush() {
	x.t.Helper()
	for _, o := range x.shards {
		must(x.t, o.Flush(x.out))
	}
}

// move restarts the join on another number of shards.
func (x *cluster) move(shards int) {
	x.t.Helper()
	var states []memoryState
	for _, o := range x.shards {
		s := memoryState{}
		must(x.t, o.Snapshot(s))
		states = append(states, s)
	}
	x.start(shards)
	for _, s := range states {
		for _, o := range x.shards {
			must(x.t, o.Restore(shardState{s, o.config.Shard}))
		}
		s.release()
	}
}

// live is how many rows and keys are kept.
func (x *cluster) live() int {
	n := 0
	for _, o := range x.shards {
		n += o.sides[0].live + o.sides[1].live + o.sides[1].known
	}
	return n
}

package aggregate

import (
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
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
	t    *testing.T
	rows map[string]int
	late []string
	emit int // batches
}

func newTable(t *testing.T) *table { return &table{t: t, rows: map[string]int{}} }

func (x *table) Emit(b engine.Batch) error {
	x.emit++
	for i := range int(b.Rows.NumRows()) {
		weight := 1
		if b.Weights != nil {
			weight = int(b.Weights[i])
		}
		text := rowText(b.Rows, i)
		x.rows[text] += weight
		switch x.rows[text] {
		case 0:
			delete(x.rows, text)
		case -1:
			x.t.Fatalf("takes back a row that is not there: %s", text)
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

func (x *table) sorted() []string {
	var out []string
	for text, n := range x.rows {
		for range n {
			out = append(out, text)
		}
	}
	sort.Strings(out)
	return out
}

// cluster is one aggregate on several shards.
type cluster struct {
	t      *testing.T
	config Config
	shards []*Operator
	out    *table
	random *rand.Rand
}

func newCluster(t *testing.T, c Config, shards int, seed uint64) *cluster {
	t.Helper()
	x := &cluster{t: t, config: c, out: newTable(t), random: rand.New(rand.NewPCG(seed, 1))}
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
		x.shards = append(x.shards, o)
	}
}

// process sends each row to its shard, in slices of a random size.
func (x *cluster) process(b arrow.RecordBatch) {
	x.t.Helper()
	for from := int64(0); from < b.NumRows(); {
		to := min(b.NumRows(), from+1+x.random.Int64N(200))
		part := b.NewSlice(from, to)
		x.send(part)
		part.Release()
		from = to
	}
}

func (x *cluster) send(b arrow.RecordBatch) {
	x.t.Helper()
	var columns []int
	for _, g := range x.config.Node.Groups {
		columns = append(columns, g.Index)
	}
	hashes := make([]uint64, b.NumRows())
	Hash(columns)(b, hashes)
	for _, o := range x.shards {
		var spans []span
		for i, h := range hashes {
			if o.config.Shard.Owns(h) {
				spans = append(spans, span{int64(i), int64(i) + 1})
			}
		}
		if len(spans) == 0 {
			continue
		}
		part := takeSpans(x.t, b, spans)
		must(x.t, o.Process(0, engine.Batch{Rows: part}, x.out))
		part.Release()
	}
}

func takeSpans(t *testing.T, b arrow.RecordBatch, spans []span) arrow.RecordBatch {
	if len(spans) == int(b.NumRows()) {
		return b.NewSlice(0, b.NumRows())
	}
	var columns []arrow.Array
	defer func() { releaseAll(columns) }()
	for _, c := range b.Columns() {
		joined, err := joinSpans(c, spans, memory.DefaultAllocator)
		must(t, err)
		columns = append(columns, joined)
	}
	return array.NewRecordBatch(b.Schema(), columns, int64(len(spans)))
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

// move restarts the aggregate on another number of shards.
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

// column refers to a field by name.
func column(fields []types.Field, name string) *plan.Expr {
	i := slices.IndexFunc(fields, func(f types.Field) bool { return f.Name == name })
	return plan.Col(i, name, fields[i].Type)
}

// node groups by the named columns, of which the first is the window unless changes is set.
func node(fields []types.Field, groups []string, changes bool, calls ...plan.AggregateCall) *plan.Aggregate {
	n := &plan.Aggregate{Names: groups, Calls: calls, Changes: changes}
	for _, g := range groups {
		n.Groups = append(n.Groups, column(fields, g))
	}
	if !changes {
		n.Window = &plan.WindowKey{Group: 0}
	}
	return n
}

// hundreds closes windows of 100 by a watermark that counts rows.
func hundreds(wm engine.Time) (int64, error) { return int64(wm) / 100, nil }

// checked makes an allocator that tells of leaks.
func checked(t *testing.T) *memory.CheckedAllocator {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	t.Cleanup(func() { mem.AssertSize(t, 0) })
	return mem
}

// selectSQL is the aggregate as DuckDB runs it.
func selectSQL(n *plan.Aggregate, from string) string {
	var items []string
	for _, g := range n.Names {
		items = append(items, types.QuoteIdent(g))
	}
	for i := range n.Calls {
		items = append(items, n.Calls[i].String())
	}
	query := "SELECT " + strings.Join(items, ", ") + " FROM " + from
	if len(n.Names) > 0 {
		query += " GROUP BY ALL"
	}
	return query
}

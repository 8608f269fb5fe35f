package relational

import (
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/function"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func duck(t testing.TB) *duckdb.Evaluator {
	t.Helper()
	e, err := duckdb.NewEvaluator()
	must(t, err)
	t.Cleanup(func() { must(t, e.Close()) })
	return e
}

// memoryState is a snapshot.
type memoryState map[string][]arrow.RecordBatch

func (m memoryState) Write(section string, rows arrow.RecordBatch) error {
	rows.Retain()
	m[section] = append(m[section], rows)
	return nil
}

func (m memoryState) release() {
	for _, batches := range m {
		releaseAll(batches)
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
	t       *testing.T
	rows    map[string]int
	late    map[string]int
	changes int // rows emitted
}

func newTable(t *testing.T) *table {
	return &table{t: t, rows: map[string]int{}, late: map[string]int{}}
}

func (x *table) Emit(b engine.Batch) error {
	for i := range int(b.Rows.NumRows()) {
		weight := 1
		if b.Weights != nil {
			weight = int(b.Weights[i])
		}
		x.changes++
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
		x.late[rowText(rows, i)]++
	}
	return nil
}

func rowText(rows arrow.RecordBatch, row int) string {
	cells := make([]string, rows.NumCols())
	for i, c := range rows.Columns() {
		cells[i] = c.ValueStr(row)
	}
	return strings.Join(cells, "|")
}

func sorted(rows map[string]int) string {
	var out []string
	for text, n := range rows {
		for range n {
			out = append(out, text)
		}
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

// asked counts how often DuckDB is asked.
type asked struct {
	engine.Tables
	times int
}

func (a *asked) Query(sql string, inputs []engine.Table, result []types.Type) (arrow.RecordBatch, error) {
	a.times++
	return a.Tables.Query(sql, inputs, result)
}

// call is one of those that a cluster's log keeps: a batch, a watermark, or a flush with what was decided.
type call struct {
	input     int
	rows      arrow.RecordBatch // nil for the others
	weights   []int8
	watermark engine.Time
	flush     bool
	decided   []arrow.RecordBatch
}

// cluster is one operator on several shards, with its last snapshot and a log of what has come since.
type cluster struct {
	t      *testing.T
	config Config
	duck   *asked
	shards []engine.Operator
	out    *table
	random *rand.Rand
	states []memoryState
	log    []call
}

func newCluster(t *testing.T, c Config, shards int, random *rand.Rand) *cluster {
	x := &cluster{t: t, config: c, duck: &asked{Tables: c.Tables}, out: newTable(t), random: random}
	x.config.Tables = x.duck
	x.start(shards)
	return x
}

func (x *cluster) shard(i int) engine.Shard { return engine.Shard{Index: i, Count: len(x.shards)} }

func (x *cluster) start(n int) {
	x.t.Helper()
	x.shards = make([]engine.Operator, n)
	for i := range n {
		c := x.config
		c.Shard = x.shard(i)
		var err error
		x.shards[i], err = New(c)
		must(x.t, err)
	}
}

// process sends each row to its shard.
func (x *cluster) process(input int, rows arrow.RecordBatch, weights []int8) {
	x.t.Helper()
	rows.Retain()
	x.log = append(x.log, call{input: input, rows: rows, weights: weights})
	x.give(input, rows, weights, x.out)
}

func (x *cluster) give(input int, rows arrow.RecordBatch, weights []int8, out engine.Emitter) {
	x.t.Helper()
	hashes := make([]uint64, rows.NumRows())
	Hash(x.config.Node.Keys[input])(rows, hashes)
	for i, o := range x.shards {
		var index []int32
		var picked []int8
		for r, h := range hashes {
			if x.shard(i).Owns(h) {
				index = append(index, int32(r))
				if weights != nil {
					picked = append(picked, weights[r])
				}
			}
		}
		part := function.Select(memory.DefaultAllocator, rows, index)
		must(x.t, o.Process(input, engine.Batch{Rows: part, Weights: picked}, out))
		part.Release()
	}
}

func (x *cluster) advance(wm engine.Time) {
	x.t.Helper()
	x.log = append(x.log, call{watermark: wm})
	for _, o := range x.shards {
		must(x.t, o.Advance(wm, x.out))
	}
}

func (x *cluster) flush() {
	x.t.Helper()
	c := call{flush: true}
	for _, o := range x.shards {
		must(x.t, o.(engine.Flusher).Flush(x.out))
		c.decided = append(c.decided, o.(engine.Decider).Decided()...)
	}
	x.log = append(x.log, c)
}

// forget releases the snapshot and the log.
func (x *cluster) forget() {
	for _, s := range x.states {
		s.release()
	}
	for _, c := range x.log {
		if c.rows != nil {
			c.rows.Release()
		}
		releaseAll(c.decided)
	}
	x.states, x.log = nil, nil
}

// move restarts the operator from a snapshot, on another number of shards.
func (x *cluster) move(shards int) {
	x.t.Helper()
	x.forget()
	for _, o := range x.shards {
		s := memoryState{}
		must(x.t, o.(engine.Snapshotter).Snapshot(s))
		x.states = append(x.states, s)
	}
	x.restore(shards)
}

func (x *cluster) restore(shards int) {
	x.t.Helper()
	for _, o := range x.shards {
		releasePanes(o.(*Operator).panes.all())
	}
	x.start(shards)
	for _, s := range x.states {
		for i, o := range x.shards {
			must(x.t, o.(engine.Snapshotter).Restore(shardState{s, x.shard(i)}))
		}
	}
}

// recall restarts the operator from the last snapshot and the log, on another number of shards. DuckDB is not asked for that.
func (x *cluster) recall(shards int) {
	x.t.Helper()
	x.restore(shards)
	before, out := x.duck.times, &nothing{}
	for _, c := range x.log {
		switch {
		case c.rows != nil:
			x.give(c.input, c.rows, c.weights, out)
		case c.flush:
			x.settle(c.decided)
		default:
			for _, o := range x.shards {
				must(x.t, o.Advance(c.watermark, out))
			}
		}
	}
	if asked := x.duck.times - before; asked > 0 && x.config.Node.Changes {
		x.t.Errorf("DuckDB was asked %d times in a restart", asked)
	}
}

func (x *cluster) settle(decided []arrow.RecordBatch) {
	x.t.Helper()
	for i, o := range x.shards {
		for _, rows := range decided {
			must(x.t, o.(engine.Decider).Recall(rows, x.shard(i).Owns))
		}
		must(x.t, o.(engine.Decider).Settle())
	}
}

func fieldsOf(columns ...any) []types.Field {
	var out []types.Field
	for i := 0; i < len(columns); i += 2 {
		out = append(out, types.Field{Name: columns[i].(string), Type: types.Of(columns[i+1].(types.ID))})
	}
	return out
}

// load makes a table with DuckDB.
func load(t testing.TB, e engine.Tables, fields []types.Field, sql string) arrow.RecordBatch {
	t.Helper()
	rows, err := e.Query(sql, nil, typesOf(fields))
	must(t, err)
	t.Cleanup(rows.Release)
	return rows
}

package relational

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/function"
)

// The inputs' columns: a key, a window, a number, and values that are equal but look different.
var inputFields = fieldsOf("key", types.Varchar, "win", types.BigInt, "n", types.Integer, "d", types.Double, "i", types.Interval)

const universeSQL = `SELECT CASE WHEN i % 7 > 0 THEN 'key ' || i % 5 END, CASE WHEN i % 11 > 0 THEN i % 8 END, i % 13,
	['0.0'::DOUBLE, '-0.0', 'nan', '1.5', NULL][1 + i % 5], CASE WHEN i % 3 > 0 THEN (['30 days', '1 month', '2 hours'][1 + i % 3])::INTERVAL END FROM range(400) t(i)`

// question SQL: what it answers depends on no tie.
type oracleCase struct {
	name   string
	sql    string
	keys   []int // of both inputs; the window is column 1
	keyOut []int
	fields []types.Field
	always bool
}

var oracleCases = []oracleCase{
	{"rows", "FROM in0", []int{0, 1}, []int{0, 1}, inputFields, false},
	{"over", "SELECT c0, c1, c2, row_number() OVER (PARTITION BY c0, c1 ORDER BY c2), sum(c2) OVER (PARTITION BY c1, c0 ORDER BY c2 RANGE 3 PRECEDING) FROM in0",
		[]int{1, 0}, []int{1, 0}, fieldsOf("k", types.Varchar, "w", types.BigInt, "n", types.Integer, "r", types.BigInt, "s", types.HugeInt), false},
	{"over, by window", "SELECT c2, rank() OVER (PARTITION BY c1 ORDER BY c2), c1 FROM in0",
		[]int{1}, []int{2}, fieldsOf("n", types.Integer, "r", types.BigInt), false},
	{"full join", `SELECT a.c2, a.c3, b.c2, b.c4, coalesce(a.c0, b.c0), coalesce(a.c1, b.c1) FROM in0 a FULL JOIN in1 b ON a.c1 = b.c1 AND a.c0 = b.c0 AND a.c2 < b.c2`,
		[]int{0, 1}, []int{4, 5}, fieldsOf("a", types.Integer, "d", types.Double, "b", types.Integer, "i", types.Interval), false},
	{"left join, NULL matches", `SELECT a.c0, a.c2, b.c2, b.c1 FROM in0 a LEFT JOIN in1 b ON a.c1 IS NOT DISTINCT FROM b.c1 AND a.c0 IS NOT DISTINCT FROM b.c0`,
		[]int{1, 0}, nil, fieldsOf("k", types.Varchar, "a", types.Integer, "b", types.Integer, "w", types.BigInt), false},
	{"except all", "SELECT c0, c1, c2 FROM in0 EXCEPT ALL SELECT c0, c1, c2 FROM in1", []int{0, 1, 2}, []int{0, 1, 2},
		fieldsOf("k", types.Varchar, "w", types.BigInt, "n", types.Integer), false},
	{"distinct on", "SELECT DISTINCT ON (c0, c1) c2, c0, c1 FROM in0 ORDER BY c0, c1, c2 DESC", []int{1, 0}, []int{2, 1}, fieldsOf("n", types.Integer), false},
	{"everything", "SELECT count(*), sum(c2), (SELECT count(*) FROM in1) FROM in0", nil, nil,
		fieldsOf("a", types.BigInt, "b", types.HugeInt, "c", types.BigInt), true},
	{"top", "SELECT c2, c0 FROM in0 ORDER BY c2 DESC, c0 LIMIT 7", nil, nil, fieldsOf("n", types.Integer, "k", types.Varchar), false},
}

// model is what the inputs are, and an operator that is told so.
type model struct {
	*cluster
	universe arrow.RecordBatch
	rows     [2][]int32 // of the universe, in the inputs
	late     map[string]int
	before   int64 // windows that are closed
	windowed bool
}

func TestAnswersAreDuckDBs(t *testing.T) {
	e := duck(t)
	universe := load(t, e, inputFields, universeSQL)
	for _, c := range oracleCases {
		for _, changes := range []bool{true, false} {
			for _, windowed := range []bool{true, false} {
				if windowed && c.keys == nil {
					continue
				}
				t.Run(fmt.Sprintf("%s/changes=%t/windows=%t", c.name, changes, windowed), func(t *testing.T) {
					for seed := range uint64(3) {
						runModel(t, e, universe, c.node(changes, windowed), seed)
					}
				})
			}
		}
	}
}

func (c oracleCase) node(changes, windowed bool) *plan.Relational {
	n := &plan.Relational{What: c.name, SQL: c.sql, Keys: [][]int{c.keys, c.keys}, KeyOut: c.keyOut, Fields: c.fields,
		EventTime: []int{1, 1}, Always: c.always, Changes: changes}
	if windowed {
		for i, k := range c.keys {
			if k == 1 {
				n.Window = &plan.WindowKey{Group: i}
			}
		}
	}
	return n
}

func runModel(t *testing.T, e engine.Tables, universe arrow.RecordBatch, n *plan.Relational, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 7))
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	config := Config{Node: n, Inputs: [][]types.Field{inputFields, inputFields}, Tables: e, Allocator: mem,
		Close: func(wm engine.Time) (int64, error) { return int64(wm), nil }}
	m := &model{cluster: newCluster(t, config, 1+random.IntN(3), random), universe: universe, late: map[string]int{}, windowed: n.Window != nil}
	wm, asks := int64(0), []int{1, 7, 100, questionRows}[random.IntN(4)]
	for range 15 {
		for _, o := range m.shards {
			o.(*Operator).asks = asks
		}
		for range random.IntN(5) {
			m.change(random.IntN(2))
		}
		if wm += int64(random.IntN(4)) - 2; m.windowed && wm > m.before {
			m.advance(engine.Time(wm))
			m.before = wm
		}
		if wm = max(wm, m.before); random.IntN(2) == 0 { // what has closed is still to be flushed
			m.change(random.IntN(2))
		}
		m.flush()
		m.check(fmt.Sprintf("seed %d", seed), false)
		switch random.IntN(4) {
		case 0:
			m.move(1 + random.IntN(4))
		case 1:
			m.recall(1 + random.IntN(4))
		}
	}
	m.advance(engine.MaxTime)
	m.flush()
	m.check(fmt.Sprintf("seed %d, at the end", seed), true)
	m.move(2) // the end is part of the state
	m.advance(engine.MaxTime)
	m.flush()
	m.check(fmt.Sprintf("seed %d, after the end", seed), true)
	for _, o := range m.shards {
		releasePanes(o.(*Operator).panes.all())
	}
	m.forget()
	mem.AssertSize(t, 0)
}

// change adds rows to an input and takes others back, in one batch or two.
func (m *model) change(input int) {
	var index []int32
	var weights []int8
	for range 1 + m.random.IntN(30) {
		r := m.random.Int32N(int32(m.universe.NumRows()))
		index, weights = append(index, r), append(weights, 1)
		if m.closed(r) {
			m.late[rowText(m.universe, int(r))]++
			continue
		}
		m.rows[input] = append(m.rows[input], r)
	}
	for range m.random.IntN(20) {
		if len(m.rows[input]) == 0 {
			break
		}
		i := m.random.IntN(len(m.rows[input]))
		r := m.rows[input][i]
		if m.closed(r) {
			continue
		}
		m.rows[input] = append(m.rows[input][:i], m.rows[input][i+1:]...)
		index, weights = append(index, r), append(weights, -1)
	}
	m.random.Shuffle(len(index), func(i, j int) {
		index[i], index[j], weights[i], weights[j] = index[j], index[i], weights[j], weights[i]
	})
	m.send(input, index, weights)
}

// send sends rows as slices of a batch.
func (m *model) send(input int, index []int32, weights []int8) {
	rows := function.Select(memory.DefaultAllocator, m.universe, append([]int32{0, 1, 2}, index...))
	defer rows.Release()
	cut := m.random.IntN(len(index) + 1)
	for _, span := range [][2]int{{0, cut}, {cut, len(index)}} {
		part := rows.NewSlice(int64(span[0])+3, int64(span[1])+3)
		m.process(input, part, weights[span[0]:span[1]])
		part.Release()
	}
}

func (m *model) closed(row int32) bool {
	win := m.universe.Column(1).(*array.Int64)
	return m.windowed && win.IsValid(int(row)) && win.Value(int(row)) < m.before
}

// check compares what was emitted with DuckDB's answer over all rows that count.
func (m *model) check(when string, end bool) {
	m.t.Helper()
	var tables []engine.Table
	for _, rows := range m.rows {
		var index []int32
		for _, r := range rows {
			if m.config.Node.Changes || end || m.closed(r) {
				index = append(index, r)
			}
		}
		chosen := function.Select(memory.DefaultAllocator, m.universe, index)
		defer chosen.Release()
		tables = append(tables, engine.Table{Columns: typesOf(inputFields), Rows: chosen})
	}
	want := newTable(m.t)
	if m.config.Node.Changes || end || m.windowed {
		o := m.shards[0].(*Operator)
		answer, err := m.config.Tables.Query(m.config.Node.SQL, tables, o.result)
		must(m.t, err)
		defer answer.Release()
		visible := o.visible(answer)
		defer visible.Release()
		must(m.t, want.Emit(engine.Batch{Rows: visible}))
	}
	if got, want := sorted(m.out.rows), sorted(want.rows); got != want {
		m.t.Fatalf("%s: got\n%s\nwant\n%s", when, got, want)
	}
	if got, want := sorted(m.out.late), sorted(m.late); got != want {
		m.t.Fatalf("%s: late rows:\n%s\nwant\n%s", when, got, want)
	}
}

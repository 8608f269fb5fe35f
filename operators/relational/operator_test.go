package relational

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/function"
)

var pairFields = fieldsOf("k", types.BigInt, "v", types.Double)

// pairs is a node over one input of keys and values, that emits changes.
func pairs(sql string, keyOut []int, fields []types.Field) *plan.Relational {
	return &plan.Relational{What: "a test", SQL: sql, Keys: [][]int{{0}}, KeyOut: keyOut, Fields: fields, EventTime: []int{-1}, Changes: true}
}

func pairConfig(e engine.Tables, n *plan.Relational) Config {
	return Config{Node: n, Inputs: [][]types.Field{pairFields}, Tables: e, Close: func(wm engine.Time) (int64, error) { return int64(wm), nil }}
}

// send processes rows of a table with weights.
func send(t *testing.T, o engine.Operator, out engine.Emitter, rows arrow.RecordBatch, weights ...int8) {
	t.Helper()
	must(t, o.Process(0, engine.Batch{Rows: rows, Weights: weights}, out))
}

func flush(o engine.Operator, out engine.Emitter) error {
	err := o.(engine.Flusher).Flush(out)
	releaseAll(o.(engine.Decider).Decided())
	return err
}

func TestTakingBackWhatIsNotThere(t *testing.T) {
	e := duck(t)
	rows := load(t, e, pairFields, "SELECT 1, 2.5 UNION ALL SELECT 1, 3")
	final := pairs("FROM in0", []int{0}, pairFields)
	final.Changes, final.Window = false, &plan.WindowKey{}
	for _, n := range []*plan.Relational{pairs("FROM in0", []int{0}, pairFields), final} {
		o, err := New(pairConfig(e, n))
		must(t, err)
		out := newTable(t)
		send(t, o, out, rows, 1, -1)
		err = flush(o, out)
		if err == nil {
			err = o.Advance(engine.MaxTime, out)
		}
		if err == nil || !strings.Contains(err.Error(), "takes back a row that is not there: k = 1, v = 3") {
			t.Errorf("changes=%t: %v", n.Changes, err)
		}
	}
}

func TestTheSameRowIsTakenBackBeforeAnEqualOne(t *testing.T) {
	e := duck(t)
	rows := load(t, e, pairFields, "FROM (VALUES (1, 0.0), (1, -0.0::DOUBLE), (1, 0.0)) t(a, b)")
	o, err := New(pairConfig(e, pairs("FROM in0", []int{0}, pairFields)))
	must(t, err)
	out := newTable(t)
	negative := rows.NewSlice(1, 2)
	defer negative.Release()
	for i, want := range []string{"1|-0\n1|0\n1|0", "1|0\n1|0", "1|0"} {
		switch i {
		case 0:
			send(t, o, out, rows)
		default:
			send(t, o, out, negative, -1) // the second time there is only an equal one
		}
		must(t, flush(o, out))
		if got := sorted(out.rows); got != want {
			t.Errorf("step %d: %q, want %q", i, got, want)
		}
	}
}

// TestTies has DuckDB choose among rows that tie, which it may do otherwise each time: what is taken back must be what was emitted.
func TestTies(t *testing.T) {
	e := duck(t)
	rows := load(t, e, pairFields, "SELECT i % 3, i FROM range(3000) t(i)")
	for _, keyOut := range [][]int{{0}, nil} {
		n := pairs("SELECT c0, c1, row_number() OVER (PARTITION BY c0 ORDER BY c1 % 2) FROM in0 QUALIFY row_number() OVER (PARTITION BY c0 ORDER BY c1 % 2) <= 200",
			keyOut, slices.Concat(pairFields, fieldsOf("rank", types.BigInt)))
		random := rand.New(rand.NewPCG(3, 3))
		x := newCluster(t, pairConfig(e, n), 2, random)
		held := map[int32]bool{}
		for range 30 {
			var index []int32
			var weights []int8
			for range random.IntN(400) {
				r := random.Int32N(3000)
				weight := int8(1)
				if held[r] {
					weight = -1
				}
				held[r] = !held[r]
				index, weights = append(index, r), append(weights, weight)
			}
			part := function.Select(memory.DefaultAllocator, rows, index)
			x.process(0, part, weights)
			part.Release()
			x.flush()
			if random.IntN(2) == 0 {
				x.move(1 + random.IntN(3))
			} else {
				x.recall(1 + random.IntN(3))
			}
		}
		if len(x.out.rows) > 600 || len(x.out.rows) < 300 {
			t.Errorf("%d rows are left", len(x.out.rows))
		}
	}
}

// TestChurn has keys come and go: what is kept is bounded by what is there.
func TestChurn(t *testing.T) {
	e := duck(t)
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	c := pairConfig(e, pairs("SELECT c0, sum(c1) FROM in0 GROUP BY c0", []int{0}, pairFields))
	c.Allocator = mem
	o, err := New(c)
	must(t, err)
	out := newTable(t)
	var last arrow.RecordBatch
	for i := range 20 {
		rows := load(t, e, pairFields, fmt.Sprintf("SELECT i, 1 FROM range(%d, %d) t(i) UNION ALL SELECT -1, %d", i*3000, i*3000+3000, i))
		send(t, o, out, rows)
		if last != nil {
			gone := last.NewSlice(0, 3000)
			send(t, o, out, gone, slices.Repeat([]int8{-1}, 3000)...)
			gone.Release()
		}
		last = rows
		must(t, flush(o, out))
		p := o.(*Operator).panes.open[0]
		if len(out.rows) != 3001 || out.rows[fmt.Sprintf("-1|%d", i*(i+1)/2)] != 1 {
			t.Fatalf("%d rows are emitted after %d epochs", len(out.rows), i)
		}
		if rows, keys := len(p.inputs[0].weights)+len(p.answers.weights), p.keys.Len(); rows > 30000 || keys > 30000 {
			t.Fatalf("%d rows and %d keys are kept after %d epochs", rows, keys, i)
		}
	}
	p := o.(*Operator).panes.open[0]
	send(t, o, out, last, slices.Repeat([]int8{-1}, 3001)...)
	if err := flush(o, out); err != nil {
		t.Fatal(err)
	}
	p.release()
	mem.AssertSize(t, 0)
}

// TestEveryTypeComesAndGoes keeps rows of all types, moves them, and takes them back.
func TestEveryTypeComesAndGoes(t *testing.T) {
	e := duck(t)
	fields := fieldsOf("k", types.HugeInt, "u", types.UUID, "j", types.JSON, "b", types.Blob, "z", types.TimestampTZ, "t", types.Time,
		"ns", types.TimestampNS, "day", types.Date, "f", types.Float, "flag", types.Boolean, "i", types.Interval)
	inner := types.StructOf(types.Field{Name: "h", Type: types.Of(types.HugeInt)}, types.Field{Name: "i", Type: types.Of(types.Interval)})
	fields = append(fields, types.Field{Name: "dec", Type: types.DecimalOf(20, 3)}, types.Field{Name: "s", Type: inner},
		types.Field{Name: "l", Type: types.ListOf(inner)}, types.Field{Name: "m", Type: types.MapOf(types.Of(types.Varchar), types.ListOf(types.Of(types.Double)))})
	rows := load(t, e, fields, `SELECT i % 4, CASE WHEN i % 3 > 0 THEN uuid() END, ('{"a":' || i || '}'), 'x\x00'::BLOB, TIMESTAMPTZ '2024-02-29 12:00:00+02', '12:34:56',
		'2024-02-29 12:34:56.123456789', '2024-02-29', ['-0.0', 'nan', NULL][1 + i % 3], i % 2 = 0, (['30 days', '1 month'][1 + i % 2])::INTERVAL,
		CASE WHEN i % 5 > 0 THEN i / 3 END, {'h': i, 'i': INTERVAL 1 DAY}, CASE WHEN i % 4 > 0 THEN [NULL, {'h': i, 'i': NULL}] END, MAP {'k' || i: [i, NULL, '-0.0'::DOUBLE]} FROM range(50) t(i)`)
	n := pairs("FROM in0", []int{0, 8}, fields)
	n.Keys = [][]int{{0, 8}}
	x := newCluster(t, Config{Node: n, Inputs: [][]types.Field{fields}, Tables: e}, 2, nil)
	want := newTable(t)
	must(t, want.Emit(engine.Batch{Rows: rows}))
	x.process(0, rows, nil)
	x.flush()
	x.move(3)
	if got, want := sorted(x.out.rows), sorted(want.rows); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	x.process(0, rows, slices.Repeat([]int8{-1}, 50))
	x.flush()
	if len(x.out.rows) > 0 {
		t.Errorf("left are\n%s", sorted(x.out.rows))
	}
}

func TestAlwaysAnswersOverNoRows(t *testing.T) {
	e := duck(t)
	n := &plan.Relational{What: "all", SQL: "SELECT count(*) FROM in0", Keys: [][]int{nil}, Fields: fieldsOf("n", types.BigInt), Always: true, Changes: true}
	for _, changes := range []bool{true, false} {
		n.Changes = changes
		x := newCluster(t, pairConfig(e, n), 3, nil)
		x.flush()
		x.advance(engine.MaxTime)
		x.flush()
		x.move(2)
		x.flush()
		x.advance(engine.MaxTime)
		if got := sorted(x.out.rows); got != "0" || x.out.changes != 1 {
			t.Errorf("changes=%t: %q after %d changes", changes, got, x.out.changes)
		}
	}
}

func TestAnswersOfOtherKeysAreRefused(t *testing.T) {
	e := duck(t)
	rows := load(t, e, pairFields, "SELECT 1, 2 UNION ALL SELECT 2, 3")
	o, err := New(pairConfig(e, pairs("SELECT c0 + 1, c1 FROM in0", []int{0}, pairFields)))
	must(t, err)
	send(t, o, newTable(t), rows)
	if err := flush(o, newTable(t)); err == nil || !strings.Contains(err.Error(), "not asked about") {
		t.Error(err)
	}
}

func TestSnapshotBeforeFlushIsRefused(t *testing.T) {
	e := duck(t)
	rows := load(t, e, pairFields, "SELECT 1, 2")
	o, err := New(pairConfig(e, pairs("FROM in0", nil, pairFields)))
	must(t, err)
	send(t, o, newTable(t), rows)
	if err := o.(engine.Snapshotter).Snapshot(memoryState{}); err == nil {
		t.Error("a snapshot has left out changes")
	}
}

func TestNewRefuses(t *testing.T) {
	for want, change := range map[string]func(c *Config){
		"keys for 0":             func(c *Config) { c.Node.Keys = nil },
		"needs Close":            func(c *Config) { c.Node.Window, c.Close = &plan.WindowKey{}, nil },
		"no key 3":               func(c *Config) { c.Node.Window = &plan.WindowKey{Group: 3} },
		"the window key is":      func(c *Config) { c.Node.Window, c.Node.Keys = &plan.WindowKey{}, [][]int{{1}} },
		"no column 7":            func(c *Config) { c.Node.Keys = [][]int{{7}} },
		"over no rows":           func(c *Config) { c.Node.Always = true },
		"hold a key":             func(c *Config) { c.Node.KeyOut = []int{0, 1} },
		"no column 5":            func(c *Config) { c.Node.KeyOut = []int{5} },
		"of the answer is DOUBL": func(c *Config) { c.Node.KeyOut = []int{1} },
	} {
		c := pairConfig(nil, pairs("FROM in0", nil, pairFields))
		change(&c)
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

package topn

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/function"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/streamtest"
)

// columns are those of the input: a key, values of every type that rows are ranked by, an interval, and a number that is unique.
var columns = []struct {
	name string
	kind types.Type
	sql  string
}{
	{"k", types.Of(types.Varchar), "CASE WHEN i % 6 > 0 THEN 'key ' || i % 6 END"},
	{"b", types.Of(types.Boolean), "CASE WHEN i % 5 > 0 THEN i % 2 = 0 END"},
	{"i8", types.Of(types.TinyInt), "CASE WHEN i % 7 > 0 THEN i % 9 - 4 END"},
	{"i16", types.Of(types.SmallInt), "(i * 7919) % 600 - 300"},
	{"i32", types.Of(types.Integer), "(i * 104729) % 7 - 3"},
	{"i64", types.Of(types.BigInt), "[9223372036854775807, -9223372036854775808, 0, NULL, 5][1 + i % 5]"},
	{"u8", types.Of(types.UTinyInt), "i * 31 % 256"},
	{"u16", types.Of(types.USmallInt), "i * 3111 % 65536"},
	{"u32", types.Of(types.UInteger), "[4294967295, 0, 7, NULL][1 + i % 4]"},
	{"u64", types.Of(types.UBigInt), "([18446744073709551615, 0, 9223372036854775808, NULL]::UBIGINT[])[1 + i % 4]"},
	{"wide", types.Of(types.HugeInt), "(['170141183460469231731687303715884105727', '-170141183460469231731687303715884105727', '-1', '0', '18446744073709551616', NULL]::HUGEINT[])[1 + i % 6]"},
	{"dec", types.DecimalOf(9, 2), "((i * 7) % 11 - 5) / 4"},
	{"f", types.Of(types.Float), "(['nan', 'inf', '-inf', '-0.0', '0.0', '1.5', '-1e-40', NULL]::FLOAT[])[1 + i % 8]"},
	{"d", types.Of(types.Double), "(['nan', 'inf', '-inf', '-0.0', '0.0', '1e-310', '-2.5', NULL]::DOUBLE[])[1 + (i * 5) % 8]"},
	{"t", types.Of(types.Varchar), `['', 'a', 'ab', 'b', chr(0), 'a' || chr(0), 'a' || chr(1), 'é', '日本', NULL][1 + i % 10]`},
	{"blob", types.Of(types.Blob), `['\x00'::BLOB, '\x00\x00'::BLOB, '\xFF'::BLOB, ''::BLOB, '\x01'::BLOB, NULL][1 + i % 6]`},
	{"u", types.Of(types.UUID), "CASE WHEN i % 3 > 0 THEN CAST(md5((i % 17)::VARCHAR) AS UUID) END"},
	{"date", types.Of(types.Date), "(['infinity', '-infinity', '1969-12-31', '2026-01-01', NULL]::DATE[])[1 + i % 5]"},
	{"time", types.Of(types.Time), "TIME '00:00:00' + to_seconds((i * 37) % 86400)"},
	{"ts", types.Of(types.Timestamp), "(['infinity', '-infinity', '1969-12-31 23:59:59', '2026-01-01', NULL]::TIMESTAMP[])[1 + (i * 3) % 5]"},
	{"tz", types.Of(types.TimestampTZ), "TIMESTAMPTZ '2026-01-01' + to_minutes(i % 40)"},
	{"iv", types.Of(types.Interval), "(['30 days', '1 month', '2 hours', NULL]::INTERVAL[])[1 + i % 4]"},
	{"n", types.Of(types.BigInt), "i"},
}

const universeRows = 500

func input() (fields []types.Field, query string) {
	var list []string
	for _, c := range columns {
		fields = append(fields, types.Field{Name: c.name, Type: c.kind})
		list = append(list, fmt.Sprintf("CAST(%s AS %s) AS %s", c.sql, c.kind, c.name))
	}
	return fields, fmt.Sprintf("SELECT %s FROM range(%d) t(i)", strings.Join(list, ", "), universeRows)
}

// node draws a Top-N. Unless ties rank alike, the last key is unique.
func node(random *rand.Rand, fields []types.Field, appendOnly bool) *plan.TopN {
	n := &plan.TopN{Name: "rank", Limit: 1 + random.Int64N(12), Ties: random.IntN(2) == 0, Ranks: random.IntN(2) == 0, AppendOnly: appendOnly}
	if random.IntN(4) > 0 {
		n.Keys = []int{0}
	}
	by := []int{1 + random.IntN(len(fields)-3), 1 + random.IntN(len(fields)-3)}[:1+random.IntN(2)]
	if !n.Ties {
		by = append(by, len(fields)-1)
	}
	for _, c := range by {
		n.Orders = append(n.Orders, plan.Order{
			Expr: plan.Col(c, fields[c].Name, fields[c].Type), Descending: random.IntN(2) == 0, NullsFirst: random.IntN(2) == 0,
		})
	}
	return n
}

func selectOf(n *plan.TopN, list string) string {
	call := plan.OverCall{Name: "row_number", Type: types.Of(types.BigInt), Orders: n.Orders, Unit: plan.FrameRange,
		Start: plan.FrameBound{Kind: plan.UnboundedPreceding}, End: plan.FrameBound{Kind: plan.CurrentRow}}
	if n.Ties {
		call.Name = "rank"
	}
	for _, k := range n.Keys {
		call.Partition = append(call.Partition, plan.Col(k, columns[k].name, columns[k].kind))
	}
	rank := call.SQL(func(e *plan.Expr) string { return e.Name })
	if n.Ranks {
		list += ", " + rank
	}
	return fmt.Sprintf("SELECT %s FROM input QUALIFY %s <= %d", list, rank, n.Limit)
}

// TestIsDuckDBs sends rows, and takes them back, on shards that change in number, and compares what is there after each flush.
func TestIsDuckDBs(t *testing.T) {
	duck := streamtest.NewOracle(t)
	fields, query := input()
	duck.Exec("CREATE TABLE universe AS " + query)
	universe := duck.Query("FROM universe")
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 3))
		n := node(random, fields, seed%2 == 0)
		t.Run(fmt.Sprintf("%d %s of %v", seed, selectOf(n, "*"), n.Keys), func(t *testing.T) {
			m := newModel(t, random, n, fields, universe)
			for range 8 {
				for range 1 + random.IntN(3) {
					m.change()
				}
				m.flush()
				duck.Exec("CREATE OR REPLACE TEMP TABLE input AS SELECT universe.* FROM universe JOIN (SELECT unnest([" + m.numbers() + "]::BIGINT[]) AS n) USING (n)")
				want := streamtest.Texts(duck.Query(selectOf(n, "*")))
				for i := range want {
					want[i] = plainZero(want[i])
				}
				sort.Strings(want)
				streamtest.Same(t, "changes", m.texts(), want)
				m.move(1 + random.IntN(3))
			}
			m.mem.AssertSize(t, 0)
		})
	}
}

// model is the operator on several shards, and what it has been told.
type model struct {
	t        *testing.T
	random   *rand.Rand
	config   Config
	mem      *memory.CheckedAllocator
	universe arrow.RecordBatch
	rows     []int32 // that are there
	shards   []*Operator
	out      map[string]int
}

func newModel(t *testing.T, random *rand.Rand, n *plan.TopN, fields []types.Field, universe arrow.RecordBatch) *model {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	m := &model{t: t, random: random, mem: mem, universe: universe, out: map[string]int{}, config: Config{Node: n, Input: fields, Allocator: mem}}
	m.start(2)
	return m
}

func (m *model) start(n int) {
	for _, o := range m.shards {
		o.output.builder.Release()
	}
	m.shards = nil
	for range n {
		o, err := New(m.config)
		streamtest.Must(m.t, err)
		m.shards = append(m.shards, o)
	}
}

// change sends rows that come, and rows that go, in any order.
func (m *model) change() {
	var index []int32
	var weights []int8
	for range m.random.IntN(60) {
		r := m.random.Int32N(universeRows)
		index, weights, m.rows = append(index, r), append(weights, 1), append(m.rows, r)
	}
	for range m.random.IntN(40) {
		if len(m.rows) == 0 || m.config.Node.AppendOnly {
			break
		}
		i := m.random.IntN(len(m.rows))
		index, weights = append(index, m.rows[i]), append(weights, -1)
		m.rows = append(m.rows[:i], m.rows[i+1:]...)
	}
	m.random.Shuffle(len(index), func(i, j int) {
		index[i], index[j], weights[i], weights[j] = index[j], index[i], weights[j], weights[i]
	})
	rows := function.Select(memory.DefaultAllocator, m.universe, append([]int32{1, 2}, index...))
	m.send(rows.NewSlice(2, rows.NumRows()), weights)
}

func (m *model) send(rows arrow.RecordBatch, weights []int8) {
	hashes := make([]uint64, rows.NumRows())
	keys.HashOf(m.config.Node.Keys)(rows, hashes)
	for s, o := range m.shards {
		var index []int32
		var some []int8
		for i, h := range hashes {
			if h%uint64(len(m.shards)) == uint64(s) {
				index, some = append(index, int32(i)), append(some, weights[i])
			}
		}
		part := function.Select(memory.DefaultAllocator, rows, index)
		streamtest.Must(m.t, o.Process(0, engine.Batch{Rows: part, Weights: some}, m))
	}
}

func (m *model) flush() {
	for _, o := range m.shards {
		streamtest.Must(m.t, o.Flush(m))
	}
}

// Emit implements engine.Emitter.
func (m *model) Emit(b engine.Batch) error {
	for i := range int(b.Rows.NumRows()) {
		weight := 1
		if b.Weights != nil {
			weight = int(b.Weights[i])
		}
		text := plainZero(streamtest.RowText(b.Rows, i))
		if m.out[text] += weight; m.out[text] < 0 {
			m.t.Fatalf("takes back a row that is not there: %s", text)
		}
	}
	return nil
}

// plainZero forgets the sign of zero: DuckDB takes what it sorts by from the keys that it sorts, which do not have it.
func plainZero(text string) string { return strings.ReplaceAll(text, "| -0 |", "| 0 |") }

// Late implements engine.Emitter.
func (m *model) Late(arrow.RecordBatch) error { return nil }

func (m *model) texts() (out []string) {
	for text, n := range m.out {
		for range n {
			out = append(out, text)
		}
	}
	sort.Strings(out)
	return out
}

func (m *model) numbers() string {
	out := make([]string, len(m.rows))
	for i, r := range m.rows {
		out[i] = fmt.Sprint(r)
	}
	return strings.Join(out, ", ")
}

// move restarts the operator on another number of shards.
func (m *model) move(n int) {
	state := streamtest.State{}
	for _, o := range m.shards {
		streamtest.Must(m.t, o.Snapshot(state))
	}
	m.start(n)
	for i, o := range m.shards {
		streamtest.Must(m.t, o.Restore(state.Shard(engine.Shard{Index: i, Count: n})))
	}
	state.Release()
}

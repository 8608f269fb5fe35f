package aggregate

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

var countAll = plan.AggregateCall{Name: "count_star", Type: types.Of(types.BigInt)}

// extraKeys are values that are equal but look different, or the reverse.
var extraKeys = map[types.ID][]string{
	types.Double:   {"0.0", "-0.0", "nan", "-nan"},
	types.Float:    {"0.0", "-0.0", "nan"},
	types.Interval: {"30 days", "24 hours", "1 day", "29 days 24 hours", "30 days 24 hours", "720 hours", "31 days", "-30 days", "-1 month", "1 month -30 days", "0 days"},
	types.HugeInt:  {"-1", "18446744073709551616"},
}

// TestGroupsOfEveryType groups by one key of each type, alone and with a second key of text or of words, by DuckDB's equality.
func TestGroupsOfEveryType(t *testing.T) {
	for i, s := range samples() {
		t.Run(s.kind.String(), func(t *testing.T) {
			o := newOracle(t)
			values := append(s.texts, extraKeys[s.kind.ID]...)
			o.exec(fmt.Sprintf(`CREATE TABLE input AS SELECT (i // 100)::BIGINT AS w, %s AS v, %s AS k, %s AS n FROM range(1500) r(i) ORDER BY i`,
				pick(s.kind, "v", values...), pick(types.Of(types.Varchar), "k", "NULL", "", "x", "y"), pick(types.Of(types.Integer), "n", "NULL", "0", "-1", "7")))
			fields := []types.Field{{Name: "w", Type: types.Of(types.BigInt)}, {Name: "v", Type: s.kind}, {Name: "k", Type: types.Of(types.Varchar)},
				{Name: "n", Type: types.Of(types.Integer)}}
			testGroups(t, o, fields, []string{"w", "v"}, uint64(i))
			testGroups(t, o, fields, []string{"w", "v", "k"}, uint64(i))
			testGroups(t, o, fields, []string{"w", "n", "v"}, uint64(i))
		})
	}
}

// testGroups compares the groups' counts: which of several equal values stands for the group depends on the order of rows.
func testGroups(t *testing.T, o *oracle, fields []types.Field, groups []string, seed uint64) {
	n := node(fields, groups, false, countAll)
	c := newCluster(t, Config{Node: n, Input: fields, Close: hundreds, Allocator: checked(t)}, 3, seed)
	input := o.query("SELECT * FROM input")
	for from := int64(0); from < input.NumRows(); from += 500 {
		part := input.NewSlice(from, from+500)
		c.process(part)
		part.Release()
		c.move(1 + c.random.IntN(4))
	}
	c.advance(engine.MaxTime)
	sameRows(t, strings.Join(groups, ", "), c.out.sorted(), texts(o.query(selectSQL(n, "input"))))
}

func TestManyGroups(t *testing.T) {
	for _, kind := range []types.ID{types.BigInt, types.Varchar, types.HugeInt} {
		o := newOracle(t)
		o.exec(fmt.Sprintf(`CREATE TABLE input AS SELECT DATE '2024-01-01' + (i // 60000)::INTEGER AS w, (i * 7919 %% 50021)::%s AS k, i::INTEGER AS v,
			i %% 3 = 0 AS b FROM range(120000) r(i) ORDER BY i`, kind))
		fields := []types.Field{{Name: "w", Type: types.Of(types.Date)}, {Name: "k", Type: types.Of(kind)},
			{Name: "v", Type: types.Of(types.Integer)}, {Name: "b", Type: types.Of(types.Boolean)}}
		testManyGroups(t, o, fields, "w", "k")
		testManyGroups(t, o, fields, "w", "k", "b")
	}
}

func testManyGroups(t *testing.T, o *oracle, fields []types.Field, groups ...string) {
	n := node(fields, groups, false, countAll, plan.AggregateCall{Name: "max", Args: []*plan.Expr{column(fields, "v")}, Type: types.Of(types.Integer)})
	op, err := New(Config{Node: n, Input: fields, Close: hundreds, Allocator: checked(t)})
	must(t, err)
	out := newTable(t)
	must(t, op.Process(0, engine.Batch{Rows: o.query("SELECT * FROM input")}, out))
	must(t, op.Advance(engine.MaxTime, out))
	sameRows(t, strings.Join(groups, ", "), out.sorted(), texts(o.query(selectSQL(n, "input"))))
	if most := (len(out.rows) + maxRows - 1) / maxRows; out.emit > most {
		t.Errorf("%v: %d batches for %d rows", groups, out.emit, len(out.rows))
	}
}

// TestHashSpreads checks that shards get a fair share, of consecutive numbers too.
func TestHashSpreads(t *testing.T) {
	o := newOracle(t)
	rows := o.query("SELECT i::BIGINT, (i * 10000000)::BIGINT, i::VARCHAR, i::DOUBLE, [i] FROM range(40000) r(i)")
	hashes := make([]uint64, rows.NumRows())
	for c := range int(rows.NumCols()) {
		Hash([]int{c})(rows, hashes)
		for shards := 2; shards <= 8; shards++ {
			counts := make([]float64, shards)
			for _, h := range hashes {
				counts[h%uint64(shards)]++
			}
			for i, n := range counts {
				if share := n / float64(len(hashes)) * float64(shards); math.Abs(share-1) > 0.1 {
					t.Errorf("column %d: shard %d of %d gets %.2f of its share", c, i, shards, share)
				}
			}
		}
	}
}

// TestHashIsOfTheValue checks that a row's hash does not depend on the batch that it came in.
func TestHashIsOfTheValue(t *testing.T) {
	o := newOracle(t)
	for _, s := range samples() {
		rows := o.query(fmt.Sprintf("SELECT %s AS v FROM range(300) r(i)", pick(s.kind, "v", s.texts...)))
		whole := make([]uint64, rows.NumRows())
		Hash([]int{0})(rows, whole)
		byText := map[string]uint64{}
		for i := range whole {
			one := make([]uint64, 1)
			part := rows.NewSlice(int64(i), int64(i)+1)
			Hash([]int{0})(part, one)
			part.Release()
			text := rowText(rows, i)
			if had, ok := byText[text]; one[0] != whole[i] || ok && had != one[0] {
				t.Fatalf("%s: %s hashes to %x and %x", s.kind, text, whole[i], one[0])
			}
			byText[text] = one[0]
		}
		if same := distinctValues(byText); same < len(byText)-1 { // -0.0 and 0.0 may be one
			t.Errorf("%s: %d values have %d hashes", s.kind, len(byText), same)
		}
	}
}

func distinctValues(m map[string]uint64) int {
	set := map[uint64]bool{}
	for _, h := range m {
		set[h] = true
	}
	return len(set)
}

func TestNewRefuses(t *testing.T) {
	fields := []types.Field{{Name: "w", Type: types.Of(types.BigInt)}, {Name: "v", Type: types.Of(types.Varchar)}}
	good := func() Config {
		return Config{Node: node(fields, []string{"w"}, false, countAll), Input: fields, Close: hundreds}
	}
	for want, spoil := range map[string]func(*Config){
		"emit changes":     func(c *Config) { c.Node.Window = nil },
		"needs Close":      func(c *Config) { c.Close = nil },
		"no group 3":       func(c *Config) { c.Node.Window.Group = 3 },
		"is not a column":  func(c *Config) { c.Node.Groups[0] = plan.Lit(plan.Value{Int: 1}, types.Of(types.BigInt)) },
		"of the input is":  func(c *Config) { c.Node.Groups[0] = plan.Col(1, "v", types.Of(types.BigInt)) },
		"has to be a date": func(c *Config) { c.Node.Groups[0] = column(fields, "v") },
		"no kernel for sum": func(c *Config) {
			c.Node.Calls[0] = plan.AggregateCall{Name: "sum", Args: []*plan.Expr{column(fields, "v")}}
		},
	} {
		c := good()
		spoil(&c)
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	op, err := New(good())
	must(t, err)
	err = op.Process(0, engine.Batch{Weights: []int8{1}}, newTable(t))
	if err == nil || !strings.Contains(err.Error(), "append-only") {
		t.Errorf("error %v for weights", err)
	}
}

var _ interface {
	engine.Operator
	engine.Flusher
	engine.Snapshotter
} = (*Operator)(nil)

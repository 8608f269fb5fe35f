package asof

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/streamtest"
)

const second = 1_000_000

var (
	trades = []types.Field{
		{Name: "i", Type: types.Of(types.BigInt)}, {Name: "ts", Type: types.Of(types.Timestamp)}, {Name: "k", Type: types.Of(types.Integer)},
		{Name: "name", Type: types.Of(types.Varchar)},
	}
	quotes = []types.Field{
		{Name: "i", Type: types.Of(types.BigInt)}, {Name: "name", Type: types.Of(types.Varchar)}, {Name: "k", Type: types.Of(types.Integer)},
		{Name: "tags", Type: types.ListOf(types.Of(types.Varchar))}, {Name: "ts", Type: types.Of(types.Timestamp)},
		{Name: "pair", Type: types.StructOf(types.Field{Name: "a", Type: types.Of(types.Integer)}, types.Field{Name: "b", Type: types.Of(types.Double)})},
	}
)

// input makes both tables in the order of arrival. No two quotes of a key have one time.
func input(o *streamtest.Oracle, rows, seed, disorder, keys int) {
	column := func(side string) string {
		return fmt.Sprintf(`CASE WHEN hash(e, 'null%[1]s%[2]d') %% 30 = 0 THEN NULL ELSE TIMESTAMP '2024-01-01' + to_seconds(e // 2) END AS ts,
			CASE WHEN hash(e, 'k%[1]s%[2]d') %% 9 = 0 THEN NULL ELSE (hash(e, 'key%[1]s%[2]d') %% %[3]d)::INTEGER END AS k,
			CASE WHEN hash(e, 'n%[1]s%[2]d') %% 5 = 0 THEN NULL ELSE 'name ' || (hash(e, 'name%[1]s%[2]d') %% 3) END AS name`, side, seed, keys)
	}
	order := fmt.Sprintf("ORDER BY e // 2 + hash(e, 'late%d') %% %d, hash(e)", seed, disorder+1)
	o.Exec(fmt.Sprintf(`CREATE OR REPLACE TABLE trades AS SELECT i, ts, k, name FROM (SELECT e, e AS i, %s FROM range(%d) t(e)) %s;
		CREATE OR REPLACE TABLE quotes AS SELECT i, name, k, tags, ts, pair FROM (SELECT e, 1000000 + e AS i, %s,
			CASE WHEN e %% 4 = 0 THEN NULL ELSE ['x', NULL, e::VARCHAR][:(e %% 4)] END AS tags,
			CASE WHEN e %% 5 = 0 THEN NULL ELSE {'a': e::INTEGER, 'b': e / 2} END AS pair FROM range(%d) t(e)
			QUALIFY row_number() OVER (PARTITION BY ts ORDER BY e) = 1) %s`,
		column("left"), rows, order, column("right"), rows*2, order))
}

func TestAsofEqualsDuckDB(t *testing.T) {
	o := streamtest.NewOracle(t)
	late := map[bool]int{}
	for seed := range 60 {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		disorder, delay := r.IntN(20), r.IntN(20)
		input(o, 300, seed, disorder, 1+r.IntN(8))
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		cfg := Config{Kind: plan.InnerJoin, Left: trades, Right: quotes, LeftTime: 1, RightTime: 4, Strict: r.IntN(2) == 0, Allocator: mem}
		join, on, sign := "ASOF JOIN", "", ">="
		if r.IntN(2) == 0 {
			cfg.Kind, join = plan.LeftJoin, "ASOF LEFT JOIN"
		}
		if cfg.Strict {
			sign = ">"
		}
		switch r.IntN(3) {
		case 0:
			cfg.LeftKeys, cfg.RightKeys, on = []int{2}, []int{2}, "l.k = r.k AND "
		case 1:
			cfg.LeftKeys, cfg.RightKeys, on = []int{3, 2}, []int{1, 2}, "l.name = r.name AND l.k = r.k AND "
		}
		c := stream(t, o, cfg, r, delay)
		mem.AssertSize(t, 0)
		ids := streamtest.Firsts(c.Out.LateRows)
		want := o.Query(fmt.Sprintf("SELECT * FROM (FROM trades WHERE (i IN (%[1]s)) IS NOT TRUE) l %[2]s (FROM quotes WHERE (i IN (%[1]s)) IS NOT TRUE) r ON %[3]s l.ts %[4]s r.ts",
			ids, join, on, sign))
		what := fmt.Sprintf("seed %d, disorder %d, delay %d: %s ON %sl.ts %s r.ts", seed, disorder, delay, join, on, sign)
		streamtest.Same(t, what, c.Out.Sorted(), streamtest.Texts(want))
		for _, row := range c.Out.LateRows {
			late[len(row) > 7 && row[:1] == "1" && row[7:8] == " "]++
			if disorder <= delay {
				t.Fatalf("%s: late within the delay: %s", what, row)
			}
		}
	}
	if len(late) < 2 {
		t.Fatalf("late rows by side: %v", late)
	}
}

// stream sends both inputs, with watermarks delay seconds behind each one's highest time.
func stream(t *testing.T, o *streamtest.Oracle, cfg Config, r *rand.Rand, delay int) *streamtest.Cluster {
	c := &streamtest.Cluster{T: t, Random: r, Hash: []streamtest.Hash{Hash(cfg.LeftKeys), Hash(cfg.RightKeys)}, New: func(s engine.Shard) (streamtest.Stateful, error) {
		own := cfg
		own.Shard = s
		return New(own)
	}}
	c.Start(1 + r.IntN(3))
	c.Stream(
		streamtest.Input{Rows: o.Query("FROM trades"), Time: 1, Delay: int64(delay) * second},
		streamtest.Input{Rows: o.Query("FROM quotes"), Time: 4, Delay: int64(delay) * second},
	)
	return c
}

package session

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/streamtest"
)

var columns = []types.Field{
	{Name: "i", Type: types.Of(types.BigInt)}, {Name: "ts", Type: types.Of(types.Timestamp)}, {Name: "k", Type: types.Of(types.Integer)},
	{Name: "name", Type: types.Of(types.Varchar)}, {Name: "tags", Type: types.ListOf(types.Of(types.Integer))},
}

const second = 1_000_000

// input makes rows in the order of arrival: some 1 s apart, disordered by up to the given seconds, a tenth of them at times of others.
func input(o *streamtest.Oracle, rows, seed, disorder, keys int) {
	o.Exec(fmt.Sprintf(`CREATE OR REPLACE TABLE input AS
		WITH events AS (SELECT e AS i, CASE WHEN hash(e, 'null%[2]d') %% 30 = 0 THEN NULL
			ELSE (TIMESTAMP '2024-01-01' + to_microseconds((e // 3 * 1000000 + (hash(e, 'ms%[2]d') %% 4)::BIGINT * 250000)::BIGINT)) END AS ts,
			CASE WHEN hash(e, 'k%[2]d') %% 9 = 0 THEN NULL ELSE (hash(e, 'key%[2]d') %% %[4]d)::INTEGER END AS k,
			CASE WHEN hash(e, 'n%[2]d') %% 5 = 0 THEN NULL ELSE 'name ' || (hash(e, 'name%[2]d') %% 100) END AS name,
			CASE WHEN e %% 4 = 0 THEN NULL ELSE range((e %% 4)::INTEGER)::INTEGER[] END AS tags FROM range(%[1]d) t(e))
		FROM events ORDER BY i // 3 + hash(i, 'late%[2]d') %% %[3]d, hash(i)`, rows, seed, disorder+1, keys))
}

func TestSessionsEqualDuckDB(t *testing.T) {
	o := streamtest.NewOracle(t)
	o.Exec(duckdb.WindowMacros())
	behind := 0
	for seed := range 40 {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		gap, disorder, delay, keyed := r.IntN(6), r.IntN(20), r.IntN(20), r.IntN(3) > 0
		input(o, 600, seed, disorder, 1+r.IntN(20))
		cfg := Config{Input: columns, Time: 1, Gap: int64(gap) * second, Allocator: memory.NewCheckedAllocator(memory.NewGoAllocator())}
		key := "NULL::INTEGER"
		if keyed {
			cfg.Key, key = []int{2}, "k"
		}
		c := run(t, o, cfg, r, delay)
		cfg.Allocator.(*memory.CheckedAllocator).AssertSize(t, 0)
		want := o.Query(fmt.Sprintf(`WITH rows AS (FROM input WHERE (i IN (%s)) IS NOT TRUE), keyed AS (SELECT *, %s AS key FROM rows)
			SELECT * EXCLUDE (key) FROM session('keyed', ts, INTERVAL '%d seconds', key)`, streamtest.Firsts(c.Out.LateRows), key, gap))
		what := fmt.Sprintf("seed %d, gap %d, disorder %d, delay %d, keyed %v", seed, gap, disorder, delay, keyed)
		streamtest.Same(t, what, c.Out.Sorted(), streamtest.Texts(want))
		if disorder <= delay && len(c.Out.LateRows) > 0 {
			t.Fatalf("%s: %d rows within the delay are late", what, len(c.Out.LateRows))
		}
		behind += len(c.Out.LateRows)
	}
	if behind == 0 {
		t.Fatal("no late row in any run: the test tests less than it should")
	}
}

// run streams the input, with the watermark delay seconds behind the highest time.
func run(t *testing.T, o *streamtest.Oracle, cfg Config, r *rand.Rand, delay int) *streamtest.Cluster {
	c := &streamtest.Cluster{T: t, Random: r, Hash: []streamtest.Hash{Hash(cfg.Key)}, New: func(s engine.Shard) (streamtest.Stateful, error) {
		own := cfg
		own.Shard = s
		return New(own)
	}}
	c.Start(1 + r.IntN(3))
	c.Stream(streamtest.Input{Rows: o.Query("FROM input"), Time: 1, Delay: int64(delay) * second})
	return c
}

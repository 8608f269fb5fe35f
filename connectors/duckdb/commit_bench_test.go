package duckdb

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// BenchmarkCommit measures whole commits to a file, fsync and checkpoints included: one view, four partitions' positions. Beside
// the mean it reports the slowest hundredth (p99-ms) and CPU time, which other work on the machine does not distort.
func BenchmarkCommit(b *testing.B) {
	b.Run("positions", func(b *testing.B) { measureCommits(b, testStore(b), 0, func(c *engine.Commit) {}) })
	for _, n := range []int{100, 10_000, 100_000} {
		b.Run(fmt.Sprint("append ", n), func(b *testing.B) { benchmarkAppend(b, n) })
	}
	b.Run("letters 1000", func(b *testing.B) { benchmarkLetters(b, 1000) })
	b.Run("late 1000", func(b *testing.B) { benchmarkLate(b, 1000) })
	for _, spread := range []int{1_000_000, 10_000} {
		for _, n := range []int{100, 1000, 10_000} {
			b.Run(fmt.Sprintf("update %d of the last %d of 1000000", n, spread), func(b *testing.B) { benchmarkUpdate(b, n, spread) })
		}
	}
}

var benchColumns = []types.Field{
	{Name: "ts", Type: types.Of(types.Timestamp)}, {Name: "k", Type: types.Of(types.BigInt)},
	{Name: "name", Type: types.Of(types.Varchar)}, {Name: "value", Type: types.Of(types.Double)}, {Name: "n", Type: types.Of(types.BigInt)},
}

// benchRows writes the rows of a version of the keys in a list, for benchColumns. The type of the keys is BIGINT.
func benchRows(version int64, keys string) string {
	return fmt.Sprintf(`SELECT make_timestamp(k * 1000000) AS ts, k, 'some text ' || k AS name, (k * 1.5 + %d)::DOUBLE AS value,
		(k + %d)::BIGINT AS n FROM %s`, version, version, keys)
}

func benchStore(b *testing.B) *Store {
	s := testStore(b)
	check(b, s.CreateView(ctx, "v", benchColumns))
	return s
}

func measureCommits(b *testing.B, s *Store, rows int, fill func(c *engine.Commit)) {
	var took []time.Duration
	epoch, cpu := int64(0), time.Duration(0)
	for b.Loop() {
		b.StopTimer()
		epoch++
		c := &engine.Commit{Epoch: epoch}
		for p := range 4 {
			c.Positions = append(c.Positions, engine.Position{Query: "v", Source: "s", Partition: fmt.Sprint(p), Next: epoch, Watermark: engine.Time(epoch)})
		}
		fill(c)
		before, started := cpuTime(), time.Now()
		b.StartTimer()
		check(b, s.Commit(ctx, c))
		took, cpu = append(took, time.Since(started)), cpu+cpuTime()-before
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)*99/100].Seconds()*1e3, "p99-ms")
	b.ReportMetric(cpu.Seconds()*1e3/float64(b.N), "cpu-ms/op")
	if rows > 0 {
		b.ReportMetric(float64(cpu.Nanoseconds())/float64(b.N*rows), "cpu-ns/row")
	}
}

// cpuTime is what the process has used so far.
func cpuTime() time.Duration {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func benchmarkAppend(b *testing.B, n int) {
	s := benchStore(b)
	rows := rowsOf(b, testSession(b), benchRows(0, fmt.Sprintf("(SELECT range AS k FROM range(%d))", n)))
	change := []engine.Change{{View: "v", Batches: []engine.Batch{{Rows: rows}}}}
	measureCommits(b, s, n, func(c *engine.Commit) { c.Changes = change })
}

func benchmarkLetters(b *testing.B, n int) {
	letters := make([]engine.DeadLetter, n)
	for i := range letters {
		letters[i] = engine.DeadLetter{Source: "s", Partition: "0", Offset: int64(i), Value: []byte(`{"not": JSON`), Reason: "it ends early", At: time.Now()}
	}
	measureCommits(b, testStore(b), n, func(c *engine.Commit) { c.DeadLetters = letters })
}

func benchmarkLate(b *testing.B, n int) {
	late := make([]engine.LateRow, n)
	for i := range late {
		late[i] = engine.LateRow{View: "v", Source: "s", Partition: "0", EventTime: 1, Watermark: 2, Row: `{"k": 1, "name": "some text"}`, At: time.Now()}
	}
	measureCommits(b, testStore(b), n, func(c *engine.Commit) { c.Late = late })
}

// benchmarkUpdate gives n of the last keys of a table of a million rows a new version in each commit.
func benchmarkUpdate(b *testing.B, n, spread int) {
	const size = 1_000_000
	s, other := benchStore(b), testSession(b)
	check(b, s.session.exec(ctx, "INSERT INTO main.v "+benchRows(0, fmt.Sprintf("(SELECT range AS k FROM range(%d))", size))))
	check(b, s.Checkpoint(ctx))
	random := rand.New(rand.NewPCG(1, 2))
	versions := make([]int64, size)
	measureCommits(b, s, n, func(c *engine.Commit) {
		batches := updateBatches(b, other, random, versions, n, spread)
		b.Cleanup(func() { batches[0].Release(); batches[1].Release() })
		c.Changes = []engine.Change{{View: "v", Batches: batches}}
	})
}

func updateBatches(b *testing.B, s *session, random *rand.Rand, versions []int64, n, spread int) []engine.Batch {
	check(b, s.exec(ctx, "CREATE OR REPLACE TABLE keys (k BIGINT, version BIGINT)"))
	keys := map[int]bool{}
	for len(keys) < n {
		keys[len(versions)-spread+random.IntN(spread)] = true
	}
	var sql strings.Builder
	sql.WriteString("INSERT INTO keys VALUES ")
	for k := range keys {
		fmt.Fprintf(&sql, "(%d, %d),", k, versions[k])
		versions[k]++
	}
	check(b, s.exec(ctx, sql.String()))
	rows := func(change int) arrow.RecordBatch {
		out, err := readRows(s, fmt.Sprintf(`SELECT make_timestamp(k * 1000000) AS ts, k, 'some text ' || k AS name, (k * 1.5 + version + %d)::DOUBLE AS value,
			(k + version + %d)::BIGINT AS n FROM keys ORDER BY rowid`, change, change))
		check(b, err)
		return out
	}
	return []engine.Batch{{Rows: rows(0), Weights: slices.Repeat([]int8{-1}, n)}, {Rows: rows(1)}}
}

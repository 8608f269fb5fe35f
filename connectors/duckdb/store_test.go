package duckdb

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

var ctx = context.Background()

func testStore(t testing.TB) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "weir.duckdb"), StoreOptions{})
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	return s
}

// commit commits the next epoch with one change.
func commit(s *Store, view string, batches ...engine.Batch) error {
	last, err := s.Load(ctx)
	if err != nil {
		return err
	}
	return s.Commit(ctx, &engine.Commit{Epoch: last.Epoch + 1, Changes: []engine.Change{{View: view, Batches: batches}}})
}

// answer runs a query and returns all its rows, released when the test ends.
func answer(t testing.TB, s *Store, sql string) arrow.RecordBatch {
	t.Helper()
	rows, err := s.Query(ctx, sql, Limits{})
	check(t, err)
	defer rows.Release()
	var parts []arrow.RecordBatch
	for rows.Next() {
		rows.RecordBatch().Retain()
		parts = append(parts, rows.RecordBatch())
	}
	check(t, rows.Err())
	out, err := concat(rows.Schema(), parts, memory.DefaultAllocator)
	check(t, err)
	releaseAll(parts)
	t.Cleanup(out.Release)
	return out
}

func releaseAll(parts []arrow.RecordBatch) {
	for _, p := range parts {
		p.Release()
	}
}

// texts returns the first column of a query's result, as text.
func texts(t testing.TB, s *Store, sql string) []string {
	t.Helper()
	rows := answer(t, s, sql)
	out := []string{}
	for i := range int(rows.NumRows()) {
		out = append(out, rows.Column(0).ValueStr(i))
	}
	return out
}

func TestEveryTypeGoesThroughTheStore(t *testing.T) {
	sql, columns := sampleTable()
	rows := rowsOf(t, testSession(t), "FROM "+sql)
	s := testStore(t)
	check(t, s.CreateView(ctx, "v", columns))
	check(t, commit(s, "v", engine.Batch{Rows: rows}))
	got, err := s.Query(ctx, "FROM v", Limits{})
	check(t, err)
	if !reflect.DeepEqual(got.Columns(), columns) {
		t.Errorf("columns %v\nwant %v", got.Columns(), columns)
	}
	got.Release()
	sameRows(t, answer(t, s, "FROM v"), rows)

	// Each row can be taken back, and replaced in the same epoch by what is equal to it.
	weights := make([]int8, 2*rows.NumRows())
	for i := range weights {
		weights[i] = int8(1 - 2*(i%2))
	}
	half := len(weights) / 2
	check(t, commit(s, "v", engine.Batch{Rows: rows, Weights: weights[:half]}, engine.Batch{Rows: rows, Weights: weights[1 : half+1]}))
	sameRows(t, answer(t, s, "FROM v"), rows)
	minus := make([]int8, rows.NumRows())
	for i := range minus {
		minus[i] = -1
	}
	check(t, commit(s, "v", engine.Batch{Rows: rows, Weights: minus}))
	if left := answer(t, s, "FROM v").NumRows(); left != 0 {
		t.Errorf("%d rows are left", left)
	}
}

func TestBatchesMayBeSlices(t *testing.T) {
	all := rowsOf(t, testSession(t), `SELECT i::BIGINT AS a, {'x': i, 'f': i % 3 = 0, 'l': ['v' || i, NULL]} AS b,
		[{'y': i, 'z': i % 2 = 0}] AS c, i % 5 = 0 AS d, MAP {i: i % 7 = 0} AS m FROM range(9000) t(i)`)
	s := testStore(t)
	columns := []types.Field{{Name: "a", Type: types.Of(types.BigInt)}}
	rows, err := s.Query(ctx, `SELECT {'x': 1::BIGINT, 'f': true, 'l': ['']} b, [{'y': 1::BIGINT, 'z': true}] c, true d, MAP {1::BIGINT: true} m`, Limits{})
	check(t, err)
	columns = append(columns, rows.Columns()...)
	rows.Release()
	check(t, s.CreateView(ctx, "v", columns))
	for _, cut := range [][2]int64{{0, 3}, {3, 8}, {8, 4097}, {4097, 9000}} {
		part := all.NewSlice(cut[0], cut[1])
		check(t, commit(s, "v", engine.Batch{Rows: part}, engine.Batch{Rows: part.NewSlice(0, 0)}))
		part.Release()
	}
	sameRows(t, answer(t, s, "FROM v"), all)
}

func TestCheckpointSurvivesReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weir.duckdb")
	s, err := Open(path, StoreOptions{MemoryLimit: "500MB", Threads: 1})
	check(t, err)
	empty, err := s.Load(ctx)
	check(t, err)
	if !reflect.DeepEqual(empty, engine.Checkpoint{}) {
		t.Errorf("a new store has %+v", empty)
	}
	at := time.UnixMicro(1700000000123456).UTC()
	first := &engine.Commit{Epoch: 1, Positions: []engine.Position{
		{Query: "", Source: "s", Partition: "0", Next: 5, Watermark: engine.MinTime, Reached: engine.MinTime},
		{Query: "q", Source: "s", Partition: "0", Next: 5, Watermark: 17, Reached: 19},
		{Query: "q", Source: "s", Partition: "1", Next: math.MaxInt64, Watermark: engine.MaxTime, Reached: 19},
	}, DeadLetters: []engine.DeadLetter{{Source: "s", Partition: "0", Offset: 4, Value: []byte("\x00\xff"), Reason: "bad", At: at}},
		Late: []engine.LateRow{{View: "q", Source: "s", Partition: "1", EventTime: 3, Watermark: 17, Row: `{"a":1}`, At: at}}}
	check(t, s.Commit(ctx, first))
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 2, Positions: []engine.Position{{Query: "q", Source: "s", Partition: "1", Next: 9, Watermark: 18, Reached: 20}}}))
	check(t, s.Close())

	s, err = Open(path, StoreOptions{})
	check(t, err)
	defer s.Close()
	got, err := s.Load(ctx)
	check(t, err)
	want := engine.Checkpoint{Epoch: 2, Positions: append(first.Positions[:2:2], engine.Position{Query: "q", Source: "s", Partition: "1", Next: 9, Watermark: 18, Reached: 20})}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("after reopening %+v\nwant %+v", got, want)
	}
	letters := texts(t, s, `SELECT concat_ws('|', source, "partition", "offset", hex(value), reason, epoch_us(d.at)) FROM weir.dead_letters d`)
	if want := "s|0|4|00FF|bad|1700000000123456"; letters[0] != want {
		t.Errorf("dead letter %s, want %s", letters[0], want)
	}
	late := texts(t, s, `SELECT concat_ws('|', view, source, "partition", epoch_us(event_time), epoch_us(watermark), row->>'a', epoch_us(l.at)) FROM weir.late_rows l`)
	if want := "q|s|1|3|17|1|1700000000123456"; late[0] != want {
		t.Errorf("late row %s, want %s", late[0], want)
	}
	for _, epoch := range []int64{2, 4, 1} {
		if err := s.Commit(ctx, &engine.Commit{Epoch: epoch}); err == nil || !strings.Contains(err.Error(), "must be 3") {
			t.Errorf("epoch %d after 2: %v", epoch, err)
		}
	}
}

func TestAFailedCommitChangesNothing(t *testing.T) {
	s := testStore(t)
	columns := []types.Field{{Name: "a", Type: types.Of(types.Integer)}}
	check(t, s.CreateView(ctx, "v", columns))
	one := rowsOf(t, testSession(t), "SELECT 1 AS a")
	two := rowsOf(t, testSession(t), "SELECT 2 AS a")
	check(t, commit(s, "v", engine.Batch{Rows: one}))
	bad := &engine.Commit{Epoch: 2, Changes: []engine.Change{{View: "v", Batches: []engine.Batch{{Rows: two}, {Rows: two, Weights: []int8{-1}}, {Rows: two, Weights: []int8{-1}}}}}, Positions: []engine.Position{{Query: "v", Source: "s", Partition: "0", Next: 1}}}
	err := s.Commit(ctx, bad)
	if err == nil || !strings.Contains(err.Error(), "view v") || !strings.Contains(err.Error(), "epoch 2") {
		t.Errorf("taking back a row that is not there: %v", err)
	}
	for name, c := range map[string]*engine.Commit{
		"unknown view":    {Epoch: 2, Changes: []engine.Change{{View: "w", Batches: []engine.Batch{{Rows: one}}}}},
		"wrong type":      {Epoch: 2, Changes: []engine.Change{{View: "v", Batches: []engine.Batch{{Rows: rowsOf(t, testSession(t), "SELECT 'x' AS a")}}}}},
		"weight of 2":     {Epoch: 2, Changes: []engine.Change{{View: "v", Batches: []engine.Batch{{Rows: one, Weights: []int8{2}}}}}},
		"missing weights": {Epoch: 2, Changes: []engine.Change{{View: "v", Batches: []engine.Batch{{Rows: one, Weights: []int8{}}}}}},
	} {
		if err := s.Commit(ctx, c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.Commit(cancelled, &engine.Commit{Epoch: 2}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if got := texts(t, s, "FROM v"); !reflect.DeepEqual(got, []string{"1"}) {
		t.Errorf("rows %v after failed commits", got)
	}
	check(t, commit(s, "v", engine.Batch{Rows: two}, engine.Batch{Rows: one, Weights: []int8{-1}}))
	if got := texts(t, s, "FROM v"); !reflect.DeepEqual(got, []string{"2"}) {
		t.Errorf("rows %v after the retry", got)
	}
	last, err := s.Load(ctx)
	check(t, err)
	if last.Epoch != 2 || len(last.Positions) != 0 {
		t.Errorf("checkpoint %+v", last)
	}
}

func TestTheFileIsOpenedOnce(t *testing.T) {
	if path := os.Getenv("WEIR_TEST_OPEN"); path != "" {
		_, err := Open(path, StoreOptions{})
		fmt.Println(err)
		return
	}
	path := filepath.Join(t.TempDir(), "weir.duckdb")
	s, err := Open(path, StoreOptions{})
	check(t, err)
	if _, err := Open(path, StoreOptions{}); err == nil || !strings.Contains(err.Error(), "open in this process") {
		t.Errorf("a second Open: %v", err)
	}
	other := exec.Command(os.Args[0], "-test.run=^TestTheFileIsOpenedOnce$")
	other.Env = append(os.Environ(), "WEIR_TEST_OPEN="+path)
	out, err := other.CombinedOutput()
	check(t, err)
	want := fmt.Sprintf("weir.duckdb is open in another process (pid %d): stop it, or choose another --db", os.Getpid())
	if !strings.Contains(string(out), want) {
		t.Errorf("another process says %s, want %s", out, want)
	}
	check(t, s.Close())
	s, err = Open(path, StoreOptions{})
	check(t, err)
	check(t, s.Close())
}

func TestOpenRefusesAnotherFormat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "odd name's.db")
	s, err := Open(path, StoreOptions{})
	check(t, err)
	check(t, s.session.exec(ctx, "UPDATE weir.format SET version = 99"))
	check(t, s.Close())
	if _, err := Open(path, StoreOptions{}); err == nil || !strings.Contains(err.Error(), "format 99") {
		t.Errorf("format 99: %v", err)
	}
	check(t, os.WriteFile(path, []byte(strings.Repeat("no database", 1000)), 0o644))
	if _, err := Open(path, StoreOptions{}); err == nil {
		t.Error("a file that is no database was opened")
	}
}

// TestPositionsOfAnEarlierWeir: they do not say how far the watermark of a whole source had come.
func TestPositionsOfAnEarlierWeir(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weir.duckdb")
	s, err := Open(path, StoreOptions{})
	check(t, err)
	p := engine.Position{Query: "q", Source: "s", Partition: "0", Next: 5, Watermark: 17, Reached: 12}
	check(t, s.Commit(t.Context(), &engine.Commit{Epoch: 1, Positions: []engine.Position{p}}))
	s.books.close()
	s.books = nil
	check(t, s.session.exec(t.Context(), "ALTER TABLE weir.positions DROP COLUMN reached"))
	check(t, s.Close())
	s, err = Open(path, StoreOptions{})
	check(t, err)
	defer s.Close()
	got, err := s.Load(t.Context())
	check(t, err)
	p.Reached = engine.MinTime
	if !slices.Equal(got.Positions, []engine.Position{p}) {
		t.Errorf("positions %+v, want %+v", got.Positions, p)
	}
	p.Reached = 13
	check(t, s.Commit(t.Context(), &engine.Commit{Epoch: 2, Positions: []engine.Position{p}}))
}

func TestInMemoryStoreLeavesNothingBehind(t *testing.T) {
	s, err := Open("", StoreOptions{})
	check(t, err)
	dir := s.state.dir
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1}))
	if got := texts(t, s, "SELECT epoch FROM weir.checkpoint"); got[0] != "1" {
		t.Errorf("epoch %s", got[0])
	}
	check(t, s.Close())
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", dir, err)
	}
}

func TestWindowMacrosRunAsTheyStand(t *testing.T) {
	s := testStore(t)
	columns := []types.Field{{Name: "ts", Type: types.Of(types.Timestamp)}, {Name: "k", Type: types.Of(types.Integer)}}
	check(t, s.CreateView(ctx, "bid", columns))
	rows := rowsOf(t, testSession(t), "SELECT make_timestamp(i * 1000000) AS ts, (i % 2)::INTEGER AS k FROM range(20) t(i)")
	check(t, commit(s, "bid", engine.Batch{Rows: rows}))
	for sql, want := range map[string]string{
		"SELECT count(*) FROM tumble(bid, ts, INTERVAL '10 seconds') GROUP BY window_start":                            "10 10",
		"SELECT count(DISTINCT window_start) FROM hop(bid, ts, INTERVAL '5 seconds', INTERVAL '10 seconds')":           "5",
		"SELECT count(*) FROM cumulate('bid', ts, INTERVAL '5 seconds', INTERVAL '10 seconds') GROUP BY ALL":           "30",
		"SELECT count(DISTINCT window_end) FROM session(results.main.bid, ts, INTERVAL '2 seconds', k)":                "2",
		"SELECT DISTINCT epoch(window_end)::INT FROM session(main.bid, ts, INTERVAL '1 second', k) ORDER BY 1 LIMIT 1": "1",
	} {
		if got := strings.Join(texts(t, s, sql), " "); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
}

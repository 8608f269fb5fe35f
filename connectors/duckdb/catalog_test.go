package duckdb

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

func TestCatalogChangesAreAllOrNothing(t *testing.T) {
	s := testStore(t)
	at := time.UnixMicro(1700000000000001).UTC()
	entries := []Entry{
		{Kind: "source", Name: "bid", SQL: "CREATE SOURCE bid (…)", Created: at},
		{Kind: "view", Name: `odd "name"`, SQL: "CREATE …\x00 it's", Plan: []byte(`{"a": [1, "x"]}`), Created: at},
	}
	column := []types.Field{{Name: "a", Type: types.Of(types.JSON)}}
	check(t, s.Change(ctx, func(c *Catalog) error {
		for _, e := range entries {
			check(t, c.Put(e))
		}
		return c.CreateView(`odd "name"`, column, "it's a view")
	}))
	got, err := s.Entries(ctx)
	check(t, err)
	if !reflect.DeepEqual(got, entries) {
		t.Errorf("entries %+v\nwant %+v", got, entries)
	}
	failed := errors.New("failed")
	err = s.Change(ctx, func(c *Catalog) error {
		check(t, c.Delete("source", "bid"))
		check(t, c.DropView(`odd "name"`))
		return failed
	})
	if !errors.Is(err, failed) {
		t.Errorf("the function's error: %v", err)
	}
	if got, err := s.Entries(ctx); err != nil || !reflect.DeepEqual(got, entries) {
		t.Errorf("after a failed change %+v, %v", got, err)
	}
	if comment := texts(t, s, "SELECT comment FROM duckdb_tables() WHERE table_name = 'odd \"name\"'"); !slices.Equal(comment, []string{"it's a view"}) {
		t.Errorf("comment %v", comment)
	}
	entries[0].SQL = "CREATE OR REPLACE SOURCE bid (…)"
	check(t, s.Change(ctx, func(c *Catalog) error { return c.Put(entries[0]) }))
	if got, err := s.Entries(ctx); err != nil || !reflect.DeepEqual(got, entries) {
		t.Errorf("after replacing %+v, %v", got, err)
	}
	if err := s.Change(ctx, func(c *Catalog) error { return c.Delete("view", "nothing") }); err == nil {
		t.Error("an entry that is not there was removed")
	}
}

func TestDropViewForgetsItsQuery(t *testing.T) {
	s := testStore(t)
	rows := rowsOf(t, testSession(t), "SELECT 1 AS a")
	column := []types.Field{{Name: "a", Type: types.Of(types.Integer)}}
	for _, view := range []string{"v", "w"} {
		check(t, s.CreateView(ctx, view, column))
		writeState(t, s, view, 1, rows)
	}
	if err := s.CreateView(ctx, "v", column); err == nil || !strings.Contains(err.Error(), "already exists") {
		t.Errorf("a second v: %v", err)
	}
	minus := engine.Batch{Rows: rows, Weights: []int8{-1}}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1, Changes: []engine.Change{{View: "v", Batches: []engine.Batch{{Rows: rows}, {Rows: rows}, minus}}},
		Positions: []engine.Position{{Query: "v", Source: "s"}, {Query: "w", Source: "s"}, {Source: "s"}},
		State:     []engine.StateFile{{Query: "v", Name: "v"}, {Query: "w", Name: "w"}}}))
	check(t, s.DropView(ctx, "v"))
	check(t, s.Change(ctx, func(c *Catalog) error { return c.DropSource("s") }))
	last, err := s.Load(ctx)
	check(t, err)
	if len(last.Positions) != 1 || last.Positions[0].Query != "w" || len(last.State) != 1 || last.State[0].Query != "w" {
		t.Errorf("after the drop %+v", last)
	}
	if got := stateNames(t, s); !slices.Equal(got, []string{"w"}) {
		t.Errorf("state files %v", got)
	}
	// A view of the same name with other columns begins anew.
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "b", Type: types.Of(types.Varchar)}}))
	text := rowsOf(t, testSession(t), "SELECT 'x' AS b")
	check(t, commit(s, "v", engine.Batch{Rows: text}, engine.Batch{Rows: text}, engine.Batch{Rows: text, Weights: []int8{-1}}))
	if got := texts(t, s, "FROM v"); !slices.Equal(got, []string{"x"}) {
		t.Errorf("the new view has %v", got)
	}
}

func TestOutboxKeepsWhatSinksHaveNotDelivered(t *testing.T) {
	t.Run("small", func(t *testing.T) { outboxKeeps(t, nil) })
	defer func(n uint64) { largeChange = n }(largeChange)
	largeChange = 0
	t.Run("large", func(t *testing.T) { outboxKeeps(t, []string{"outbox-3-v"}) })
}

// Trace contexts go through the outbox beside the rows, and into no table; a batch without any may be among others.
func TestOutboxKeepsTraces(t *testing.T) {
	t.Run("small", outboxKeepsTraces)
	defer func(n uint64) { largeChange = n }(largeChange)
	largeChange = 0
	t.Run("large", outboxKeepsTraces)
}

func outboxKeepsTraces(t *testing.T) {
	s := testStore(t)
	rows := rowsOf(t, testSession(t), "FROM range(2) t(n)")
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "n", Type: types.Of(types.BigInt)}}))
	s.SetSinks(map[string][]string{"v": {"one"}})
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.Append("a trace")
	b.AppendNull()
	traces := b.NewStringArray()
	defer traces.Release()
	check(t, commit(s, "v", engine.Batch{Rows: rows, Traces: traces}, engine.Batch{Rows: rows, Weights: []int8{1, 1}}))
	pending, err := s.Pending(ctx, "one", 10)
	check(t, err)
	defer releaseDeliveries(pending)
	changes := pending[0].Changes
	if got := changes[0].Traces; got == nil || got.Value(0) != "a trace" || !got.IsNull(1) || changes[0].Weights != nil {
		t.Errorf("traces %v, weights %v", got, changes[0].Weights)
	}
	if got := changes[1].Traces; got == nil || got.NullN() != 2 || !slices.Equal(changes[1].Weights, []int8{1, 1}) {
		t.Errorf("traces %v, weights %v of the batch without", got, changes[1].Weights)
	}
	sameRows(t, changes[0].Rows, rows)
	if got := texts(t, s, "SELECT count(*) || ' ' || sum(n) FROM v"); !slices.Equal(got, []string{"4 2"}) {
		t.Errorf("the table has %v", got)
	}
}

// outboxKeeps commits epochs for two sinks, delivers one of them to one, drops the other, and looks which files are left.
func outboxKeeps(t *testing.T, left []string) {
	s := testStore(t)
	sql, columns := sampleTable()
	rows := rowsOf(t, testSession(t), "FROM "+sql)
	check(t, s.CreateView(ctx, "v", columns))
	check(t, commit(s, "v", engine.Batch{Rows: rows})) // no sink yet
	s.SetSinks(map[string][]string{"v": {"one", "two"}})
	plus, minus := slices.Repeat([]int8{1}, int(rows.NumRows())), slices.Repeat([]int8{-1}, int(rows.NumRows()))
	check(t, commit(s, "v", engine.Batch{Rows: rows}, engine.Batch{Rows: rows, Weights: plus}))
	check(t, commit(s, "v", engine.Batch{Rows: rows, Weights: minus}))
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 4}))
	pending, err := s.Pending(ctx, "one", 10)
	check(t, err)
	defer releaseDeliveries(pending)
	if len(pending) != 2 || pending[0].Epoch != 2 || pending[1].Epoch != 3 || len(pending[0].Changes) != 2 {
		t.Fatalf("pending %+v", pending)
	}
	first := pending[0].Changes
	if first[0].Weights != nil || !slices.Equal(first[1].Weights, plus) || !slices.Equal(pending[1].Changes[0].Weights, minus) {
		t.Errorf("weights %v, %v, %v", first[0].Weights, first[1].Weights, pending[1].Changes[0].Weights)
	}
	if !reflect.DeepEqual(pending[0].Columns, columns) {
		t.Errorf("columns %v", pending[0].Columns)
	}
	sameRows(t, first[1].Rows, rows)
	if limited, err := s.Pending(ctx, "one", 1); err != nil || len(limited) != 1 || limited[0].Epoch != 2 {
		t.Errorf("at most one: %+v, %v", limited, err)
	}
	defer func(n int64) { pendingBytes = n }(pendingBytes)
	pendingBytes = 1
	large, err := s.Pending(ctx, "one", 10)
	check(t, err)
	defer releaseDeliveries(large)
	if len(large) != 1 || large[0].Epoch != 2 {
		t.Errorf("at most one large epoch: %+v", large)
	}
	check(t, s.Done(ctx, "one", 2))
	check(t, s.Change(ctx, func(c *Catalog) error { return c.DropSink("two") }))
	for sink, want := range map[string]int64{"one": 1, "two": 0} {
		if b := s.Backlog(sink); b.Epochs != want || (b.Bytes > 0) != (want > 0) {
			t.Errorf("%s has %+v waiting, want %d epochs", sink, b, want)
		}
	}
	if got := stateNames(t, s); !slices.Equal(got, left) {
		t.Errorf("files %v are left, want %v", got, left)
	}
	check(t, s.Done(ctx, "one", 3))
	if got := stateNames(t, s); len(got) > 0 {
		t.Errorf("files %v are left when all is delivered", got)
	}
}

package duckdb

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
)

// writeState writes a file with two interleaved sections: a, of n batches of rows, and b, of one.
func writeState(t *testing.T, s *Store, name string, n int, rows arrow.RecordBatch) {
	t.Helper()
	w, err := s.CreateState(name)
	check(t, err)
	for i := range n {
		check(t, w.Write("a", rows))
		if i == n/2 {
			part := rows.NewSlice(0, 1)
			check(t, w.Write("b", part))
			part.Release()
		}
	}
	check(t, w.Close())
}

func readState(s *Store, name, section string) (rows int64, err error) {
	err = s.ReadState(name, section, func(b arrow.RecordBatch) error {
		rows += b.NumRows()
		return nil
	})
	return rows, err
}

func stateNames(t *testing.T, s *Store) []string {
	t.Helper()
	entries, err := os.ReadDir(s.state.dir)
	check(t, err)
	var out []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), stateSuffix); ok {
			out = append(out, name)
		}
	}
	return out
}

func TestStateIsReadBackBySections(t *testing.T) {
	sql, _ := sampleTable()
	rows := rowsOf(t, testSession(t), "FROM "+sql)
	s := testStore(t)
	writeState(t, s, "v/1 of 2", 3, rows)
	n := 0
	check(t, s.ReadState("v/1 of 2", "a", func(b arrow.RecordBatch) error {
		sameRows(t, b, rows)
		n++
		return nil
	}))
	if n != 3 {
		t.Errorf("%d batches of section a, want 3", n)
	}
	if b, err := readState(s, "v/1 of 2", "b"); b != 1 || err != nil {
		t.Errorf("section b has %d rows: %v", b, err)
	}
	if c, err := readState(s, "v/1 of 2", "c"); c != 0 || err != nil {
		t.Errorf("section c, never written, has %d rows: %v", c, err)
	}
	stop := errors.New("stop")
	if err := s.ReadState("v/1 of 2", "a", func(arrow.RecordBatch) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an error of yield: %v", err)
	}
	if _, err := readState(s, "other", "a"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	w, err := s.CreateState("empty")
	check(t, err)
	check(t, w.Close())
	if n, err := readState(s, "empty", "a"); n != 0 || err != nil {
		t.Errorf("an empty file: %d rows, %v", n, err)
	}
}

// Every cut and every changed byte of a state file is noticed, before a wrong row is given out.
func TestDamagedStateIsNoticed(t *testing.T) {
	s := testStore(t)
	rows := rowsOf(t, testSession(t), "SELECT range AS a, 'text ' || range AS b FROM range(200)")
	writeState(t, s, "x", 3, rows)
	path := s.state.path("x")
	sound, err := os.ReadFile(path)
	check(t, err)
	for cut := 0; cut < len(sound); cut += 1 + len(sound)/97 {
		check(t, os.WriteFile(path, sound[:cut], 0o644))
		if _, err := readState(s, "x", "a"); err == nil || !strings.Contains(err.Error(), "cut short") && !strings.Contains(err.Error(), "damaged") {
			t.Errorf("cut to %d of %d bytes: %v", cut, len(sound), err)
		}
	}
	for at := 0; at < len(sound); at += 1 + len(sound)/211 {
		damaged := slices.Clone(sound)
		damaged[at] ^= 0x10
		check(t, os.WriteFile(path, damaged, 0o644))
		_, errA := readState(s, "x", "a")
		_, errB := readState(s, "x", "b")
		if errA == nil && errB == nil {
			t.Errorf("byte %d of %d changed: no error", at, len(sound))
		}
	}
}

// A crash between writing state and the commit leaves the former state, and no file that nobody needs.
func TestOnlyCommittedStateSurvives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weir.duckdb")
	rows := rowsOf(t, testSession(t), "SELECT 1 AS a")
	s, err := Open(path, StoreOptions{})
	check(t, err)
	for _, name := range []string{"v-1", "w-1"} {
		writeState(t, s, name, 1, rows)
	}
	state := func(query, name string) engine.StateFile { return engine.StateFile{Query: query, Stage: 1, Name: name} }
	position := func(query string) engine.Position {
		return engine.Position{Query: query, Source: "s", Partition: "0", Next: 1}
	}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1, Positions: []engine.Position{position("v"), position("w")}, State: []engine.StateFile{state("v", "v-1"), state("w", "w-1")}}))
	if err := s.Commit(ctx, &engine.Commit{Epoch: 2, State: []engine.StateFile{state("v", "v-2")}}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a commit that names a file that is not there: %v", err)
	}
	writeState(t, s, "v-2", 1, rows)
	if got := stateNames(t, s); !slices.Equal(got, []string{"v-1", "v-2", "w-1"}) {
		t.Errorf("before the second commit there are %v", got)
	}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 2, Positions: []engine.Position{position("v")}, State: []engine.StateFile{state("v", "v-2")}}))
	if got := stateNames(t, s); !slices.Equal(got, []string{"v-2", "w-1"}) {
		t.Errorf("after the second commit there are %v", got)
	}
	writeState(t, s, "v-3", 1, rows)
	open, err := s.CreateState("w-3") // never closed
	check(t, err)
	check(t, open.Write("a", rows))
	check(t, os.WriteFile(filepath.Join(s.state.dir, "not ours"), nil, 0o644))
	check(t, s.Close())

	s, err = Open(path, StoreOptions{})
	check(t, err)
	defer s.Close()
	if got := stateNames(t, s); !slices.Equal(got, []string{"v-2", "w-1"}) {
		t.Errorf("after reopening there are %v", got)
	}
	if _, err := os.Stat(filepath.Join(s.state.dir, "not ours")); err != nil {
		t.Errorf("a file that is not state was removed: %v", err)
	}
	last, err := s.Load(ctx)
	check(t, err)
	if want := []engine.StateFile{state("v", "v-2"), state("w", "w-1")}; !slices.Equal(last.State, want) {
		t.Errorf("state %v, want %v", last.State, want)
	}
	for _, f := range last.State {
		if n, err := readState(s, f.Name, "a"); n != 1 || err != nil {
			t.Errorf("%s: %d rows, %v", f.Name, n, err)
		}
	}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 3, Positions: []engine.Position{position("v")}}))
	if got := stateNames(t, s); !slices.Equal(got, []string{"w-1"}) {
		t.Errorf("after a commit without state of v there are %v", got)
	}
}

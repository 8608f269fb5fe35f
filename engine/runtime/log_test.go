package runtime

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
)

// manyEvents are in two partitions, of keys that come again and again.
func manyEvents(n int) *fakeSource {
	s := &fakeSource{partitions: map[string][]event{}, step: 2}
	for i := range n {
		s.add(fmt.Sprint(i%2), event{int64(i % 7), engine.Time(i)})
	}
	return s
}

func isLog(f engine.StateFile) bool { return f.Log }

// runThroughCrashes runs engines one after the other, each cut off at its third commit, until one comes to the end. It returns how many of
// them have left a log.
func runThroughCrashes(t *testing.T, store *fakeStore, of func(attempt int) Config) (logs int) {
	t.Helper()
	for attempt := 0; ; attempt++ {
		store.crashAt = store.cp.Epoch + 3
		_, err := run(t, of(attempt))
		if slices.ContainsFunc(store.cp.State, isLog) {
			logs++
		}
		if err == nil {
			return logs
		}
		if !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
	}
}

// TestRestartFromLogs cuts the run off at every epoch, and goes on with another number of workers.
func TestRestartFromLogs(t *testing.T) {
	retryAtOnce(t)
	for _, sizes := range []LogSizes{{Least: 1, Full: 200, Room: 1 << 20}, {Least: 1, Full: 1, Room: 1 << 20}, {Least: 1, Steps: 5, Room: 1 << 20}, {Least: 1, Room: 1 << 20}} {
		source, store := manyEvents(60), newFakeStore()
		logs := runThroughCrashes(t, store, func(attempt int) Config {
			c := config(store, source, 1+attempt%3, countQuery("a"))
			c.EpochRows, c.Logs = 1, sizes
			return c
		})
		want := map[string]int{"0 9 ": 1, "1 9 ": 1, "2 9 ": 1, "3 9 ": 1, "4 8 ": 1, "5 8 ": 1, "6 8 ": 1}
		if diff := cmp.Diff(want, store.tables["a"]); diff != "" {
			t.Errorf("%+v: %s", sizes, diff)
		}
		if logs < 2 { // how many commits a run has before it is cut off is left to chance
			t.Errorf("%+v: %d restarts found a log", sizes, logs)
		}
	}
}

// TestLogsGiveWayToTheWholeState: once they are as large as it, which bounds what a restart reads.
func TestLogsGiveWayToTheWholeState(t *testing.T) {
	store := newFakeStore()
	c := config(store, manyEvents(400), 1, countQuery("a"))
	c.EpochRows, c.Logs = 1, LogSizes{Least: 1, Full: 100}
	whole, logs := map[string]bool{}, map[string]bool{}
	c.BeforeCommit = func(int64) error {
		for _, f := range store.cp.State {
			if f.Log {
				logs[f.Name] = true
			} else {
				whole[f.Name] = true
			}
		}
		return nil
	}
	if _, err := run(t, c); err != nil {
		t.Fatal(err)
	}
	if len(whole) < 2 || len(logs) < 2 {
		t.Errorf("state was written whole %d times, logged %d times", len(whole), len(logs))
	}
}

// TestLogsAreFullByTheirSteps: a log of many small steps is not written anew for ever.
func TestLogsAreFullByTheirSteps(t *testing.T) {
	store := newFakeStore()
	c := config(store, manyEvents(60), 1, countQuery("a"))
	c.EpochRows, c.Logs = 1, LogSizes{Least: 1, Steps: 12, Room: 1 << 20}
	if _, err := run(t, c); err != nil {
		t.Fatal(err)
	}
	most := int64(0)
	for _, sections := range store.files {
		for _, rows := range sections[stepsSection] {
			most = max(most, rows.NumRows())
		}
	}
	if most < 12 || most > 20 { // an epoch has a few steps
		t.Errorf("the longest log has %d steps", most)
	}
}

func TestLogsOfOneEpochBelongTogether(t *testing.T) {
	retryAtOnce(t)
	store := newFakeStore()
	c := config(store, manyEvents(40), 2, countQuery("a"))
	c.EpochRows, c.Logs = 1, LogSizes{Least: 1, Room: 1 << 20}
	store.crashAt = 6
	if _, err := run(t, c); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	at := slices.IndexFunc(store.cp.State, isLog)
	name := store.cp.State[at].Name
	steps := store.files[name][stepsSection][0]
	store.files[name][stepsSection][0] = steps.NewSlice(0, steps.NumRows()-1)
	store.crashAt = 0
	if _, err := run(t, c); err == nil || !strings.Contains(err.Error(), "do not belong together") {
		t.Errorf("error %v, want that the logs differ", err)
	}
}

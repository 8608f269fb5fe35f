// Package simulation runs the engine through made-up histories of trouble and holds what comes out against a run without any.
//
// A seed decides everything: which views run, which events come and in what order, how large each fetch is, when epochs end, how the
// clock moves, what fails, and when the process is killed. The engine, its planner and its operators are the real ones; the source, the
// store and the sinks are in memory. Every call that the engine makes to the outside waits at a gate until the driver answers it, in an
// order that it draws, so that the same seed gives the same run:
//
//	engine  poll ─► │      │            │ driver: draws one of
//	        commit ►│ gate │◄─ answers ─│   answer a call, or have it fail before or after it took effect
//	        deliver►│      │            │   let time pass, move the clock, let events arrive, take a partition away
//	                                    │   have an operator panic, kill the process, start it anew
//
// The goroutines live in a bubble of testing/synctest: time stands still until all of them wait, so nothing takes any.
//
// Files: pipeline.go has the views, event.go makes events, script.go is the source, store.go, table.go, letters.go and outbox.go the
// store, sink.go the sinks, gate.go the calls that wait, life.go one engine from its start to its end, move.go what the driver can do,
// fault.go what goes wrong inside, world.go a whole run, reference.go and judge.go what must be true of it.
//
// To add a view, add it to the list in pipeline.go; to add a kind of trouble, a move to the list in move.go.
package simulation

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
)

// Result is what became of one seed.
type Result struct {
	Seed     uint64
	Findings []string // what should not be; empty if all is well
	Trace    []string // what happened, in order
	Digest   uint64   // of the trace
	Counts   Counts
}

// Counts is what there was in a run: trouble that never comes proves nothing.
type Counts struct {
	Lives, Kills, Commits, CommitErrors, UnknownCommits, StateErrors, Panics, SourceErrors, SinkErrors int
	Late, DeadLetters, Redelivered, Gone, Jumps, Pauses, Prefixes                                      int
}

// Run simulates a seed. It has to be called outside of a bubble.
func Run(t *testing.T, seed uint64) Result {
	var w *world
	synctest.Test(t, func(*testing.T) {
		w = newWorld(seed)
		w.run()
	})
	return Result{Seed: seed, Findings: w.findings, Trace: w.trace.lines, Digest: w.trace.digest(), Counts: w.counts}
}

// String is what a failing seed prints.
func (r Result) String() string {
	return fmt.Sprintf("seed %d:\n%s\n\nwhat happened:\n%s\n\nagain: go test ./cmd/weir/simulation -run TestSimulation -seeds 1 -seed %d",
		r.Seed, strings.Join(r.Findings, "\n"), strings.Join(r.Trace, "\n"), r.Seed)
}

// plus adds up what there was in two runs.
func (c Counts) plus(o Counts) Counts {
	sum, more := reflect.ValueOf(&c).Elem(), reflect.ValueOf(o)
	for i := range sum.NumField() {
		sum.Field(i).SetInt(sum.Field(i).Int() + more.Field(i).Int())
	}
	return c
}

// missing are the names of what never came.
func (c Counts) missing() (names []string) {
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		if v.Field(i).Int() == 0 {
			names = append(names, v.Type().Field(i).Name)
		}
	}
	return names
}

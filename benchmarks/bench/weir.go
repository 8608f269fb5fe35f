package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/engine"
)

// Weir is a run of one view in this process, over sources that end, into a database of its own. All commits, and the state in
// them, are on disk, as in `weir run --once`.
type Weir struct {
	Sources        string // CREATE SOURCE statements
	View           string
	Select         string
	Workers        int
	CommitInterval time.Duration
	Connectors     []engine.Connector // nil for all
}

// Outcome is what a run of Weir cost and did.
type Outcome struct {
	Usage
	RowsIn     int64 // read by the view
	RowsOut    int64 // written to the view's table, taken back rows included
	Commits    int64
	Committing Usage // of writing state and of commits, which may go on beside the rest; CPU is that of their own thread
}

// Refused is a view that Weir does not take.
type Refused struct{ Err error }

func (r *Refused) Error() string { return r.Err.Error() }

// Unwrap returns the planner's error.
func (r *Refused) Unwrap() error { return r.Err }

// Run runs the view to the end of its sources and then calls check with the path of the closed database, which is gone afterwards.
// What is measured goes from the start of reading to the last commit: opening, planning and checking stand apart. The error
// has a *Refused in it if Weir does not take the view.
func (w *Weir) Run(ctx context.Context, check func(database string) error) (out Outcome, err error) {
	dir, err := TempDir()
	if err != nil {
		return out, err
	}
	defer os.RemoveAll(dir)
	database := filepath.Join(dir, "weir.duckdb")
	if out, err = w.run(ctx, database); err != nil {
		return out, err
	}
	return out, check(database)
}

func (w *Weir) run(ctx context.Context, database string) (out Outcome, err error) {
	commits := &stopwatch{}
	n, err := node.Open(ctx, node.Options{
		DB: database, Workers: w.Workers, CommitInterval: w.CommitInterval, Bounded: true, MemoryLimit: "1GB", Threads: w.Workers,
		Connectors: w.Connectors, Committing: commits.start,
	})
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	if _, err := n.Apply(ctx, w.Sources); err != nil {
		return out, err
	}
	if _, err := n.Apply(ctx, "CREATE MATERIALIZED VIEW "+w.View+" AS "+w.Select); err != nil {
		return out, &Refused{err}
	}
	if out.Usage, err = Measure(func() error { return n.Run(ctx) }); err != nil {
		return out, err
	}
	if err := ctx.Err(); err != nil { // the engine has stopped in good order, but before the end
		return out, err
	}
	status := n.Status()
	if len(status.Queries) != 1 {
		return out, fmt.Errorf("%d queries ran, want 1", len(status.Queries))
	}
	q := status.Queries[0]
	out.RowsIn, out.RowsOut, out.Commits, out.Committing = q.RowsIn, q.RowsOut, status.Commits, commits.total
	return out, nil
}

// stopwatch adds up what passes between its starts and stops. One goroutine starts and stops it, and keeps its thread meanwhile:
// commits go on beside other work, whose CPU time is not theirs.
type stopwatch struct{ total Usage }

func (s *stopwatch) start() (stop func()) {
	runtime.LockOSThread()
	wall, cpu := time.Now(), threadCPU()
	return func() {
		s.total.Wall += time.Since(wall)
		s.total.CPU += threadCPU() - cpu
		runtime.UnlockOSThread()
	}
}

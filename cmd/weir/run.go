package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/cmd/weir/tracing"
)

// runFlags are the flags of weir run.
type runFlags struct {
	node   node.Options
	listen string
	pg     pgFlags
	flight flightFlags
	limits queryLimits
	access accessFlags
	memory string
	quiet  bool
	// cpuProfile is a file for a profile of the run; empty for none.
	cpuProfile string
}

// writableDoc is the help of --writable.
const writableDoc = "let statements that reach the HTTP API and the console create, replace and drop views, sources and sinks, change plain tables, pause and resume, " +
	"and let dead letters be replayed; whoever reaches the address, and knows the token if there is one, can, and may read files and send to servers as Weir can"

func runCommand() *cobra.Command {
	f := &runFlags{}
	c := &cobra.Command{
		Use:   "run [flags] FILE.sql...",
		Short: "Run the statements in files, and keep their views current",
		Long: `Run the statements in files, and keep their views current until SIGTERM or Ctrl-C.

Definitions are kept in the database: running the same files again changes nothing and goes on where the last commit stood.
With --once, every source is read to its present end, all windows are closed, and weir exits.

` + tracing.Help(),
		Example: "  weir run bids.sql\n  weir run --once --db results.duckdb bids.sql",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			if f.node.Bounded && !c.Flags().Changed("listen") {
				f.listen = ""
			}
			err := profiled(f.cpuProfile, func() error { return f.run(c.Context(), files) })
			if errors.Is(err, context.Canceled) && c.Context().Err() != nil && !f.node.Bounded {
				return nil // asked to stop while it was starting
			}
			return err
		},
	}
	fs := c.Flags()
	fs.StringVar(&f.node.DB, "db", "weir.duckdb", "the result database")
	fs.StringVar(&f.listen, "listen", "127.0.0.1:8080", "address of the HTTP API and the console; with --once, only if given")
	f.pg.add(fs)
	f.flight.add(fs)
	f.limits.add(fs)
	f.access.add(fs)
	fs.BoolVar(&f.node.Bounded, "once", false, "read what is there now, close all windows, commit, exit")
	fs.Var(fromFlag{&f.node.From}, "from", "begin at a time, in views that have read nothing of a source yet: 'YYYY-MM-DD HH:MM', in UTC")
	fs.IntVar(&f.node.Workers, "workers", runtime.NumCPU(), "goroutines that process")
	fs.DurationVar(&f.node.CommitInterval, "commit-interval", 500*time.Millisecond, "time between commits")
	fs.StringVar(&f.memory, "memory", "", "about what the process may use, such as 512MB; state beyond its share goes to files beside the database (default three quarters of the machine's or container's)")
	fs.StringVar(&f.node.MemoryLimit, "memory-limit", "", "what the result database may use, as DuckDB's memory_limit (default a quarter of --memory, at most 1GB)")
	fs.DurationVar(&f.node.KeepLetters, "keep-letters", 0, "how long dead letters and late rows are kept, such as 720h; 0 for ever")
	fs.IntVar(&f.node.Threads, "threads", 2, "threads of the result database")
	fs.BoolVar(&f.node.Writable, "writable", false, writableDoc)
	fs.BoolVar(&f.quiet, "quiet", false, "show no progress")
	cpuProfileFlag(fs, &f.cpuProfile)
	return c
}

// run opens the database, applies the files and processes until the end or a signal.
func (f *runFlags) run(ctx context.Context, files []string) (err error) {
	if f.node.Workers < 1 {
		return fmt.Errorf("--workers %d: want at least 1", f.node.Workers)
	}
	scripts, err := readScripts(files) // before a mistyped name leaves a new database behind
	if err != nil {
		return err
	}
	memory, err := memoryFor(f.memory)
	if err != nil {
		return err
	}
	g, err := f.access.guard()
	if err != nil {
		return err
	}
	if err := f.limits.check(); err != nil {
		return err
	}
	tune()
	memory.apply(&f.node)
	handler := slog.NewTextHandler(os.Stderr, nil)
	traces, err := tracing.Start(ctx, version, slog.New(handler))
	if err != nil {
		return err
	}
	defer traces.Close()
	f.node.Log, f.node.Tracer = slog.New(traces.Logs(handler)), traces.Tracer()
	f.node.Postgres = f.pg.listen != ""
	n, err := node.Open(ctx, f.node)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	memory.spill(ctx, n)
	if err := apply(ctx, n, scripts); err != nil {
		return err
	}
	stop, err := serve(f.listen, n, traces, g, &f.limits)
	if err != nil {
		return err
	}
	defer stop()
	stopPostgres, err := f.pg.serve(n, g, &f.limits)
	if err != nil {
		return err
	}
	defer stopPostgres()
	stopFlight, err := f.flight.serve(n, g, &f.limits)
	if err != nil {
		return err
	}
	defer stopFlight()
	if !f.quiet {
		defer showProgress(n)()
	}
	if err := n.Run(ctx); err != nil {
		return err
	}
	if f.node.Bounded && ctx.Err() != nil {
		return errors.New("interrupted before the end; what was read is committed, and the same command goes on there")
	}
	return nil
}

// script is a file of statements.
type script struct{ path, text string }

func readScripts(files []string) ([]script, error) {
	var out []script
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		out = append(out, script{path, string(text)})
	}
	return out, nil
}

// apply runs the statements of files, and prints what they answer.
func apply(ctx context.Context, n *node.Node, scripts []script) error {
	for _, s := range scripts {
		answers, err := n.Apply(ctx, s.text)
		for _, a := range answers {
			printAnswer(os.Stdout, a)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.path, err)
		}
	}
	return nil
}

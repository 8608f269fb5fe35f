package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors/server"
)

// replayFlags are the flags of weir replay dead-letters.
type replayFlags struct {
	wanted server.Replay
	from   remote
	db     string
	memory string
	json   bool
}

// replayCommand is the word that what can be replayed stands behind.
func replayCommand() *cobra.Command {
	c := &cobra.Command{Use: "replay", Short: "Give views again what could not be used before"}
	c.AddCommand(replayLettersCommand())
	return c
}

func replayLettersCommand() *cobra.Command {
	f := &replayFlags{}
	c := &cobra.Command{
		Use:   "dead-letters [flags] [FILE.sql...]",
		Short: "Decode dead letters again, and give them to the views that lack them",
		Long: `Decode the records in weir.dead_letters again, as their sources are declared now, and give them to the views that lack them: those that
passed a record without having had it. None gets one twice. weir.dead_letters says what became of each: views, replayed, replayed_at, error.

A running Weir does it between two commits; it must run with --writable. With --db it is done in a file that no Weir has open: the
statements in files are applied first, no source is read, and no sink delivers.`,
		Example: "  weir replay dead-letters --source bid\n  weir replay dead-letters --db weir.duckdb --where \"reason LIKE '%price%'\" mended.sql",
		RunE: func(c *cobra.Command, files []string) error {
			if len(files) > 0 && f.db == "" {
				return errors.New("statements can be given with --db only: a running Weir has those that it was started with")
			}
			return f.run(c.Context(), files, os.Stdout)
		},
	}
	fs := c.Flags()
	fs.StringVar(&f.wanted.Source, "source", "", "only letters of this source")
	fs.StringVar(&f.wanted.Where, "where", "", "only letters for which this holds: SQL over the columns of weir.dead_letters")
	f.from.add(fs)
	fs.StringVar(&f.db, "db", "", "a database file, instead of a running Weir")
	fs.StringVar(&f.memory, "memory", "", "with --db, about what the process may use, as of weir run")
	fs.BoolVar(&f.json, "json", false, "print the answer as JSON")
	c.MarkFlagsMutuallyExclusive("server", "db")
	return c
}

func (f *replayFlags) run(ctx context.Context, files []string, to io.Writer) error {
	replayed, err := f.ask(ctx, files)
	if err != nil {
		return err
	}
	if f.json {
		return json.NewEncoder(to).Encode(replayed)
	}
	printReplayed(to, replayed)
	return nil
}

func (f *replayFlags) ask(ctx context.Context, files []string) (r server.Replayed, err error) {
	if f.db != "" {
		return f.inFile(ctx, files)
	}
	err = ask(ctx, &f.from, "/v1/dead-letters/replay", f.wanted, &r)
	return r, err
}

// inFile replays in a database file, once the statements in files are applied to it.
func (f *replayFlags) inFile(ctx context.Context, files []string) (r server.Replayed, err error) {
	if _, err := os.Stat(f.db); err != nil {
		return r, fmt.Errorf("--db: %w", err)
	}
	scripts, err := readScripts(files)
	if err != nil {
		return r, err
	}
	memory, err := memoryFor(f.memory)
	if err != nil {
		return r, err
	}
	o := node.Options{DB: f.db, Workers: runtime.NumCPU(), CommitInterval: time.Second, Threads: 2, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	memory.apply(&o)
	n, err := node.Open(ctx, o)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	memory.spill(ctx, n)
	if err := apply(ctx, n, scripts); err != nil {
		return r, err
	}
	return n.ReplayAlone(ctx, f.wanted)
}

func printReplayed(to io.Writer, r server.Replayed) {
	fmt.Fprintf(to, "%d chosen, %d replayed, %d dead again, %d late\n", r.Chosen, r.Replayed, r.Dead, r.Late)
	for _, p := range r.Problems {
		fmt.Fprintf(to, "dead again, %d: %s\n", p.Letters, p.Reason)
	}
}

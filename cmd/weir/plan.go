package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/engine/preview"
)

// planFormats are the values of weir plan --format.
var planFormats = []string{"table", "json"}

// exitChanges is the exit code of weir plan where something would change, as of terraform plan -detailed-exitcode.
const exitChanges exitCode = 2

// planFlags are the flags of weir plan.
type planFlags struct {
	from   remote
	db     string
	format string
}

func planCommand() *cobra.Command {
	f := &planFlags{}
	c := &cobra.Command{
		Use:   "plan [flags] FILE.sql...",
		Short: "Say what applying files would change, and change nothing",
		Long: `Say what weir run would change if it were given these files: what is created, replaced or dropped; for each view, whether it goes on
with its state or is computed anew, why, from where in its sources, and about how much there is to read.

It asks a running Weir or, with --db, reads a database file that no Weir has open. Nothing is changed by it, the file neither.
The exit code is 0 if nothing would change, 2 if something would, 1 for an error.`,
		Example: "  weir plan bids.sql\n  weir plan --db weir.duckdb bids.sql\n  weir plan --format json bids.sql | jq '.views[] | select(.fate == \"rebuilt\")'",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			return f.run(c.Context(), files, os.Stdout)
		},
	}
	fs := c.Flags()
	f.from.add(fs)
	fs.StringVar(&f.db, "db", "", "a database file, instead of a running Weir; one that is not there is an empty database")
	fs.StringVar(&f.format, "format", "table", "how it is printed: "+strings.Join(planFormats, ", "))
	c.MarkFlagsMutuallyExclusive("server", "db")
	return c
}

func (f *planFlags) run(ctx context.Context, files []string, to io.Writer) error {
	if !slices.Contains(planFormats, f.format) {
		return fmt.Errorf("--format %s: allowed are %s", f.format, strings.Join(planFormats, ", "))
	}
	scripts, err := readScripts(files)
	if err != nil {
		return err
	}
	texts := make([]preview.Script, len(scripts))
	for i, s := range scripts {
		texts[i] = preview.Script{Name: s.path, Text: s.text}
	}
	p, err := f.ask(ctx, texts)
	if err != nil {
		return err
	}
	if f.format == "json" {
		out := json.NewEncoder(to)
		out.SetIndent("", "  ")
		err = out.Encode(p)
	} else {
		printPlan(to, p)
	}
	if err == nil && p.Changes {
		return exitChanges
	}
	return err
}

func (f *planFlags) ask(ctx context.Context, scripts []preview.Script) (*preview.Preview, error) {
	if f.db != "" {
		return node.PreviewFile(ctx, node.Options{DB: f.db, Workers: 1, Threads: 2}, scripts)
	}
	p := &preview.Preview{}
	return p, ask(ctx, &f.from, "/v1/plan", map[string]any{"scripts": scripts}, p)
}

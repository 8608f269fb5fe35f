package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/sql/parse"
	"golang.org/x/term"
)

// sqlFlags are the flags of weir sql.
type sqlFlags struct {
	from    remote
	db      string
	command string
	format  string
	limit   int
}

func sqlCommand() *cobra.Command {
	f := &sqlFlags{}
	c := &cobra.Command{
		Use:   "sql [flags] [SQL]",
		Short: "Ask a running Weir, or a database file, with SQL",
		Long: `Ask a running Weir, or a database file that no Weir has open, with SQL. Queries read a consistent state. Plain tables, which views
may read, can be changed and views paused in a file, and in a Weir that runs with --writable; all else cannot.

Without -c, and on a terminal, it is a shell with history and completion; otherwise it runs the statements on standard input.`,
		Example: "  weir sql -c 'SHOW VIEWS'\n  weir sql --db weir.duckdb --format csv -c 'SELECT * FROM hot_auctions'",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 && f.command == "" {
				f.command = args[0]
			}
			return f.run(c.Context())
		},
	}
	fs := c.Flags()
	f.from.add(fs)
	fs.StringVar(&f.db, "db", "", "a database file, instead of a running Weir")
	fs.StringVarP(&f.command, "command", "c", "", "run this statement and exit")
	fs.StringVar(&f.format, "format", "table", "how results are printed: "+strings.Join(resultFormats, ", "))
	fs.IntVar(&f.limit, "limit", 10_000, "rows of a result, at most")
	c.MarkFlagsMutuallyExclusive("server", "db")
	return c
}

func (f *sqlFlags) run(ctx context.Context) (err error) {
	if !slices.Contains(resultFormats, f.format) {
		return fmt.Errorf("--format %s: allowed are %s", f.format, strings.Join(resultFormats, ", "))
	}
	if f.db != "" {
		from, stop, failed := serveFile(ctx, f.db)
		if failed != nil {
			return failed
		}
		f.from = *from
		defer func() { err = errors.Join(err, stop()) }()
	}
	c := &client{from: &f.from, format: f.format, limit: f.limit, to: os.Stdout}
	switch {
	case f.command != "":
		return c.run(ctx, f.command)
	case term.IsTerminal(int(os.Stdin.Fd())):
		return shell(ctx, c)
	}
	return runAll(ctx, c, os.Stdin)
}

// serveFile opens a database file and answers for it as a running Weir does, on a free port of this machine.
func serveFile(ctx context.Context, db string) (at *remote, stop func() error, err error) {
	if _, err := os.Stat(db); err != nil {
		return nil, nil, fmt.Errorf("--db: %w", err)
	}
	n, err := node.Open(ctx, node.Options{DB: db, Workers: 1, Writable: true})
	if err != nil {
		return nil, nil, err
	}
	address, end, err := listen("127.0.0.1:0", n, nil, &guard{}, &queryLimits{})
	if err != nil {
		return nil, nil, errors.Join(err, n.Close())
	}
	return &remote{url: "http://" + address}, func() error { end(); return n.Close() }, nil
}

// runAll runs the statements of a text, in order, until one fails.
func runAll(ctx context.Context, c *client, from io.Reader) error {
	text, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	statements, err := split(string(text))
	if err != nil {
		return err
	}
	for _, s := range statements {
		if err := c.run(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// split cuts a text at its semicolons.
func split(text string) ([]string, error) {
	tokens, err := parse.Tokens(text)
	if err != nil {
		return nil, err
	}
	var out []string
	start := 0
	for _, t := range tokens {
		if !t.Is(";") && t.Kind != parse.End {
			continue
		}
		if s := strings.TrimSpace(text[start:t.Pos]); s != "" {
			out = append(out, s)
		}
		start = t.End
	}
	return out, nil
}

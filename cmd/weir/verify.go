package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/weirdb/weir/cmd/weir/verify"
)

// verifyFlags are the flags of weir verify.
type verifyFlags struct{ options verify.Options }

func verifyCommand() *cobra.Command {
	f := &verifyFlags{}
	c := &cobra.Command{
		Use:   "verify [flags] [FILE.sql...]",
		Short: "Compare views with what DuckDB computes over the same events",
		Long: `Read the sources' events again, from their beginning up to where the views' last commit stands, have DuckDB run each view's SELECT
over them, and compare the view's table with the result. What differs is shown with the events behind it, and the exit code is 1.

The views are those of the files, which must say what the database has; without files, all views of the database. Late rows and
dead letters are left out of the batch. Rows of windows that are still open are not compared.

No weir may have the database open; it is only read.`,
		Example: "  weir verify bids.sql\n  weir verify --db live.duckdb --view hot_auctions",
		RunE:    func(c *cobra.Command, files []string) error { return f.run(c.Context(), c.OutOrStdout(), files) },
	}
	fs := c.Flags()
	fs.StringVar(&f.options.DB, "db", "weir.duckdb", "the result database")
	fs.StringSliceVar(&f.options.Views, "view", nil, "verify this view only; may be given several times")
	fs.BoolVar(&f.options.Ended, "ended", false, "the input had ended (weir run --once): every window must be there")
	fs.StringVar(&f.options.MemoryLimit, "memory-limit", "1GB", "what DuckDB may use, as its memory_limit")
	return c
}

func (f *verifyFlags) run(ctx context.Context, w io.Writer, files []string) error {
	scripts, err := readScripts(files)
	if err != nil {
		return err
	}
	for _, s := range scripts {
		f.options.Scripts = append(f.options.Scripts, verify.Script{Path: s.path, Text: s.text})
	}
	outcomes, err := verify.Run(ctx, f.options)
	if err != nil {
		return err
	}
	return printOutcomes(w, outcomes)
}

// printOutcomes prints what came out for each view. The error says how many are not proven equal.
func printOutcomes(w io.Writer, outcomes []verify.Outcome) error {
	differ, refused := 0, 0
	for i := range outcomes {
		o := &outcomes[i]
		fmt.Fprintf(w, "view %s: %s\n", o.View, o.Summary())
		printDifference(w, o)
		for _, note := range o.Notes {
			fmt.Fprintf(w, "note: %s\n", note)
		}
		if o.Refused != "" {
			refused++
		} else if !o.Equal() {
			differ++
		}
	}
	switch {
	case differ > 0:
		return fmt.Errorf("%d of %d views differ from the batch", differ, len(outcomes))
	case refused > 0:
		return fmt.Errorf("%d of %d views cannot be compared", refused, len(outcomes))
	}
	return nil
}

func printDifference(w io.Writer, o *verify.Outcome) {
	part := func(title string, t verify.Table, all int64) {
		if all == 0 || o.Refused != "" {
			return
		}
		if n := int64(len(t.Rows)); n < all {
			title = fmt.Sprintf("%s (the first %d of %d)", title, n, all)
		}
		fmt.Fprintf(w, "%s:\n", title)
		printTable(w, t.Columns, t.Rows)
	}
	part("in the table, but not in the batch", o.Extra, o.ExtraN)
	part("in the batch, but not in the table", o.Missing, o.MissingN)
	part("events behind these rows", o.Behind, o.BehindN)
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"

	"github.com/spf13/cobra"
	"github.com/weirdb/weir/engine/why"
)

// whyFlags are the flags of weir why.
type whyFlags struct {
	from remote
	json bool
}

func whyCommand() *cobra.Command {
	f := &whyFlags{}
	c := &cobra.Command{
		Use:   "why [flags] VIEW",
		Short: "Say why a view's windows are still open",
		Long: `Say why a view's windows are still open: which partition holds the watermark and since when, what is open, what has to come for the next
window to close, and where the engine is held up. The first line says what matters most.`,
		Example: "  weir why hot_auctions\n  weir why --json hot_auctions | jq .next",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.run(c.Context(), args[0], os.Stdout)
		},
	}
	fs := c.Flags()
	f.from.add(fs)
	fs.BoolVar(&f.json, "json", false, "print the answer as JSON")
	return c
}

func (f *whyFlags) run(ctx context.Context, view string, to io.Writer) error {
	body, err := getFrom(ctx, &f.from, "/v1/views/"+url.PathEscape(view)+"/why")
	if err != nil {
		return err
	}
	defer body.Close()
	if f.json {
		_, err := io.Copy(to, body)
		return err
	}
	var w why.Why
	if err := json.NewDecoder(body).Decode(&w); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	printWhy(to, &w)
	return nil
}

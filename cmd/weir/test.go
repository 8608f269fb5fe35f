package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/weirdb/weir/cmd/weir/pipelinetest"
)

func testCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test FILE.test.sql...",
		Short: "Run tests of a pipeline: events in, expected rows out",
		Long: `Run test files. A file defines sources and views, or takes them with INCLUDE 'pipeline.sql', inserts events, moves the watermark and
the clock, and says which rows it expects. Nothing else is needed: sources are in memory, whatever connector they name, and time
is what the file says. What differs is shown, and the exit code is 1.

  INSERT INTO source [PARTITION n] [(columns)] VALUES (…), (…) | SELECT … | JSON '{…}', '{…}';
  ADVANCE WATERMARK [source [PARTITION n]] TO '2026-01-01 00:01:00';
  ADVANCE CLOCK BY INTERVAL '1 minute';      IDLE source PARTITION n;      CLOSE source;      COMMIT;
  EXPECT view | SELECT … | LATE view | DEAD LETTERS source   followed by   ROWS (…), (…) | ROWS n | EMPTY;`,
		Example: "  weir test orders.test.sql\n  weir test tests/*.test.sql",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(c *cobra.Command, files []string) error { return test(c.Context(), c.OutOrStdout(), files) },
	}
}

// test runs files, and prints how many expectations held.
func test(ctx context.Context, w io.Writer, files []string) error {
	var all pipelinetest.Result
	for _, path := range files {
		r := pipelinetest.Run(ctx, w, path)
		all.Passed += r.Passed
		all.Failed += r.Failed
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	fmt.Fprintf(w, "%d passed, %d failed\n", all.Passed, all.Failed)
	if all.Failed > 0 {
		return fmt.Errorf("%d of %d failed", all.Failed, all.Passed+all.Failed)
	}
	return nil
}

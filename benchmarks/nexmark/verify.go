package nexmark

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/weirdb/weir/benchmarks/bench"
)

// verify runs each query once, with the greatest number of workers, and compares answers only. A query that is wrong does not
// keep the others from being looked at; all of them are in the error.
func (s settings) verify(ctx context.Context, judge judge, log io.Writer) (*bench.Report, error) {
	report := &bench.Report{
		Benchmark: "nexmark",
		Facts:     []bench.Fact{{Name: "events", Value: s.describeEvents()}},
		Columns:   []bench.Column{{Name: "query"}, {Name: "what"}, {Name: "events"}, {Name: "rows out"}, {Name: "commits"}, {Name: "answer"}},
		Notes:     []string{"answer: the view's table against DuckDB's, as rows, each as often; no row late, no dead letter"},
	}
	workers := slices.Max(s.workers)
	var wrong []string
	for _, q := range s.queries {
		out, err := s.runOnce(ctx, q, &tap{sources: map[string]*tapped{}}, judge, workers)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			fmt.Fprintf(log, "%s: %s\n", q.name, firstLine(err))
			wrong = append(wrong, q.name+": "+err.Error())
			continue
		}
		fmt.Fprintf(log, "%s: equal, %.1f s\n", q.name, out.Wall.Seconds())
		report.Rows = append(report.Rows, []any{q.name, q.title, out.RowsIn, out.RowsOut, out.Commits, "equal"})
	}
	summary := fmt.Sprintf("%d of %d equal", len(s.queries)-len(wrong), len(s.queries))
	if len(wrong) > 0 {
		return nil, errors.New(summary + "\n" + strings.Join(wrong, "\n"))
	}
	report.Notes = append(report.Notes, summary)
	return report, nil
}

func firstLine(err error) string {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return first
}

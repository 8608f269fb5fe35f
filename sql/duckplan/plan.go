package duckplan

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// disabled are the optimisers that look at stored data, move filters into scans, or bring in operators that only pay off in a batch.
const disabled = "statistics_propagation,compressed_materialization,join_order," +
	"late_materialization,reorder_filter,common_subexpressions,common_subplan,top_n,top_n_window_elimination,column_lifetime," +
	"filter_pullup,window_self_join,empty_result_pullup,join_filter_pushdown,sum_rewriter,row_group_pruner,duplicate_groups," +
	"in_clause,regex_range,join_elimination"

// attempts are sets of optimisers to leave out, in order of preference. Some optimisers of DuckDB 1.5 leave the types of a plan stale,
// and planning fails with an internal error:
//
//	unused_columns          where not all columns of an inlined common table expression are used
//	unnest_rewriter         for UNNEST in FROM; build_side_probe_side, which runs later, computes all types anew
//	build_side_probe_side   where it swaps the sides of a cross product; without it the sides are those of the text
//	cte_inlining            for correlated subqueries and IN inside a common table expression
var attempts = []string{
	disabled + ",build_side_probe_side",
	disabled + ",build_side_probe_side,unused_columns",
	disabled,
	disabled + ",unused_columns",
	disabled + ",build_side_probe_side,unnest_rewriter",
	disabled + ",build_side_probe_side,unnest_rewriter,unused_columns",
	disabled + ",build_side_probe_side,cte_inlining",
	disabled + ",build_side_probe_side,cte_inlining,unnest_rewriter,unused_columns",
}

// Settings make a DuckDB connection plan for streams. Plan expects them.
var Settings = []string{
	optimizers(attempts[0]),
	"SET pivot_filter_threshold = 1000000", // PIVOT becomes aggregates with FILTER, however many columns it has
}

func optimizers(disabled string) string { return "SET disabled_optimizers = '" + disabled + "'" }

// Plan has DuckDB plan one SELECT, and reads the plan. Its errors are those of Parse, or DuckDB's.
func Plan(ctx context.Context, conn *sql.Conn, query string) (Operator, error) {
	op, err := planOnce(ctx, conn, query)
	if !isInternal(err) {
		return op, err
	}
	for _, disabled := range attempts[1:] {
		if failed := disable(ctx, conn, disabled); failed != nil {
			return nil, failed
		}
		if op, err = planOnce(ctx, conn, query); !isInternal(err) {
			break
		}
	}
	if failed := disable(ctx, conn, attempts[0]); failed != nil {
		return nil, failed
	}
	return op, err
}

// isInternal reports whether DuckDB contradicts itself.
func isInternal(err error) bool {
	var m *Mistake
	return errors.As(err, &m) && m.Kind == "internal"
}

func planOnce(ctx context.Context, conn *sql.Conn, query string) (Operator, error) {
	var answer string
	const call = "SELECT json_serialize_plan(?::VARCHAR, optimize := true)::VARCHAR"
	if err := conn.QueryRowContext(ctx, call, query).Scan(&answer); err != nil {
		return nil, fmt.Errorf("duckplan: plan: %w", err)
	}
	return Parse(answer)
}

// disable leaves out optimisers.
func disable(ctx context.Context, conn *sql.Conn, disabled string) error {
	if _, err := conn.ExecContext(ctx, optimizers(disabled)); err != nil {
		return fmt.Errorf("duckplan: choose optimisers: %w", err)
	}
	return nil
}

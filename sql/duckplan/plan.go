package duckplan

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// disabled are the optimisers that look at stored data, move filters into scans, choose the sides of joins, or bring in operators
// that only pay off in a batch.
const disabled = "statistics_propagation,compressed_materialization,join_order,build_side_probe_side," +
	"late_materialization,reorder_filter,common_subexpressions,common_subplan,top_n,top_n_window_elimination,column_lifetime," +
	"filter_pullup,window_self_join,empty_result_pullup,join_filter_pushdown,sum_rewriter,row_group_pruner,duplicate_groups," +
	"in_clause,regex_range,join_elimination"

// Settings make a DuckDB connection plan for streams. Plan expects them.
var Settings = []string{
	optimizers(disabled),
	"SET pivot_filter_threshold = 1000000", // PIVOT becomes aggregates with FILTER, however many columns it has
}

func optimizers(disabled string) string { return "SET disabled_optimizers = '" + disabled + "'" }

// Plan has DuckDB plan one SELECT, and reads the plan. Its errors are those of Parse, or DuckDB's.
//
// Where not all columns of a common table expression are used, DuckDB 1.5 fails with an internal error: removing them leaves the
// types of the plan stale. Then Plan asks again, and leaves the columns in.
func Plan(ctx context.Context, conn *sql.Conn, query string) (Operator, error) {
	op, err := planOnce(ctx, conn, query)
	var m *Mistake
	if !errors.As(err, &m) || m.Kind != "internal" {
		return op, err
	}
	if err := set(ctx, conn, disabled+",unused_columns"); err != nil {
		return nil, err
	}
	op, err = planOnce(ctx, conn, query)
	if restored := set(ctx, conn, disabled); restored != nil {
		return nil, restored
	}
	return op, err
}

func planOnce(ctx context.Context, conn *sql.Conn, query string) (Operator, error) {
	var answer string
	const call = "SELECT json_serialize_plan(?::VARCHAR, optimize := true)::VARCHAR"
	if err := conn.QueryRowContext(ctx, call, query).Scan(&answer); err != nil {
		return nil, fmt.Errorf("duckplan: plan: %w", err)
	}
	return Parse(answer)
}

func set(ctx context.Context, conn *sql.Conn, disabled string) error {
	if _, err := conn.ExecContext(ctx, optimizers(disabled)); err != nil {
		return fmt.Errorf("duckplan: choose optimisers: %w", err)
	}
	return nil
}

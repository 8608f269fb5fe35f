package function

import (
	"github.com/weirdb/weir/engine/plan"
)

// Native reports whether kernels compute all of e. A kernel may still leave single batches to DuckDB.
func Native(e *plan.Expr) bool { return len(InDuckDB(e)) == 0 }

// InDuckDB returns the parts of e that DuckDB computes, the largest first.
func InDuckDB(e *plan.Expr) []*plan.Expr {
	switch e.Kind {
	case plan.Column:
		return nil
	case plan.Literal:
		if one := constant(e.Value, e.Type); one != nil {
			one.Release()
			return nil
		}
		return []*plan.Expr{e}
	}
	k, _, args := choose(e)
	if k == nil {
		return []*plan.Expr{e}
	}
	var parts []*plan.Expr
	for _, a := range args {
		parts = append(parts, InDuckDB(a)...)
	}
	return parts
}

// Way says for EXPLAIN where e is computed: "kernels", "DuckDB", or "kernels over DuckDB: …" with the parts in DuckDB.
func Way(e *plan.Expr) string {
	parts := InDuckDB(e)
	if len(parts) == 0 {
		return "kernels"
	}
	if parts[0] == e {
		return "DuckDB"
	}
	way := "kernels over DuckDB: "
	for i, p := range parts {
		if i > 0 {
			way += ", "
		}
		way += p.String()
	}
	return way
}

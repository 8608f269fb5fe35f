package scoring

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weirdb/weir/engine"
)

// With GROUP BY ALL DuckDB takes no item that has both an aggregate and a column outside of it, as a detector over an aggregate has:
//
//	SELECT window_start, count(*), anomaly(count(*)) OVER (ORDER BY window_start) FROM … GROUP BY ALL     ──► GROUP BY 1
//
// So the groups are written out: the items that have columns, and neither an aggregate nor a window function.

// groups are the positions of the groups, as GROUP BY takes them; empty if GROUP BY ALL can stay, or has to, because a star hides items.
func (c call) groupNumbers(ask engine.Ask) (string, error) {
	if c.groups == nil {
		return "", nil
	}
	answer, err := ask("SELECT coalesce(string_agg(DISTINCT function_name, ' '), $1) FROM duckdb_functions() WHERE function_type = 'aggregate'", "")
	if err != nil {
		return "", err
	}
	aggregates := strings.Fields(answer)
	if !has(c.node["children"], func(n map[string]any) bool { return isAggregate(n, aggregates) }) {
		return "", nil
	}
	var numbers []string
	for i, x := range list(c.groups, "select_list") {
		item, _ := x.(map[string]any)
		if item["class"] == "STAR" {
			return "", nil
		}
		grouped := has(item, func(n map[string]any) bool { return n["class"] == "COLUMN_REF" })
		computed := has(item, func(n map[string]any) bool { return n["class"] == "WINDOW" || isAggregate(n, aggregates) })
		if grouped && !computed {
			numbers = append(numbers, strconv.Itoa(i+1))
		}
	}
	return strings.Join(numbers, ", "), nil
}

func isAggregate(n map[string]any, names []string) bool {
	return n["class"] == "FUNCTION" && slices.Contains(names, strings.ToLower(text(n, "function_name")))
}

// has reports whether a part of an expression is such a one. What stands in a subquery is no part of it.
func has(part any, such func(map[string]any) bool) bool {
	switch p := part.(type) {
	case []any:
		return slices.ContainsFunc(p, func(x any) bool { return has(x, such) })
	case map[string]any:
		if such(p) {
			return true
		}
		if p["class"] == "SUBQUERY" {
			return false
		}
		for _, x := range p {
			if has(x, such) {
				return true
			}
		}
	}
	return false
}

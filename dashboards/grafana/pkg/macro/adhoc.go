package macro

import (
	"fmt"
	"strings"
)

// Filter is an ad hoc filter of a dashboard.
type Filter struct {
	Key      string   `json:"key"` // a column, or view.column
	Operator string   `json:"operator"`
	Value    string   `json:"value"`
	Values   []string `json:"values"` // of =| and !=|
}

// comparisons are the operators that DuckDB has, too.
var comparisons = map[string]string{"=": "=", "!=": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="}

func writeAdhocFilters(e *expander, args []string) (string, error) {
	e.into.Filtered = true
	view := ""
	if len(args) == 1 {
		view = unquote(args[0])
	}
	condition, err := Conditions(e.context.Filters, view)
	if err != nil {
		return "", mistake{err.Error()}
	}
	return condition, nil
}

// Conditions are filters as one condition in SQL. Those whose key names another view are left out, unless view is empty.
func Conditions(filters []Filter, view string) (string, error) {
	var parts []string
	for _, f := range filters {
		column, mine := f.column(view)
		if !mine {
			continue
		}
		part, err := f.condition(Identifier(column))
		if err != nil {
			return "", err
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return "true", nil
	}
	return "(" + strings.Join(parts, " AND ") + ")", nil
}

// column is the column that a filter is about, and whether it is one of the view.
func (f Filter) column(view string) (string, bool) {
	of, column, dotted := strings.Cut(f.Key, ".")
	if !dotted {
		return f.Key, true
	}
	return column, view == "" || strings.EqualFold(of, view)
}

func (f Filter) condition(column string) (string, error) {
	if operator, ok := comparisons[f.Operator]; ok {
		return fmt.Sprintf("%s %s %s", column, operator, String(f.Value)), nil
	}
	switch f.Operator {
	case "=|":
		return fmt.Sprintf("%s IN (%s)", column, f.list()), nil
	case "!=|":
		return fmt.Sprintf("%s NOT IN (%s)", column, f.list()), nil
	case "=~":
		return fmt.Sprintf("regexp_matches(%s::VARCHAR, %s)", column, String(f.Value)), nil
	case "!~":
		return fmt.Sprintf("NOT regexp_matches(%s::VARCHAR, %s)", column, String(f.Value)), nil
	}
	return "", fmt.Errorf("the ad hoc filter on %s has operator %q; there are = != < > <= >= =~ !~ =| !=|", f.Key, f.Operator)
}

func (f Filter) list() string {
	values := f.Values
	if len(values) == 0 {
		values = []string{f.Value}
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = String(v)
	}
	return strings.Join(quoted, ", ")
}

// all is what stands for a variable that is set to All.
const all = "$__all"

// writeConditionalAll takes all but the first argument as the variable's value, which has commas if it has several.
func writeConditionalAll(_ *expander, args []string) (string, error) {
	if v := unquote(args[1]); len(args) == 2 && (v == all || v == "") {
		return "true", nil
	}
	return "(" + args[0] + ")", nil
}

// String is a text as a string of SQL.
func String(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// Identifier is a name as SQL takes it, whatever is in it.
func Identifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// unquote takes the quotes off a name or string.
func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		q := s[:1]
		return strings.ReplaceAll(s[1:len(s)-1], q+q, q)
	}
	return s
}

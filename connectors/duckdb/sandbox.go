package duckdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/weirdb/weir/engine/plan"
)

// What queries of users may do is decided here, over the statement as DuckDB's own parser understands it: one statement that
// only reads, and reads nothing but the results, Weir's tables, and what describes them. Two more walls stand behind: the
// transaction is read-only, and the instance has no access to files, settings and extensions.

// readableFunctions are the table functions that queries may use. There are many others; most read files or settings.
var readableFunctions = []string{
	"absent", "cumulate", "duckdb_columns", "duckdb_constraints", "duckdb_functions", "duckdb_keywords", "duckdb_schemas", "duckdb_tables",
	"duckdb_types", "duckdb_views", "generate_series", "hop", "icu_calendar_names", "json_each", "json_tree",
	"pg_timezone_names", "range", "repeat", "repeat_row", "session", "tumble", "unnest",
}

// windowMacros take the name of a table, which is checked like one after FROM.
var windowMacros = []string{"absent", "cumulate", "hop", "session", "tumble"}

// forbiddenFunctions are the scalar functions and macros that have effects, tell about the process, or run SQL that is not
// looked at here: a plan has constant expressions computed.
var forbiddenFunctions = []string{
	"current_setting", "currval", "getenv", "getvariable", "json_serialize_plan", "nextval", "pg_sleep", "setseed", "sleep_ms",
	plan.DetectorPush, plan.DetectorScored, "write_log",
}

// forbiddenViews are the built-in views that tell about settings, files or other sessions.
var forbiddenViews = []string{"duckdb_databases", "duckdb_logs", "pg_prepared_statements", "pg_settings", "pragma_database_list"}

// shown are what SHOW may show without naming a table.
var shown = []string{`"tables"`, "__show_tables_expanded"}

// tableRefs are the kinds of table expression that are known to be covered by the checks.
var tableRefs = []string{"BASE_TABLE", "EMPTY", "EXPRESSION_LIST", "JOIN", "PIVOT", "SHOW_REF", "SUBQUERY", "TABLE_FUNCTION"}

// explainPrefix is what comes before the statement that is explained. Nothing else is skipped, not even a comment: what runs
// must be what was looked at, and only DuckDB knows for sure where a comment ends.
var explainPrefix = regexp.MustCompile(`(?i)^\s*EXPLAIN\b(?:\s+ANALYZE\b|\s*\(\s*(?:ANALYZE|FORMAT\s+\w+)(?:\s*,\s*(?:ANALYZE|FORMAT\s+\w+))*\s*\))?`)

// ErrReadOnly is why a statement is refused that does not only read.
var ErrReadOnly = errors.New("only one statement that reads is allowed: SELECT, WITH, VALUES, FROM, EXPLAIN, DESCRIBE, SHOW TABLES or SUMMARIZE")

// allowance is what a statement may have beyond what every one may.
type allowance struct {
	parameters bool
	beside     string // a database whose tables and functions it may use; empty for none
}

// vet refuses a statement that must not run. The session only parses it.
func vet(ctx context.Context, s *session, sql string, allowed allowance) error {
	if strings.ContainsRune(sql, 0) {
		return errors.New("the statement contains a NUL byte")
	}
	skipped := len(explainPrefix.FindString(sql))
	tree := ""
	err := s.each(ctx, "SELECT json_serialize_sql($1::VARCHAR, skip_null := true, skip_empty := true)::VARCHAR",
		func(r row) { tree = r.text(0) }, sql[skipped:])
	if err != nil {
		return err
	}
	var parsed parsedSQL
	if err := json.Unmarshal([]byte(tree), &parsed); err != nil {
		return fmt.Errorf("reading the parsed statement: %w", err)
	}
	if parsed.Error {
		return parsed.problem(skipped)
	}
	if len(parsed.Statements) != 1 {
		return ErrReadOnly
	}
	v := vetter{allowance: allowed}
	if v.macros, err = macroNames(ctx, s); err != nil {
		return err
	}
	return v.node(parsed.Statements[0])
}

// parsedSQL is what json_serialize_sql returns.
type parsedSQL struct {
	Error      bool   `json:"error"`
	Kind       string `json:"error_type"`
	Message    string `json:"error_message"`
	Position   string `json:"position"`
	Statements []any  `json:"statements"`
}

func (p parsedSQL) problem(skipped int) error {
	if p.Kind == "not implemented" {
		return ErrReadOnly
	}
	e := errorOf("Parser", p.Message, p.Position)
	if at, err := strconv.Atoi(p.Position); err == nil {
		e.Position = at + skipped
	}
	return e
}

// vetter checks a parsed statement.
type vetter struct {
	allowance
	macros map[string]bool // those of users', in lower case, and whether they may read a table that an argument names
}

// node checks a part of the parsed statement and all parts below it.
func (v vetter) node(node any) error {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			if err := v.node(child); err != nil {
				return err
			}
		}
	case map[string]any:
		if err := v.object(n); err != nil {
			return err
		}
		for _, child := range n {
			if err := v.node(child); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v vetter) object(n map[string]any) error {
	_, expression := n["class"]
	_, located := n["query_location"]
	if located && !expression {
		return v.tableRef(n)
	}
	if n["class"] == "PARAMETER" && !v.parameters {
		return errors.New("parameters are not supported: write the value")
	}
	name := text(n, "function_name")
	if slices.Contains(forbiddenFunctions, strings.ToLower(name)) {
		return fmt.Errorf("function %s is not allowed in queries", name)
	}
	if v.macros[strings.ToLower(name)] {
		return vetArguments(n["children"], true)
	}
	return nil
}

func (v vetter) tableRef(n map[string]any) error {
	switch kind := text(n, "type"); kind {
	case "BASE_TABLE":
		if v.isBeside(text(n, "catalog_name")) {
			return nil
		}
		return vetTable(text(n, "catalog_name"), text(n, "table_name"))
	case "TABLE_FUNCTION":
		return v.tableFunction(n)
	case "SHOW_REF":
		if _, described := n["query"]; !described && !slices.Contains(shown, text(n, "table_name")) {
			return fmt.Errorf("SHOW %s is not allowed: SHOW TABLES and SHOW ALL TABLES are", strings.Trim(text(n, "table_name"), `"`))
		}
	default:
		if !slices.Contains(tableRefs, kind) {
			return fmt.Errorf("%s is not allowed after FROM", kind)
		}
	}
	return nil
}

// isBeside reports whether a name that begins with a catalog is in the database beside the results.
func (v vetter) isBeside(catalog string) bool {
	return v.beside != "" && strings.EqualFold(catalog, v.beside)
}

func vetTable(catalog, name string) error {
	if slices.Contains(forbiddenViews, strings.ToLower(name)) {
		return fmt.Errorf("table %s is not allowed in queries", name)
	}
	switch strings.ToLower(catalog) {
	case "", database, "system":
		return nil
	}
	return fmt.Errorf("database %s is not allowed in queries", catalog)
}

func (v vetter) tableFunction(n map[string]any) error {
	function, _ := n["function"].(map[string]any)
	name := strings.ToLower(text(function, "function_name"))
	if v.isBeside(text(function, "catalog")) {
		return nil
	}
	qualified := text(function, "schema") != "" || text(function, "catalog") != ""
	if !slices.Contains(readableFunctions, name) && !qualified {
		if names, found := v.macros[name]; found {
			return vetArguments(function["children"], names)
		}
	}
	if !slices.Contains(readableFunctions, name) {
		return fmt.Errorf("table function %s is not allowed in queries; allowed are %s", name, strings.Join(readableFunctions, ", "))
	}
	if !slices.Contains(windowMacros, name) {
		return nil
	}
	path, ok := tableArgument(function)
	if !ok {
		return fmt.Errorf("the first argument of %s must be the name of a table", name)
	}
	catalog := ""
	if len(path) == 3 {
		catalog = path[0]
	}
	return vetTable(catalog, path[len(path)-1])
}

// argumentClasses are the kinds of expression that may say the name of a table: what is computed, and what a parameter will be, is not known
// here.
var argumentClasses = []string{"", "CAST", "COLUMN_REF", "CONSTANT"}

// vetArguments checks what a macro is given: any of it may be used as the name of a table, in a list and in a cast, too. Names says that
// the macro does so.
func vetArguments(arguments any, names bool) error {
	switch n := arguments.(type) {
	case []any:
		for _, part := range n {
			if err := vetArguments(part, names); err != nil {
				return err
			}
		}
	case map[string]any:
		list := text(n, "function_name") == "list_value" || text(n, "type") == "ARRAY_CONSTRUCTOR"
		if names && !list && !slices.Contains(argumentClasses, text(n, "class")) {
			return errors.New("a macro that reads the table it is given wants its name as it is, not computed, and not as a parameter")
		}
		if path := namePath(n); len(path) > 0 {
			if err := vetTable("", path[len(path)-1]); err != nil {
				return err
			}
		}
		for _, part := range n {
			if err := vetArguments(part, names); err != nil {
				return err
			}
		}
	}
	return nil
}

// tableArgument finds the table that a window macro is given: its first argument, a name or a text.
func tableArgument(function map[string]any) (path []string, ok bool) {
	children, _ := function["children"].([]any)
	if len(children) == 0 {
		return nil, false
	}
	for _, child := range children[1:] {
		if c, _ := child.(map[string]any); strings.EqualFold(text(c, "alias"), "t") {
			return nil, false
		}
	}
	first, _ := children[0].(map[string]any)
	path = namePath(first)
	return path, len(path) > 0 && path[len(path)-1] != ""
}

// namePath is the name that an expression is, as a column or as a text, in its parts.
func namePath(n map[string]any) (path []string) {
	switch text(n, "class") {
	case "COLUMN_REF":
		names, _ := n["column_names"].([]any)
		for _, name := range names {
			part, _ := name.(string)
			path = append(path, part)
		}
	case "CONSTANT":
		value, _ := n["value"].(map[string]any)
		path = strings.Split(strings.ReplaceAll(text(value, "value"), `"`, ""), ".")
	}
	return path
}

func text(n map[string]any, key string) string {
	s, _ := n[key].(string)
	return s
}

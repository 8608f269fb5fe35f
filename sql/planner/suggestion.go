package planner

import (
	"regexp"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
)

// DuckDB proposes what is most like a name that does not exist, of the names that it knows. Where those are only its own tables, or where
// a detector was meant, which it does not know, its proposal leads astray.

// tableUnknown finds a table that does not exist, for which DuckDB proposes one of its own.
var tableUnknown = regexp.MustCompile(`^(Table with name .* does not exist!)\nDid you mean "(?:pg_|duckdb_|pragma_|sqlite_|information_schema)[^"]*"\?$`)

// functionUnknown finds a function that does not exist.
var functionUnknown = regexp.MustCompile(`^(\w+ Function with name (\w+) does not exist!)(?:\nDid you mean "[^"]*"\?)?$`)

// mendSuggestion puts what a user is likely to have meant in the place of what DuckDB proposes; other messages stay as they are.
func mendSuggestion(message string) string {
	if m := tableUnknown.FindStringSubmatch(message); m != nil {
		return m[1] + "\nA source, view or table of that name has to be created before"
	}
	if m := functionUnknown.FindStringSubmatch(message); m != nil {
		if name, method, _ := strings.Cut(strings.ToLower(m[2]), "_"); engine.Similar(name, []string{plan.DetectorFunction}) != "" {
			return m[1] + "\nDid you mean \"" + strings.TrimSuffix(plan.DetectorFunction+"_"+method, "_") + "\"?"
		}
	}
	return message
}

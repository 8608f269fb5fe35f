package generate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/weirdb/weir/dashboards/panel"
	"github.com/weirdb/weir/engine/types"
)

// mostValues is how many values of a key can be chosen from.
const mostValues = 1000

// variables are the keys of all views that are drawn over time, each once: what is chosen counts for all views that have the key.
func variables(views []View) []cog.Builder[dashboard.VariableModel] {
	var names []string
	selects, single, labels := map[string][]string{}, map[string]bool{}, map[string]string{}
	for i := range views {
		v := &views[i]
		if !v.isBand() && !v.isSeries() {
			continue
		}
		for i, key := range v.keys() {
			name := variableName(key)
			single[name] = single[name] || v.isBand() && i > 0 // bands are repeated for the first key only
			if !slices.Contains(names, name) {
				names, labels[name] = append(names, name), key
			}
			selects[name] = append(selects[name], fmt.Sprintf("SELECT %s AS value FROM %s", asText(key), types.QuoteIdent(v.Name)))
		}
	}
	var out []cog.Builder[dashboard.VariableModel]
	for _, name := range names {
		sql := fmt.Sprintf("SELECT DISTINCT value FROM (\n%s\n) WHERE value IS NOT NULL ORDER BY value LIMIT %d", strings.Join(selects[name], "\nUNION ALL\n"), mostValues)
		choice := panel.Variable(name, labels[name], sql)
		if !single[name] {
			panel.Any(choice)
		}
		out = append(out, choice)
	}
	return out
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9_]`)

// variableName is what the variable of a key is called.
func variableName(key string) string {
	return "key_" + notInNames.ReplaceAllString(strings.ToLower(key), "_")
}

func asText(column string) string { return "CAST(" + types.QuoteIdent(column) + " AS VARCHAR)" }

// followedWhere is chosen for a stream, which compares columns as they are.
func (v *View) followedWhere() string {
	var out []string
	for _, key := range v.keys() {
		out = append(out, fmt.Sprintf("$__conditionalAll(%s IN ($%s), $%[2]s)", types.QuoteIdent(key), variableName(key)))
	}
	return strings.Join(out, " AND ")
}

// chosen are the conditions that the variables put on a view. Where all values of a key are chosen there is none, so that rows without a value
// count as well.
func (v *View) chosen() string {
	var b strings.Builder
	for _, key := range v.keys() {
		name := variableName(key)
		fmt.Fprintf(&b, "\n  AND $__conditionalAll(%s IN ($%s), $%[2]s)", asText(key), name)
	}
	return b.String()
}

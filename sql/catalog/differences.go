package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
)

// viewDifferences say in what a view's new plan differs from the one before.
func viewDifferences(before, after *View) []string {
	var out []string
	if before.Emit != after.Emit {
		out = append(out, fmt.Sprintf("emit '%s' is '%s' now", before.Emit, after.Emit))
	}
	if before.Retention != after.Retention {
		out = append(out, fmt.Sprintf("retention %s is %s now", before.Retention, after.Retention))
	}
	out = append(out, columnDifferences(before.Columns, after.Columns)...)
	out = append(out, plan.Differences(before.Plan, after.Plan)...)
	if len(out) == 0 {
		out = append(out, "the plan differs in what EXPLAIN does not show")
	}
	return out
}

// columnDifferences say which columns are new, gone, or of another type.
func columnDifferences(before, after []types.Field) []string {
	var out []string
	for _, f := range before {
		at := columnNamed(after, f.Name)
		switch {
		case at < 0:
			out = append(out, fmt.Sprintf("column %s is gone", f.Name))
		case !after[at].Type.Equal(f.Type):
			out = append(out, fmt.Sprintf("column %s %s is %s now", f.Name, f.Type, after[at].Type))
		}
	}
	for _, f := range after {
		if columnNamed(before, f.Name) < 0 {
			out = append(out, fmt.Sprintf("column %s %s is new", f.Name, f.Type))
		}
	}
	return out
}

func columnNamed(columns []types.Field, name string) int {
	return slices.IndexFunc(columns, func(f types.Field) bool { return strings.EqualFold(f.Name, name) })
}

// sourceDifferences say in what a source's new definition differs from the one before. Options are named, and their values not shown:
// some are secrets.
func sourceDifferences(before, after *Source) []string {
	out := columnDifferences(before.Columns, after.Columns)
	if was, is := watermarkText(before), watermarkText(after); was != is {
		out = append(out, fmt.Sprintf("watermark %s is %s now", orNone(was), orNone(is)))
	}
	if before.Connector.Name != after.Connector.Name {
		return append(out, fmt.Sprintf("connector '%s' is '%s' now", before.Connector.Name, after.Connector.Name))
	}
	return append(out, optionDifferences(before.Text, after.Text)...)
}

// SameOrigin reports whether two definitions of a source differ in columns and watermark at most, so that both have the same events.
func SameOrigin(a, b *Source) bool {
	return a.Connector.Name == b.Connector.Name && len(optionDifferences(a.Text, b.Text)) == 0
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// optionDifferences name the options that two statements give other values.
func optionDifferences(before, after string) []string {
	was, is := optionsOf(before), optionsOf(after)
	names := map[string]bool{}
	for name, value := range was {
		names[name] = is[name] != value
	}
	for name, value := range is {
		names[name] = was[name] != value
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if names[name] {
			out = append(out, "option "+name)
		}
	}
	return out
}

// optionsOf are the options of a statement that was accepted, as they are written.
func optionsOf(statement string) map[string]string {
	statements, err := parse.Statements(statement)
	if err != nil || len(statements) != 1 {
		return nil
	}
	var with parse.With
	switch s := statements[0].(type) {
	case parse.CreateSource:
		with = s.With
	case parse.CreateView:
		with = s.With
	case parse.CreateSink:
		with = s.With
	}
	out := map[string]string{}
	for name, v := range with {
		out[name] = v.Text
	}
	return out
}

package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// The options of a view that people are told, and that change nothing of what is computed.
const (
	titleOption       = "title"
	descriptionOption = "description"
	unitOption        = "unit"
	unitsOption       = "units"
)

var aboutOptions = []string{titleOption, descriptionOption, unitOption, unitsOption}

// aboutOf reads what a view's options say of it, and what its plan says of its columns.
func aboutOf(v *View, options engine.Options) (about engine.About, err error) {
	about = engine.About{Title: options[titleOption], Description: options[descriptionOption], Time: timeColumn(v.Columns)}
	about.Keys = keyColumns(v, about.Time)
	about.Units, err = unitsOf(v.Columns, options[unitsOption])
	if err != nil || options[unitOption] == "" {
		return about, err
	}
	for _, f := range v.Columns {
		if _, own := about.Units[f.Name]; !own && f.Type.Numeric() && !slices.Contains(about.Keys, f.Name) {
			about.Units[f.Name] = options[unitOption]
		}
	}
	return about, nil
}

// unitsOf reads 'column: unit, column: unit'.
func unitsOf(columns []types.Field, text string) (map[string]string, error) {
	units := map[string]string{}
	if text == "" {
		return units, nil
	}
	for _, item := range strings.Split(text, ",") {
		name, unit, ok := strings.Cut(item, ":")
		name, unit = strings.TrimSpace(name), strings.TrimSpace(unit)
		if !ok || unit == "" {
			return nil, fmt.Errorf("option units = '%s': want a unit for each column, such as 'revenue: currencyEUR, orders: short'", text)
		}
		at := columnNamed(columns, name)
		if at < 0 {
			return nil, fmt.Errorf("option units = '%s': the view has no column %s; there are %s", text, name, columnNames(columns))
		}
		units[columns[at].Name] = unit
	}
	return units, nil
}

// windowColumns are those that window macros add, the one that says when a row is from first.
var windowColumns = []string{"window_start", "window_end"}

// timeColumn is the column that says when a row is from: the window's start or, if it is not selected, its end, or else the first timestamp.
func timeColumn(columns []types.Field) string {
	for _, name := range windowColumns {
		if at := columnNamed(columns, name); at >= 0 && columns[at].Type.Moment() {
			return columns[at].Name
		}
	}
	for _, f := range columns {
		if f.Type.Moment() {
			return f.Name
		}
	}
	return ""
}

// keyColumns are the columns that tell rows of the same time apart; nil if the plan does not say. A window's end goes with its start.
func keyColumns(v *View, time string) []string {
	keys, known := plan.Keys(v.Plan)
	if !known {
		return nil
	}
	out := []string{}
	for _, k := range keys {
		if name := v.Columns[k].Name; name != time && !strings.EqualFold(name, windowColumns[1]) {
			out = append(out, name)
		}
	}
	return out
}

// aboutDifferences say in what two definitions tell people something else.
func aboutDifferences(before, after *View) (out []string) {
	if before.About.Title != after.About.Title {
		out = append(out, "its title is another")
	}
	if before.About.Description != after.About.Description {
		out = append(out, "its description is another")
	}
	if !maps.Equal(before.About.Units, after.About.Units) {
		out = append(out, "its units are others")
	}
	return out
}

// sameButAbout reports whether two statements differ in nothing but what people are told.
func sameButAbout(before, after *View) bool {
	was, is := optionsOf(before.Text), optionsOf(after.Text)
	for _, name := range aboutOptions {
		delete(was, name)
		delete(is, name)
	}
	return maps.Equal(was, is) && sameTokens(before.Select, after.Select)
}

package generate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/weirdb/weir/dashboards/panel"
	"github.com/weirdb/weir/engine/types"
)

// height is that of most panels.
const height = 8

// newest is how many rows a table shows.
const newest = 200

// panels are those of the view's section.
func (v *View) panels() []panel.Placed {
	switch {
	case v.isBand():
		return []panel.Placed{{Width: 24, Height: height + 2, Key: "band", Panel: v.band()}, v.table(24)}
	case v.isSeries():
		return v.series()
	case v.isRow():
		return []panel.Placed{{Width: 24, Height: height / 2, Key: "row", Panel: v.row()}}
	}
	return []panel.Placed{v.table(24)}
}

// series are panels of lines, and the rows beside or below them.
func (v *View) series() (out []panel.Placed) {
	groups := v.groups()
	width, rest := uint32(12), uint32(24)
	if len(groups) == 1 {
		width, rest = 16, 8
	}
	for _, g := range groups {
		out = append(out, panel.Placed{Width: width, Height: height, Key: "series " + g[0].Name, Panel: v.lines(g, len(groups) > 1)})
	}
	return append(out, v.table(rest))
}

// lines is a panel of some measures, which follows the view, as long as a stream can show the whole time range.
func (v *View) lines(of []types.Field, among bool) cog.Builder[dashboard.Panel] {
	title, items := v.title(), []string{types.QuoteIdent(v.About.Time)}
	for _, key := range v.keys() {
		items = append(items, fmt.Sprintf("%s AS %s", asText(key), types.QuoteIdent(key)))
	}
	for _, f := range of {
		items = append(items, types.QuoteIdent(f.Name))
	}
	if among {
		title += ": " + v.names(of)
	}
	followed := panel.Builder{View: v.Name, Time: v.About.Time, Groups: v.keys(), Measures: measured(of), Where: v.followedWhere(), Whole: true}
	p := panel.Lines(title).Description(v.describe(of)).WithTarget(panel.SQL(panel.TimeSeries, v.over(items)).Following(followed))
	if unit := v.About.Units[of[0].Name]; unit != "" {
		p.Unit(unit)
	}
	if len(v.keys()) > 0 {
		p.DisplayName(seriesName(v.keys()))
	}
	return p
}

func measured(of []types.Field) []panel.Measure {
	out := make([]panel.Measure, len(of))
	for i, f := range of {
		out[i].Column = f.Name
	}
	return out
}

// over is a SELECT of some columns over the dashboard's time range, in the order of time.
func (v *View) over(items []string) string {
	time := types.QuoteIdent(v.About.Time)
	return fmt.Sprintf("SELECT %s\nFROM %s\nWHERE $__timeFilter(%s)%s\nORDER BY %[3]s", strings.Join(items, ", "), types.QuoteIdent(v.Name), time, v.chosen())
}

// names are the columns' comments, or else their names.
func (v *View) names(of []types.Field) string {
	out := make([]string, len(of))
	for i, f := range of {
		out[i] = cmp.Or(v.About.Comments[f.Name], f.Name)
	}
	return strings.Join(out, ", ")
}

// describe says what the view is, and what the columns are that have comments.
func (v *View) describe(of []types.Field) string {
	var lines []string
	if v.About.Description != "" {
		lines = append(lines, v.About.Description)
	}
	for _, f := range of {
		if comment := v.About.Comments[f.Name]; comment != "" {
			lines = append(lines, f.Name+": "+comment)
		}
	}
	return strings.Join(lines, "\n\n")
}

// seriesName is what a series is called: by the values of its keys.
func seriesName(keys []string) string {
	out := make([]string, len(keys))
	for i, key := range keys {
		out[i] = "${__field.labels." + key + "}"
		if notInNames.MatchString(key) {
			out[i] = `${__field.labels["` + key + `"]}`
		}
	}
	return strings.Join(out, " ")
}

// band is a panel of a value and its band: one for each value of the first key, because a band has one lower bound.
func (v *View) band() cog.Builder[dashboard.Panel] {
	value, lower, upper, anomaly := v.quoted(panel.BandValue), v.quoted(panel.BandLower), v.quoted(panel.BandUpper), v.quoted(panel.BandAnomaly)
	title := v.title()
	keys := v.keys()
	for _, key := range keys {
		title += " $" + variableName(key)
	}
	p := panel.Band(title).Description(v.describe(v.Columns)).WithTarget(panel.SQL(panel.TimeSeries, v.over([]string{
		types.QuoteIdent(v.About.Time), value + " AS value", lower + " AS lower", upper + " AS upper", fmt.Sprintf("CASE WHEN %s THEN %s END AS anomaly", anomaly, value),
	})))
	if unit := v.About.Units[v.column(panel.BandValue).Name]; unit != "" {
		p.Unit(unit)
	}
	if len(keys) > 0 {
		p.Repeat(variableName(keys[0])).RepeatDirection(dashboard.PanelRepeatDirectionV)
	}
	return p
}

func (v *View) quoted(column string) string { return types.QuoteIdent(v.column(column).Name) }

// annotation marks the view's anomalies on all panels.
func (v *View) annotation() cog.Builder[dashboard.AnnotationQuery] {
	parts := []string{}
	for _, key := range v.keys() {
		parts = append(parts, asText(key))
	}
	parts = append(parts, fmt.Sprintf("'value ' || %s", v.quoted(panel.BandValue)), fmt.Sprintf("'expected ' || %s || ' to ' || %s", v.quoted(panel.BandLower), v.quoted(panel.BandUpper)))
	sql := fmt.Sprintf("SELECT %s AS time, %s AS title, concat_ws(', ', %s) AS text\nFROM %s\nWHERE %s AND $__timeFilter(%[1]s)%[6]s\nORDER BY %[1]s",
		types.QuoteIdent(v.About.Time), types.QuoteString(v.title()), strings.Join(parts, ", "), types.QuoteIdent(v.Name), v.quoted(panel.BandAnomaly), v.chosen())
	return panel.Annotation("Anomalies of "+v.title(), "red", sql)
}

// row is a panel of the numbers of a view that is one row, or of all its values if there are none.
func (v *View) row() cog.Builder[dashboard.Panel] {
	p := panel.Number(v.title()).Description(v.describe(v.Columns)).GraphMode(common.BigValueGraphModeNone).
		WithTarget(panel.SQL(panel.Table, "SELECT * FROM "+types.QuoteIdent(v.Name)).Following(panel.Builder{View: v.Name}))
	if len(v.measures()) == 0 {
		p.ReduceOptions(common.NewReduceDataOptionsBuilder().Values(false).Calcs([]string{"lastNotNull"}).Fields("/.*/"))
	}
	for _, f := range v.Columns {
		if unit := v.About.Units[f.Name]; unit != "" {
			p.OverrideByName(f.Name, panel.Unit(unit))
		}
	}
	return p
}

// table is a panel of the newest rows, which follows the view.
func (v *View) table(width uint32) panel.Placed {
	title, sql := v.title(), fmt.Sprintf("SELECT *\nFROM %s\nLIMIT %d", types.QuoteIdent(v.Name), newest)
	if time := v.About.Time; time != "" {
		title += ", newest rows"
		sql = fmt.Sprintf("SELECT *\nFROM %s\nWHERE $__timeFilter(%s)\nORDER BY %[2]s DESC\nLIMIT %d", types.QuoteIdent(v.Name), types.QuoteIdent(time), newest)
	}
	p := panel.Rows(title).Description(v.describe(v.Columns)).WithTarget(panel.SQL(panel.Table, sql).Following(panel.Builder{View: v.Name}))
	if time := v.About.Time; time != "" {
		p.SortBy([]cog.Builder[common.TableSortByFieldState]{common.NewTableSortByFieldStateBuilder().DisplayName(time).Desc(true)})
	}
	for _, f := range v.Columns {
		var properties []dashboard.DynamicConfigValue
		if unit := v.About.Units[f.Name]; unit != "" {
			properties = slices.Concat(properties, panel.Unit(unit))
		}
		if comment := v.About.Comments[f.Name]; comment != "" {
			properties = append(properties, dashboard.DynamicConfigValue{Id: "description", Value: comment})
		}
		if len(properties) > 0 {
			p.OverrideByName(f.Name, properties)
		}
	}
	return panel.Placed{Width: width, Height: height, Key: "rows", Panel: p}
}

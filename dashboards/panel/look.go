package panel

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// Lines is a panel of time series.
func Lines(title string) *timeseries.PanelBuilder {
	return timeseries.NewPanelBuilder().Title(title).
		LineWidth(1).FillOpacity(8).ShowPoints(common.VisibilityModeAuto).SpanNulls(common.BoolOrFloat64{Bool: cog.ToPtr(false)}).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending)).
		Legend(common.NewVizLegendOptionsBuilder().DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom).ShowLegend(true).Calcs([]string{}))
}

// Number is a panel of single values, beside one another: of each series, or of each column, the last. They have one colour, because Grafana's
// own is red from 80 on.
func Number(title string) *stat.PanelBuilder {
	return stat.NewPanelBuilder().Title(title).GraphMode(common.BigValueGraphModeArea).ColorMode(common.BigValueColorModeValue).
		Orientation(common.VizOrientationAuto).ColorScheme(dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdFixed).FixedColor("blue")).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Values(false).Calcs([]string{"lastNotNull"}).Fields(""))
}

// Rows is a panel of rows.
func Rows(title string) *table.PanelBuilder {
	return table.NewPanelBuilder().Title(title).ShowHeader(true).Filterable(true)
}

// The columns of a band: what was seen, between which bounds it was expected, and whether it was not.
const (
	BandValue   = "value"
	BandLower   = "lower"
	BandUpper   = "upper"
	BandAnomaly = "is_anomaly"
)

// anomalies are what a band's query calls the values that are anomalies, which are drawn as points.
const anomalies = "anomaly"

// Band is a panel of a value, the band in which it was expected, and points where it was not. Its query gives value, lower, upper, and one
// called anomaly with the values to mark, all without labels: Grafana finds the lower bound by its exact name.
func Band(title string) *timeseries.PanelBuilder {
	const band = "super-light-blue"
	bound := []dashboard.DynamicConfigValue{
		{Id: "color", Value: map[string]any{"mode": "fixed", "fixedColor": band}}, {Id: "custom.lineWidth", Value: 0.1}, {Id: "custom.showPoints", Value: "never"},
	}
	upper := append(bound[:len(bound):len(bound)], dashboard.DynamicConfigValue{Id: "custom.fillBelowTo", Value: BandLower}, dashboard.DynamicConfigValue{Id: "custom.fillOpacity", Value: 30})
	lower := append(bound[:len(bound):len(bound)], dashboard.DynamicConfigValue{Id: "custom.fillOpacity", Value: 0})
	return Lines(title).FillOpacity(0).OverrideByName(BandUpper, upper).OverrideByName(BandLower, lower).OverrideByName(anomalies, []dashboard.DynamicConfigValue{
		{Id: "color", Value: map[string]any{"mode": "fixed", "fixedColor": "red"}}, {Id: "custom.drawStyle", Value: "points"},
		{Id: "custom.pointSize", Value: 7}, {Id: "custom.showPoints", Value: "always"},
	})
}

// Unit is the property that gives one column a unit.
func Unit(unit string) []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{{Id: "unit", Value: unit}}
}

// Width is the property that makes a table's column so many pixels wide.
func Width(pixels int) []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{{Id: "custom.width", Value: pixels}}
}

// Annotation marks the moments that a query answers: columns time, title, text and tags.
func Annotation(name, color, sql string) cog.Builder[dashboard.AnnotationQuery] {
	return dashboard.NewAnnotationQueryBuilder().Name(name).Datasource(Weir.Ref()).Enable(true).IconColor(color).Target(SQL(Table, sql))
}

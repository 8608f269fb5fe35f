package boards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/weirdb/weir/dashboards/panel"
)

// The anomaly explorer works with any view that has columns value, lower, upper and is_anomaly, and a time. Which column is the time, and
// which one tells series apart, it finds out.
const (
	bandViews  = "SELECT table_name AS value\nFROM duckdb_columns()\nWHERE schema_name = 'main' AND lower(column_name) IN ('value', 'lower', 'upper', 'is_anomaly')\nGROUP BY table_name\nHAVING count(*) = 4\nORDER BY value"
	timeColumn = "SELECT column_name AS value\nFROM duckdb_columns()\nWHERE schema_name = 'main' AND table_name = '$view' AND data_type LIKE 'TIMESTAMP%'\nORDER BY lower(column_name) <> 'window_start', lower(column_name) <> 'window_end', column_index\nLIMIT 1"
	keyColumns = "SELECT value FROM (\n  SELECT column_name AS value, column_index AS place FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = '$view' AND data_type = 'VARCHAR'\n  UNION ALL\n  SELECT '(none)', 1000\n)\nORDER BY place"
	keyOf      = "coalesce(to_json(v) ->> '$key', '(none)')" // a column that may not be there
	keyValues  = "SELECT DISTINCT " + keyOf + " AS value\nFROM \"$view\" v\nORDER BY value\nLIMIT 1000"
	shown      = "FROM \"$view\" v\nWHERE $__timeFilter(\"$time\") AND " + keyOf + " = '$series'"
)

// anomalies explores views that say what was expected.
func anomalies() board {
	return board{
		name: "anomalies", title: "Weir: anomaly explorer", description: "A view with columns value, lower, upper and is_anomaly: what was seen, what was expected, and what was not.",
		extra: []cog.Builder[dashboard.VariableModel]{
			panel.Variable("view", "View", bandViews),
			panel.Variable("time", "Time", timeColumn).Hide(dashboard.VariableHideHideVariable),
			panel.Variable("key", "By", keyColumns),
			panel.Variable("series", "Series", keyValues),
		},
		annotations: []cog.Builder[dashboard.AnnotationQuery]{
			panel.Annotation("Anomalies", "red", "SELECT \"$time\" AS time, '$view $series' AS title, 'value ' || value || ', expected ' || lower || ' to ' || upper AS text\n"+shown+" AND is_anomaly\nORDER BY \"$time\""),
		},
		sections: []section{
			{charts: []chart{
				{title: "Band", width: 24, height: 12, own: panel.Band("$view $series").WithTarget(panel.SQL(panel.TimeSeries,
					"SELECT \"$time\", value, lower, upper, CASE WHEN is_anomaly THEN value END AS anomaly\n"+shown+"\nORDER BY \"$time\""))},
				{title: "Score", width: 16, own: panel.Lines("Outside of the band").Description("By how many widths of the band the value is outside of it.").WithTarget(panel.SQL(panel.TimeSeries,
					"SELECT \"$time\", greatest(value - upper, lower - value, 0) / nullif(upper - lower, 0) AS \"widths\"\n"+shown+"\nORDER BY \"$time\""))},
				{title: "Rate", width: 8, own: panel.Number("Anomalies").OverrideByName("share", panel.Unit("percentunit")).
					WithTarget(panel.SQL(panel.Table, "SELECT count_if(is_anomaly) AS anomalies, count(*) AS rows, avg(is_anomaly::INTEGER) AS share\n"+shown))},
			}},
			{title: "Series", charts: []chart{
				{title: "Where there are most", width: 12, own: panel.Rows("Where there are most").
					OverrideByName("anomalies", panel.Width(115)).OverrideByName("rows", panel.Width(90)).OverrideByName("last", panel.Width(180)).
					WithTarget(panel.SQL(panel.Table, "SELECT "+keyOf+" AS series, count_if(is_anomaly) AS anomalies, count(*) AS rows, max(\"$time\") FILTER (is_anomaly) AS last\nFROM \"$view\" v\nWHERE $__timeFilter(\"$time\")\nGROUP BY ALL\nORDER BY anomalies DESC, series\nLIMIT 100"))},
				{title: "The newest", width: 12, own: panel.Rows("The newest").
					OverrideByName("value", panel.Width(90)).OverrideByName("lower", panel.Width(90)).OverrideByName("upper", panel.Width(90)).
					WithTarget(panel.SQL(panel.Table, "SELECT \"$time\", value, lower, upper, v.* EXCLUDE (\"$time\", value, lower, upper, is_anomaly)\n"+shown+" AND is_anomaly\nORDER BY \"$time\" DESC\nLIMIT 200"))},
			}},
		},
	}
}

package boards

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/weirdb/weir/dashboards/panel"
)

// perSecond is the unit of rates: 0.5 /s, 1.2K /s. Grafana's own are of something, such as reads: rd/s.
const perSecond = "count:/s"

// chart is a panel: of figures, or of a query that only Weir answers.
type chart struct {
	title, description, unit string
	width, height            uint32 // 8 and 8 if 0
	figures                  []figure
	// number shows the last value instead of lines; bad is from which value on it is red, if it is not 0.
	number  bool
	bad     float64
	stacked bool
	// rows is a table that a statement answers, and own a panel of its own: both only over Weir's data source.
	rows string
	own  cog.Builder[dashboard.Panel]
}

// over makes the panel over a data source; false if it cannot be.
func (c chart) over(source panel.Source) (panel.Placed, bool) {
	out := panel.Placed{Key: c.title, Width: orElse(c.width, 8), Height: orElse(c.height, 8)}
	switch {
	case c.own != nil:
		out.Panel = c.own
	case c.rows != "":
		out.Panel = panel.Rows(c.title).Description(c.description).WithTarget(panel.SQL(panel.Table, c.rows))
	case c.number:
		out.Panel = c.single(source)
	default:
		out.Panel = c.lines(source)
	}
	return out, source == panel.Weir || len(c.figures) > 0
}

func orElse(given, otherwise uint32) uint32 {
	if given == 0 {
		return otherwise
	}
	return given
}

func (c chart) lines(source panel.Source) cog.Builder[dashboard.Panel] {
	p := panel.Lines(c.title).Description(c.description).Unit(c.unit).Targets(c.targets(source))
	if name := c.seriesName(); name != "" && source == panel.Weir {
		p.DisplayName(name)
	}
	if c.stacked {
		p.FillOpacity(40).Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal).Group("A"))
	}
	return p
}

func (c chart) single(source panel.Source) cog.Builder[dashboard.Panel] {
	p := panel.Number(c.title).Description(c.description).Unit(c.unit).Targets(c.targets(source))
	if c.bad == 0 {
		return p
	}
	steps := []dashboard.Threshold{{Color: "green"}, {Value: cog.ToPtr(c.bad), Color: "red"}}
	return p.Thresholds(dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(steps)).
		ColorScheme(dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdThresholds))
}

// seriesName names series by their labels; empty where columns name them.
func (c chart) seriesName() string {
	by := c.figures[0].by
	if len(by) == 0 {
		return ""
	}
	labels := make([]string, len(by))
	for i, label := range by {
		labels[i] = "${__field.labels." + label + "}"
	}
	if len(c.figures) > 1 { // several of each: their names tell them apart
		labels = append(labels, "${__field.name}")
	}
	return strings.Join(labels, " ")
}

func (c chart) targets(source panel.Source) []cog.Builder[variants.Dataquery] {
	out := make([]cog.Builder[variants.Dataquery], len(c.figures))
	for i, f := range c.figures {
		ref := string(rune('A' + i))
		if source == panel.Prometheus {
			out[i] = prometheus.NewDataqueryBuilder().RefId(ref).Datasource(source.Ref()).Range().Expr(f.promql()).LegendFormat(f.legend())
			continue
		}
		q := panel.SQL(panel.TimeSeries, f.sql())
		q.RefID = ref
		out[i] = q
	}
	return out
}

// variable chooses among the values that a label of a metric has.
type variable struct{ label, title, metric string }

func (v variable) over(source panel.Source) cog.Builder[dashboard.VariableModel] {
	if source == panel.Weir {
		return panel.Any(panel.Variable(v.label, v.title, fmt.Sprintf("SELECT DISTINCT labels['%s'] AS value\nFROM weir.metrics\nWHERE metric = '%s'\nORDER BY value", v.label, v.metric)))
	}
	text := fmt.Sprintf("label_values(%s, %s)", v.metric, v.label)
	return panel.Any(dashboard.NewQueryVariableBuilder(v.label).Label(v.title).Query(dashboard.StringOrMap{String: cog.ToPtr(text)}).Definition(text).
		Datasource(source.Ref()).Refresh(dashboard.VariableRefreshOnTimeRangeChanged).Sort(dashboard.VariableSortAlphabeticalAsc))
}

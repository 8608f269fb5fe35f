package boards

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// figure is what is drawn of a metric, said once for both languages: SQL over weir.metrics, and Prometheus's.
type figure struct {
	metric string
	// by are the labels of the series; over the others it is summed.
	by []string
	// only are labels that have the values of the dashboard's variable of that name.
	only []string
	// name is what it is called where there are no labels to name it by.
	name string
	// max takes the greatest of what is otherwise summed.
	max bool
	// down counts the series that are 0, of a metric that is 1 or 0.
	down bool
	// rate is by how much a counter grows in a second.
	rate bool
	// per is the counter by whose growth that of metric is divided.
	per string
}

// sql is the figure over weir.metrics: time, the labels, and the value.
func (f figure) sql() string {
	switch {
	case f.per != "":
		return f.steps("(a - lag(a) OVER series) / nullif(b - lag(b) OVER series, 0)",
			fmt.Sprintf("%s FILTER (metric = '%s') AS a, %[1]s FILTER (metric = '%[3]s') AS b", f.aggregate("value"), f.metric, f.per))
	case f.rate: // a counter that has become less has begun anew
		return f.steps("(value - CASE WHEN value < lag(value) OVER series THEN 0 ELSE lag(value) OVER series END) / (epoch(time) - lag(epoch(time)) OVER series)",
			f.aggregate("value")+" AS value")
	case f.down:
		return f.values(f.aggregate("1 - value")+" AS "+f.alias()) + "\nORDER BY time"
	}
	return f.values(f.aggregate("value")+" AS "+f.alias()) + "\nORDER BY time"
}

// steps is a SELECT of what has changed from one sample to the next.
func (f figure) steps(change, values string) string {
	partition := ""
	if len(f.by) > 0 {
		partition = "PARTITION BY " + strings.Join(f.quoted(), ", ") + " "
	}
	items := append(append([]string{"time"}, f.quoted()...), change+" AS "+f.alias())
	return fmt.Sprintf("SELECT %s\nFROM (\n%s\n)\nWINDOW series AS (%sORDER BY time)\nORDER BY time", strings.Join(items, ", "), f.values(values), partition)
}

// values is a SELECT of the metric's samples, one of each time and series.
func (f figure) values(of string) string {
	items := []string{"time"}
	for _, label := range f.by {
		items = append(items, fmt.Sprintf("labels['%s'] AS %s", label, types.QuoteIdent(label)))
	}
	metrics := []string{f.metric}
	if f.per != "" {
		metrics = append(metrics, f.per)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "SELECT %s, %s\nFROM weir.metrics\nWHERE metric IN ('%s') AND $__timeFilter(time)", strings.Join(items, ", "), of, strings.Join(metrics, "', '"))
	for _, label := range f.only {
		fmt.Fprintf(&b, "\n  AND $__conditionalAll(labels['%s'] IN ($%[1]s), $%[1]s)", label)
	}
	return b.String() + "\nGROUP BY ALL"
}

func (f figure) quoted() []string {
	out := make([]string, len(f.by))
	for i, label := range f.by {
		out[i] = types.QuoteIdent(label)
	}
	return out
}

func (f figure) aggregate(of string) string {
	if f.max {
		return "max(" + of + ")"
	}
	return "sum(" + of + ")"
}

// alias is what the column of the values is called, which names a series that has no labels.
func (f figure) alias() string {
	if f.name == "" {
		return "value"
	}
	return types.QuoteIdent(f.name)
}

// promql is the figure in Prometheus's language.
func (f figure) promql() string {
	of := f.selected(f.metric)
	switch {
	case f.per != "":
		return f.summed("rate("+of+"[$__rate_interval])") + " / " + f.summed("rate("+f.selected(f.per)+"[$__rate_interval])")
	case f.rate:
		return f.summed("rate(" + of + "[$__rate_interval])")
	case f.down:
		return f.summed("1 - " + of)
	}
	return f.summed(of)
}

func (f figure) selected(metric string) string {
	matchers := make([]string, len(f.only))
	for i, label := range f.only {
		matchers[i] = fmt.Sprintf(`%s=~"$%[1]s"`, label)
	}
	if len(matchers) == 0 {
		return metric
	}
	return metric + "{" + strings.Join(matchers, ", ") + "}"
}

func (f figure) summed(of string) string {
	aggregate := "sum"
	if f.max {
		aggregate = "max"
	}
	if len(f.by) > 0 {
		aggregate += " by (" + strings.Join(f.by, ", ") + ") "
	}
	return aggregate + "(" + of + ")"
}

// legend is what Prometheus's series are called.
func (f figure) legend() string {
	labels := make([]string, len(f.by))
	for i, label := range f.by {
		labels[i] = "{{" + label + "}}"
	}
	return strings.TrimSpace(f.name + " " + strings.Join(labels, " "))
}

package server

import (
	"slices"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/weirdb/weir/engine/metrics"
)

// Samples flattens what a registry has gathered as a scrape does: a summary's quantiles, sum and count are series of their own.
func Samples(families []*dto.MetricFamily) []metrics.Sample {
	var out []metrics.Sample
	for _, family := range families {
		for _, m := range family.GetMetric() {
			out = appendSamples(out, family.GetName(), labelsOf(m), m)
		}
	}
	return out
}

func appendSamples(out []metrics.Sample, name string, labels []metrics.Label, m *dto.Metric) []metrics.Sample {
	sample := func(name string, labels []metrics.Label, value float64) {
		out = append(out, metrics.Sample{Series: metrics.Series{Name: name, Labels: labels}, Value: value})
	}
	switch {
	case m.Counter != nil:
		sample(name, labels, m.Counter.GetValue())
	case m.Gauge != nil:
		sample(name, labels, m.Gauge.GetValue())
	case m.Untyped != nil:
		sample(name, labels, m.Untyped.GetValue())
	case m.Summary != nil:
		for _, q := range m.Summary.GetQuantile() {
			quantile := metrics.Label{Name: "quantile", Value: strconv.FormatFloat(q.GetQuantile(), 'g', -1, 64)}
			sample(name, append(slices.Clone(labels), quantile), q.GetValue())
		}
		sample(name+"_sum", labels, m.Summary.GetSampleSum())
		sample(name+"_count", labels, float64(m.Summary.GetSampleCount()))
	}
	return out
}

func labelsOf(m *dto.Metric) []metrics.Label {
	out := make([]metrics.Label, len(m.GetLabel()))
	for i, l := range m.GetLabel() {
		out[i] = metrics.Label{Name: l.GetName(), Value: l.GetValue()}
	}
	slices.SortFunc(out, func(a, b metrics.Label) int { return strings.Compare(a.Name, b.Name) })
	return out
}

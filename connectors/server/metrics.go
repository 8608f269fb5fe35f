package server

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/weirdb/weir/engine"
)

// metricsHandler serves Prometheus: the engine's status at each scrape, the Go runtime and the process.
func metricsHandler(b Backend) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(newStatusCollector(b), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// metric is one metric family: its name, what it means, and how its samples are read off the status.
type metric struct {
	name   string
	help   string
	kind   prometheus.ValueType
	labels []string
	read   reading
}

const (
	counter = prometheus.CounterValue
	gauge   = prometheus.GaugeValue
)

// metrics are all that Weir has.
var metrics = []metric{
	{"weir_epoch", "The last epoch committed.", gauge, nil, engineValue(func(s *engine.Status) float64 { return float64(s.Epoch) })},
	{"weir_commits_total", "Epochs committed since the start.", counter, nil,
		engineValue(func(s *engine.Status) float64 { return float64(s.Commits) })},
	{"weir_commit_seconds_total", "Time spent writing state and committing.", counter, nil,
		engineValue(func(s *engine.Status) float64 { return s.CommitTime.Seconds() })},

	{"weir_source_records_total", "Records fetched from the source.", counter, []string{"source"},
		perSource(func(s *engine.SourceStatus) float64 { return float64(s.Records) })},
	{"weir_source_bytes_total", "Bytes of the records fetched from the source.", counter, []string{"source"},
		perSource(func(s *engine.SourceStatus) float64 { return float64(s.Bytes) })},
	{"weir_source_dead_letters_total", "Records of the source that could not be used.", counter, []string{"source"},
		perSource(func(s *engine.SourceStatus) float64 { return float64(s.DeadLetters) })},
	{"weir_source_up", "Whether the source is being read: 0 once it has stopped with an error.", gauge, []string{"source"},
		perSource(func(s *engine.SourceStatus) float64 { return truth(s.Error == "") })},

	{"weir_partition_waiting_records", "Records known to wait in the partition. Absent where the connector cannot tell.", gauge,
		[]string{"source", "partition"}, readWaiting},
	{"weir_partition_watermark_seconds", "Watermark of the partition, in seconds since 1970. Absent before its first event.", gauge,
		[]string{"source", "partition"}, readPartitionWatermark},

	{"weir_query_rows_in_total", "Rows read by the view's query.", counter, []string{"view"},
		perQuery(func(q *engine.QueryStatus) float64 { return float64(q.RowsIn) })},
	{"weir_query_rows_out_total", "Rows written to the view's table, rows taken back included.", counter, []string{"view"},
		perQuery(func(q *engine.QueryStatus) float64 { return float64(q.RowsOut) })},
	{"weir_query_late_rows_total", "Rows that came after their window had closed.", counter, []string{"view"},
		perQuery(func(q *engine.QueryStatus) float64 { return float64(q.LateRows) })},
	{"weir_query_duplicates_total", "Events that the source had delivered before, and that the view's query left out.", counter, []string{"view"},
		perQuery(func(q *engine.QueryStatus) float64 { return float64(q.Duplicates) })},
	{"weir_query_up", "Whether the view's query is in order: 0 once it has failed.", gauge, []string{"view"},
		perQuery(func(q *engine.QueryStatus) float64 { return truth(q.State != "failed") })},
	{"weir_query_watermark_seconds", "Watermark of the view, in seconds since 1970. Absent before its first event.", gauge,
		[]string{"view"}, readQueryWatermark},

	{"weir_sink_delivered_total", "Rows delivered by the sink.", counter, []string{"sink"},
		perSink(func(s *engine.SinkStatus) float64 { return float64(s.Delivered) })},
	{"weir_sink_pending_epochs", "Epochs waiting to be delivered by the sink.", gauge, []string{"sink"},
		perSink(func(s *engine.SinkStatus) float64 { return float64(s.Pending) })},
	{"weir_sink_up", "Whether the sink's last delivery went well.", gauge, []string{"sink"},
		perSink(func(s *engine.SinkStatus) float64 { return truth(s.Error == "") })},
}

// reading takes the samples of one family off the status.
type reading = func(s *engine.Status, sample func(value float64, labels ...string))

func engineValue(value func(*engine.Status) float64) reading {
	return func(s *engine.Status, sample func(float64, ...string)) { sample(value(s)) }
}

func perSource(value func(*engine.SourceStatus) float64) reading {
	return func(s *engine.Status, sample func(float64, ...string)) {
		for i := range s.Sources {
			sample(value(&s.Sources[i]), s.Sources[i].Name)
		}
	}
}

func perQuery(value func(*engine.QueryStatus) float64) reading {
	return func(s *engine.Status, sample func(float64, ...string)) {
		for i := range s.Queries {
			sample(value(&s.Queries[i]), s.Queries[i].View)
		}
	}
}

func perSink(value func(*engine.SinkStatus) float64) reading {
	return func(s *engine.Status, sample func(float64, ...string)) {
		for i := range s.Sinks {
			sample(value(&s.Sinks[i]), s.Sinks[i].Name)
		}
	}
}

func readWaiting(s *engine.Status, sample func(float64, ...string)) {
	for _, source := range s.Sources {
		for _, p := range source.Partitions {
			if p.Waiting >= 0 {
				sample(float64(p.Waiting), source.Name, p.Partition)
			}
		}
	}
}

func readPartitionWatermark(s *engine.Status, sample func(float64, ...string)) {
	for _, source := range s.Sources {
		for _, p := range source.Partitions {
			if known(p.Watermark) {
				sample(seconds(p.Watermark), source.Name, p.Partition)
			}
		}
	}
}

func readQueryWatermark(s *engine.Status, sample func(float64, ...string)) {
	for i := range s.Queries {
		if q := &s.Queries[i]; known(q.Watermark) {
			sample(seconds(q.Watermark), q.View)
		}
	}
}

// known reports whether a watermark is a moment: not before the first event, nor after the end of the input.
func known(t engine.Time) bool { return t != engine.MinTime && t != engine.MaxTime }

func seconds(t engine.Time) float64 { return float64(t) / float64(time.Second/time.Microsecond) }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// statusCollector reads the status once a scrape.
type statusCollector struct {
	backend Backend
	descs   []*prometheus.Desc // as metrics
}

func newStatusCollector(b Backend) *statusCollector {
	c := &statusCollector{backend: b}
	for _, m := range metrics {
		c.descs = append(c.descs, prometheus.NewDesc(m.name, m.help, m.labels, nil))
	}
	return c
}

// Describe implements prometheus.Collector.
func (c *statusCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *statusCollector) Collect(out chan<- prometheus.Metric) {
	status := c.backend.Status()
	for i, m := range metrics {
		m.read(&status, func(value float64, labels ...string) {
			out <- prometheus.MustNewConstMetric(c.descs[i], m.kind, value, labels...)
		})
	}
}

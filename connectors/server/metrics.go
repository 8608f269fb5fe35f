package server

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/weirdb/weir/engine"
)

// Registry has all that /metrics has: the engine's status at each scrape, the Go runtime and the process.
func Registry(b Backend) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(newStatusCollector(b), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

func metricsHandler(b Backend) http.Handler {
	return promhttp.HandlerFor(Registry(b), promhttp.HandlerOpts{})
}

// MetricLabels are the metrics that Weir declares, by name, each with its labels.
func MetricLabels() map[string][]string {
	out := map[string][]string{}
	for _, m := range declared {
		out[m.name] = m.labels
	}
	return out
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

// declared are all that Weir has.
var declared = []metric{
	{"weir_epoch", "The last epoch committed.", gauge, nil, engineValue(func(s *engine.Status) float64 { return float64(s.Epoch) })},
	{"weir_commits_total", "Epochs committed since the start.", counter, nil,
		engineValue(func(s *engine.Status) float64 { return float64(s.Commits) })},
	{"weir_commit_seconds_total", "Time spent writing state and committing.", counter, nil,
		engineValue(func(s *engine.Status) float64 { return s.CommitTime.Seconds() })},

	{"weir_epoch_seconds_total", "Where the engine's loop has spent its time, by phase of the epoch; commits run beside it.", counter, []string{"phase"}, readPhases},
	{"weir_database_bytes", "Size on disk: of the database file, its write-ahead log and the state files.", gauge, []string{"file"}, readFiles},

	{"weir_postgres_connections", "Clients of the PostgreSQL protocol.", gauge, nil,
		engineValue(func(s *engine.Status) float64 { return float64(s.Clients.Connected) })},
	{"weir_postgres_statements_total", "Statements run over the PostgreSQL protocol.", counter, nil,
		engineValue(func(s *engine.Status) float64 { return float64(s.Clients.Statements) })},
	{"weir_postgres_failures_total", "Errors that clients of the PostgreSQL protocol were told.", counter, nil,
		engineValue(func(s *engine.Status) float64 { return float64(s.Clients.Failures) })},
	{"weir_postgres_results", "Results that clients of the PostgreSQL protocol have not read to their end.", gauge, nil,
		engineValue(func(s *engine.Status) float64 { return float64(s.Clients.Results) })},

	{"weir_flight_connections", "Connections of Arrow Flight SQL.", gauge, nil,
		engineValue(func(s *engine.Status) float64 { return float64(s.Flight.Connected) })},
	{"weir_flight_statements_total", "Statements run over Arrow Flight SQL.", counter, nil,
		engineValue(func(s *engine.Status) float64 { return float64(s.Flight.Statements) })},
	{"weir_flight_failures_total", "Errors that clients of Arrow Flight SQL were told.", counter, nil,
		engineValue(func(s *engine.Status) float64 { return float64(s.Flight.Failures) })},
	{"weir_flight_results", "Results that clients of Arrow Flight SQL have not read to their end.", gauge, nil,
		engineValue(func(s *engine.Status) float64 { return float64(s.Flight.Results) })},

	{"weir_source_records_total", "Records fetched from the source.", counter, []string{"source"},
		perSource(func(s *engine.SourceStatus) float64 { return float64(s.Records) })},
	{"weir_source_bytes_total", "Bytes of the records fetched from the source.", counter, []string{"source"},
		perSource(func(s *engine.SourceStatus) float64 { return float64(s.Bytes) })},
	{"weir_source_dead_letters_total", "Records of the source that could not be used.", counter, []string{"source"},
		perSource(func(s *engine.SourceStatus) float64 { return float64(s.DeadLetters) })},
	{"weir_source_up", "Whether the source is being read: 0 while it cannot be opened, and once it has stopped with an error.", gauge, []string{"source"},
		perSource(func(s *engine.SourceStatus) float64 { return truth(s.Error == "") })},

	{"weir_source_buffered_polls", "Polls of the source that wait for the engine; at 1 its reader waits.", gauge, []string{"source"},
		perSource(func(s *engine.SourceStatus) float64 { return float64(s.Buffered) })},
	{"weir_source_blocked_seconds_total", "How long the source's reader has waited for the engine.", counter, []string{"source"},
		perSource(func(s *engine.SourceStatus) float64 { return s.Blocked.Seconds() })},

	{"weir_partition_waiting_records", "Records known to wait in the partition. Absent where the connector cannot tell.", gauge,
		[]string{"source", "partition"}, readWaiting},
	{"weir_partition_watermark_seconds", "Watermark of the partition, in seconds since 1970. Absent before its first event.", gauge,
		[]string{"source", "partition"}, readPartitionWatermark},
	{"weir_partition_lag_seconds", "Wall clock less the highest event time seen in the partition. Absent before its first event.", gauge,
		[]string{"source", "partition"}, readPartitionLag},

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
	{"weir_query_backpressured", "Whether the view stands still because a sink does not take what it changes.", gauge, []string{"view"},
		perQuery(func(q *engine.QueryStatus) float64 { return truth(q.Backpressure != "") })},
	{"weir_alert_instances", "Instances of the alert that are pending or firing.", gauge, []string{"alert", "state"}, readInstances},
	{"weir_query_watermark_seconds", "Watermark of the view, in seconds since 1970. Absent before its first event.", gauge,
		[]string{"view"}, readQueryWatermark},
	{"weir_query_watermark_delay_seconds", "Wall clock less the watermark of the view. Absent before its first event.", gauge,
		[]string{"view"}, readWatermarkDelay},

	{"weir_stage_waiting_rows", "Rows that wait before a stage of the view's query.", gauge, []string{"view", "stage"},
		perStage(func(s *engine.StageStatus) (float64, bool) { return float64(s.Waiting), true })},
	{"weir_stage_held", "Groups, rows or keys that a stage of the view's query holds.", gauge, []string{"view", "stage"},
		perStage(func(s *engine.StageStatus) (float64, bool) {
			if s.Held == nil {
				return 0, false
			}
			return float64(s.Held.Count), true
		})},
	{"weir_stage_open_windows", "Windows or sessions that are open in a stage of the view's query. Absent where there are none by nature.", gauge,
		[]string{"view", "stage"}, perStage(openWindows)},

	{"weir_sink_delivered_total", "Rows delivered by the sink.", counter, []string{"sink"},
		perSink(func(s *engine.SinkStatus) float64 { return float64(s.Delivered) })},
	{"weir_sink_notifications_total", "Notifications of alerts sent by the sink; one may tell of several transitions. Absent for sinks of views.", counter,
		[]string{"sink"}, readNotifications},
	{"weir_sink_pending_epochs", "Epochs waiting to be delivered by the sink.", gauge, []string{"sink"},
		perSink(func(s *engine.SinkStatus) float64 { return float64(s.Pending) })},
	{"weir_sink_pending_bytes", "Size of what waits in the outbox to be delivered by the sink.", gauge, []string{"sink"},
		perSink(func(s *engine.SinkStatus) float64 { return float64(s.PendingBytes) })},
	{"weir_sink_max_outbox_bytes", "Beyond how many bytes waiting the sink's view stands still; 0 for never.", gauge, []string{"sink"},
		perSink(func(s *engine.SinkStatus) float64 { return float64(s.MaxOutbox) })},
	{"weir_sink_failures_total", "Deliveries of the sink that failed; each is tried again.", counter, []string{"sink"},
		perSink(func(s *engine.SinkStatus) float64 { return float64(s.Failures) })},
	{"weir_sink_up", "Whether the sink's last delivery went well.", gauge, []string{"sink"},
		perSink(func(s *engine.SinkStatus) float64 { return truth(s.Error == "") })},
}

// statusCollector reads the status once a scrape.
type statusCollector struct {
	backend Backend
	now     func() time.Time
	descs   []*prometheus.Desc // as declared
}

func newStatusCollector(b Backend) *statusCollector {
	c := &statusCollector{backend: b, now: time.Now}
	for _, m := range declared {
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
	found := scrape{c.backend.Status(), c.now()}
	for i, m := range declared {
		m.read(&found, func(value float64, labels ...string) {
			out <- prometheus.MustNewConstMetric(c.descs[i], m.kind, value, labels...)
		})
	}
}

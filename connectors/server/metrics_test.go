package server

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/weirdb/weir/engine"
)

// alertingStatus is sampleStatus with an alert, and its sink.
func alertingStatus() engine.Status {
	s := sampleStatus()
	s.Queries = append(s.Queries, engine.QueryStatus{View: "slow", Alert: true, Watermark: engine.MinTime, State: "running", Stages: []engine.StageStatus{
		{Name: "alert", Held: &engine.Held{Unit: "instances", Count: 5, Parts: []engine.HeldPart{{Name: "pending", Count: 1}, {Name: "firing", Count: 4}}}}}})
	s.Sinks = append(s.Sinks, engine.SinkStatus{Name: "slow", View: "slow", Connector: "slack", Notifications: 3, State: "running"})
	return s
}

func TestMetricsPassLint(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(newStatusCollector(&fakeBackend{status: alertingStatus()}))
	problems, err := testutil.GatherAndLint(registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	names := make([]string, len(declared))
	for i, m := range declared {
		names[i] = m.name
	}
	families, err := registry.Gather()
	if err != nil || len(families) != len(declared) {
		t.Errorf("%d families of %v: %v", len(families), names, err)
	}
}

func TestMetrics(t *testing.T) {
	s := start(t, &fakeBackend{status: alertingStatus()}, Options{})
	_, text := ask(t, "GET", s.URL+"/metrics", "")
	for _, line := range []string{
		`weir_epoch 7`, `weir_commits_total 3`, `weir_commit_seconds_total 1.5`,
		`weir_postgres_connections 2`, `weir_postgres_statements_total 40`, `weir_postgres_failures_total 3`, `weir_postgres_results 1`,
		`weir_flight_connections 4`, `weir_flight_statements_total 50`, `weir_flight_failures_total 6`, `weir_flight_results 2`,
		`weir_source_records_total{source="bid"} 100`, `weir_source_bytes_total{source="bid"} 2048`,
		`weir_source_dead_letters_total{source="bid"} 2`, `weir_source_up{source="bid"} 1`, `weir_source_up{source="gone"} 0`,
		`weir_partition_waiting_records{partition="0",source="bid"} 9`, `weir_partition_waiting_records{partition="2",source="bid"} 0`,
		`weir_partition_watermark_seconds{partition="0",source="bid"} 1.7672616005e+09`,
		`weir_query_rows_in_total{view="hot"} 98`, `weir_query_rows_out_total{view="hot"} 5`, `weir_query_late_rows_total{view="hot"} 1`, `weir_query_duplicates_total{view="hot"} 2`,
		`weir_query_watermark_seconds{view="hot"} 1.7672616005e+09`, `weir_query_up{view="hot"} 1`, `weir_query_up{view="a/b"} 0`,
		`weir_epoch_seconds_total{phase="gather"} 2`, `weir_epoch_seconds_total{phase="commit"} 1.4`, `weir_database_bytes{file="log"} 100`,
		`weir_source_buffered_polls{source="bid"} 1`, `weir_source_blocked_seconds_total{source="bid"} 3`,
		`weir_stage_waiting_rows{stage="0 join",view="hot"} 12`, `weir_stage_held{stage="1 aggregate",view="hot"} 9`,
		`weir_stage_open_windows{stage="1 aggregate",view="hot"} 2`, `weir_sink_failures_total{sink="out"} 2`,
		`weir_alert_instances{alert="slow",state="firing"} 4`, `weir_alert_instances{alert="slow",state="pending"} 1`, `weir_sink_notifications_total{sink="slow"} 3`,
		`weir_sink_delivered_total{sink="out"} 5`, `weir_sink_pending_epochs{sink="out"} 1`, `weir_sink_up{sink="out"} 1`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("no line %s", line)
		}
	}
	for _, absent := range []string{`waiting_records{partition="1"`, `watermark_seconds{partition="1"`, `watermark_seconds{partition="2"`,
		`watermark_seconds{view="a/b"`, `open_windows{stage="0 join"`, `stage_held{stage="0 join"`, `lag_seconds{partition="1"`, `delay_seconds{view="a/b"`} {
		if strings.Contains(text, absent) {
			t.Errorf("%s is not known and must not be there", absent)
		}
	}
	if !strings.Contains(text, "\ngo_goroutines ") || !strings.Contains(text, "\nprocess_cpu_seconds_total ") {
		t.Error("the Go runtime or the process is missing")
	}
}

// TestLags: times against the wall clock are taken at the scrape.
func TestLags(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	c := newStatusCollector(&fakeBackend{status: alertingStatus()})
	c.now = func() time.Time { return time.UnixMicro(1_767_261_600_500_000).Add(10 * time.Second) }
	registry.MustRegister(c)
	want := `
# HELP weir_partition_lag_seconds Wall clock less the highest event time seen in the partition. Absent before its first event.
# TYPE weir_partition_lag_seconds gauge
weir_partition_lag_seconds{partition="0",source="bid"} 6
# HELP weir_query_watermark_delay_seconds Wall clock less the watermark of the view. Absent before its first event.
# TYPE weir_query_watermark_delay_seconds gauge
weir_query_watermark_delay_seconds{view="hot"} 10
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "weir_partition_lag_seconds", "weir_query_watermark_delay_seconds"); err != nil {
		t.Error(err)
	}
}

var (
	served     = regexp.MustCompile(`(?m)^# TYPE (weir_\w+) `)
	documented = regexp.MustCompile("(?m)^\\| `(weir_\\w+)`([^|]*)\\| ([^|]+) \\| ([^|]+) \\|$")
)

// TestMetricsAreDocumented compares what /metrics serves with the table in docs/operations.md: the same metrics, each with its labels, what it means and what to do about it.
func TestMetricsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, row := range documented.FindAllStringSubmatch(string(page), -1) {
		got = append(got, row[1])
		at := slices.IndexFunc(declared, func(m metric) bool { return m.name == row[1] })
		if at < 0 {
			continue
		}
		labels := ""
		if len(declared[at].labels) > 0 {
			labels = " by " + strings.Join(declared[at].labels, ", ")
		}
		if strings.TrimRight(row[2], " ") != labels {
			t.Errorf("%s: the page has %q for its labels, want %q", row[1], row[2], labels)
		}
	}
	_, text := ask(t, "GET", start(t, &fakeBackend{status: alertingStatus()}, Options{}).URL+"/metrics", "")
	for _, row := range served.FindAllStringSubmatch(text, -1) {
		want = append(want, row[1])
	}
	slices.Sort(got)
	if !slices.Equal(got, want) { // a scrape is in the order of names
		t.Errorf("docs/operations.md has\n%q\nbut /metrics\n%q", got, want)
	}
}

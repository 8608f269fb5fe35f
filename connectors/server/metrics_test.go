package server

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestMetricsPassLint(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(newStatusCollector(&fakeBackend{status: sampleStatus()}))
	problems, err := testutil.GatherAndLint(registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	names := make([]string, len(metrics))
	for i, m := range metrics {
		names[i] = m.name
	}
	families, err := registry.Gather()
	if err != nil || len(families) != len(metrics) {
		t.Errorf("%d families of %v: %v", len(families), names, err)
	}
}

func TestMetrics(t *testing.T) {
	s := start(t, &fakeBackend{status: sampleStatus()}, Options{})
	_, text := ask(t, "GET", s.URL+"/metrics", "")
	for _, line := range []string{
		`weir_epoch 7`, `weir_commits_total 3`, `weir_commit_seconds_total 1.5`,
		`weir_source_records_total{source="bid"} 100`, `weir_source_bytes_total{source="bid"} 2048`,
		`weir_source_dead_letters_total{source="bid"} 2`, `weir_source_up{source="bid"} 1`, `weir_source_up{source="gone"} 0`,
		`weir_partition_waiting_records{partition="0",source="bid"} 9`, `weir_partition_waiting_records{partition="2",source="bid"} 0`,
		`weir_partition_watermark_seconds{partition="0",source="bid"} 1.7672616005e+09`,
		`weir_query_rows_in_total{view="hot"} 98`, `weir_query_rows_out_total{view="hot"} 5`, `weir_query_late_rows_total{view="hot"} 1`, `weir_query_duplicates_total{view="hot"} 2`,
		`weir_query_watermark_seconds{view="hot"} 1.7672616005e+09`, `weir_query_up{view="hot"} 1`, `weir_query_up{view="a/b"} 0`,
		`weir_sink_delivered_total{sink="out"} 5`, `weir_sink_pending_epochs{sink="out"} 1`, `weir_sink_up{sink="out"} 1`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("no line %s", line)
		}
	}
	for _, absent := range []string{`waiting_records{partition="1"`, `watermark_seconds{partition="1"`, `watermark_seconds{partition="2"`,
		`watermark_seconds{view="a/b"`} {
		if strings.Contains(text, absent) {
			t.Errorf("%s is not known and must not be there", absent)
		}
	}
	if !strings.Contains(text, "\ngo_goroutines ") || !strings.Contains(text, "\nprocess_cpu_seconds_total ") {
		t.Error("the Go runtime or the process is missing")
	}
}

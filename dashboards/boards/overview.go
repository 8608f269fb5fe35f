package boards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/weirdb/weir/dashboards/panel"
)

// happened marks starts, failures and recoveries, of everything.
func happened() []cog.Builder[dashboard.AnnotationQuery] {
	const events = "SELECT \"at\" AS time, trim(kind || ' ' || object) AS title, message AS text, kind AS tags\nFROM weir.events\nWHERE $__timeFilter(\"at\") AND kind "
	return []cog.Builder[dashboard.AnnotationQuery]{
		panel.Annotation("Starts", "blue", events+"IN ('start', 'stop')"),
		panel.Annotation("Failures", "red", events+"IN ('failed', 'retrying', 'backpressured')"),
		panel.Annotation("Recoveries", "green", events+"= 'recovered'"),
	}
}

// overview is the engine as a whole.
func overview() board {
	return board{
		name: "overview", title: "Weir: overview", description: "Whether everything runs, how much of it, and how far it is behind.", annotations: happened(),
		sections: []section{
			{charts: []chart{
				{title: "Records", unit: perSecond, width: 4, height: 4, number: true, figures: []figure{{metric: "weir_source_records_total", rate: true}}},
				{title: "Rows written", unit: perSecond, width: 4, height: 4, number: true, figures: []figure{{metric: "weir_query_rows_out_total", rate: true}}},
				{title: "Behind", unit: "s", width: 4, height: 4, number: true, description: "Wall clock less the watermark, of the view that is furthest behind.",
					figures: []figure{{metric: "weir_query_watermark_delay_seconds", max: true}}},
				{title: "Failed views", unit: "short", width: 4, height: 4, number: true, bad: 1, figures: []figure{{metric: "weir_query_up", down: true}}},
				{title: "Failed I/O", unit: "short", width: 4, height: 4, number: true, bad: 1,
					figures: []figure{{metric: "weir_source_up", down: true, name: "sources"}, {metric: "weir_sink_up", down: true, name: "sinks"}}},
				{title: "Memory", unit: "bytes", width: 4, height: 4, number: true, figures: []figure{{metric: "process_resident_memory_bytes"}}},
			}},
			{title: "Flow", charts: []chart{
				{title: "Records by source", unit: perSecond, figures: []figure{{metric: "weir_source_records_total", by: []string{"source"}, rate: true}}},
				{title: "Rows written by view", unit: perSecond, figures: []figure{{metric: "weir_query_rows_out_total", by: []string{"view"}, rate: true}}},
				{title: "Behind the clock by view", unit: "s", description: "Wall clock less the watermark: how far behind the present results are.",
					figures: []figure{{metric: "weir_query_watermark_delay_seconds", by: []string{"view"}, max: true}}},
				{title: "Dead letters", unit: perSecond, description: "Records that could not be used.", figures: []figure{{metric: "weir_source_dead_letters_total", by: []string{"source"}, rate: true}}},
				{title: "Late rows", unit: perSecond, description: "Rows that came after their window had closed.", figures: []figure{{metric: "weir_query_late_rows_total", by: []string{"view"}, rate: true}}},
				{title: "Waiting for sinks", unit: "bytes", description: "What lies in the outbox.", figures: []figure{{metric: "weir_sink_pending_bytes", by: []string{"sink"}}}},
			}},
			{title: "Engine", charts: []chart{
				{title: "Commits", unit: perSecond, figures: []figure{{metric: "weir_commits_total", rate: true, name: "commits"}}},
				{title: "A commit takes", unit: "s", description: "Writing state and committing.", figures: []figure{{metric: "weir_commit_seconds_total", per: "weir_commits_total", name: "commit"}}},
				{title: "Where the time goes", unit: "percentunit", stacked: true, description: "What the engine's loop does, by phase of the epoch; commits run beside it.",
					figures: []figure{{metric: "weir_epoch_seconds_total", by: []string{"phase"}, rate: true}}},
				{title: "Processor", unit: "short", description: "Cores that are busy.", figures: []figure{{metric: "process_cpu_seconds_total", rate: true, name: "cores"}}},
				{title: "Memory of the process", unit: "bytes", figures: []figure{{metric: "process_resident_memory_bytes", name: "resident"}, {metric: "go_memstats_heap_inuse_bytes", name: "Go heap"}}},
				{title: "Size on disk", unit: "bytes", figures: []figure{{metric: "weir_database_bytes", by: []string{"file"}}}},
			}},
			{title: "What has happened", charts: []chart{
				{title: "Starts, failures and recoveries", width: 24, rows: "SELECT \"at\" AS time, kind, object, message\nFROM weir.events\nWHERE $__timeFilter(\"at\")\nORDER BY \"at\" DESC\nLIMIT 200"},
			}},
		},
	}
}

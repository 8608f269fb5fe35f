package boards

// serving is who is given results: clients, and sinks.
func serving() board {
	sink := []string{"sink"}
	return board{
		name: "serving", title: "Weir: serving", description: "Clients that read results, sinks that results go to, and what it costs.", annotations: happened(),
		sections: []section{
			{title: "Clients of the PostgreSQL protocol", charts: []chart{
				{title: "Connected", unit: "short", width: 6, figures: []figure{{metric: "weir_postgres_connections", name: "clients"}}},
				{title: "Statements", unit: perSecond, width: 6, figures: []figure{{metric: "weir_postgres_statements_total", rate: true, name: "statements"}}},
				{title: "Errors", unit: perSecond, width: 6, figures: []figure{{metric: "weir_postgres_failures_total", rate: true, name: "errors"}}},
				{title: "Results being read", unit: "short", width: 6, description: "Each keeps the state that it is of from being cleared away.", figures: []figure{{metric: "weir_postgres_results", name: "results"}}},
			}},
			{title: "Sinks", charts: []chart{
				{title: "Delivered", unit: perSecond, figures: []figure{{metric: "weir_sink_delivered_total", by: sink, rate: true}}},
				{title: "Waiting", unit: "bytes", figures: []figure{{metric: "weir_sink_pending_bytes", by: sink}}},
				{title: "Waiting epochs", unit: "short", figures: []figure{{metric: "weir_sink_pending_epochs", by: sink}}},
				{title: "Bound of what may wait", unit: "bytes", description: "Beyond it the sink's view stands still; 0 for never.", figures: []figure{{metric: "weir_sink_max_outbox_bytes", by: sink}}},
				{title: "Failed deliveries", unit: perSecond, figures: []figure{{metric: "weir_sink_failures_total", by: sink, rate: true}}},
				{title: "Views standing still", unit: "short", figures: []figure{{metric: "weir_query_backpressured", by: []string{"view"}}}},
			}},
			{title: "Storage and process", charts: []chart{
				{title: "Size on disk", unit: "bytes", figures: []figure{{metric: "weir_database_bytes", by: []string{"file"}}}},
				{title: "Open files", unit: "short", figures: []figure{{metric: "process_open_fds", name: "files"}}},
				{title: "Goroutines", unit: "short", figures: []figure{{metric: "go_goroutines", name: "goroutines"}}},
			}},
		},
	}
}

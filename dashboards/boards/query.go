package boards

// query is one view in detail.
func query() board {
	view, only := []string{"view"}, []string{"view"}
	stage := []string{"view", "stage"}
	return board{
		name: "query", title: "Weir: one query", description: "What a view's query reads, writes and holds.", annotations: happened(),
		variables: []variable{{"view", "View", "weir_query_up"}},
		sections: []section{
			{title: "Rows", charts: []chart{
				{title: "Failed", unit: "short", width: 4, number: true, bad: 1, figures: []figure{{metric: "weir_query_up", only: only, down: true}}},
				{title: "Standing still for a sink", unit: "short", width: 4, number: true, bad: 1, figures: []figure{{metric: "weir_query_backpressured", only: only}}},
				{title: "Rows read", unit: perSecond, figures: []figure{{metric: "weir_query_rows_in_total", by: view, only: only, rate: true}}},
				{title: "Rows written", unit: perSecond, description: "Rows taken back count as well.", figures: []figure{{metric: "weir_query_rows_out_total", by: view, only: only, rate: true}}},
				{title: "Late rows", unit: perSecond, figures: []figure{{metric: "weir_query_late_rows_total", by: view, only: only, rate: true}}},
				{title: "Duplicates left out", unit: perSecond, figures: []figure{{metric: "weir_query_duplicates_total", by: view, only: only, rate: true}}},
				{title: "Behind the clock", unit: "s", description: "Wall clock less the view's watermark.", figures: []figure{{metric: "weir_query_watermark_delay_seconds", by: view, only: only, max: true}}},
			}},
			{title: "State", charts: []chart{
				{title: "Open windows", unit: "short", figures: []figure{{metric: "weir_stage_open_windows", by: stage, only: only}}},
				{title: "Held", unit: "short", description: "Groups, rows or keys that each stage holds.", figures: []figure{{metric: "weir_stage_held", by: stage, only: only}}},
				{title: "Waiting rows", unit: "short", description: "Rows that wait before each stage: where there are many, the work is.", figures: []figure{{metric: "weir_stage_waiting_rows", by: stage, only: only}}},
			}},
			{title: "Where it stands", charts: []chart{
				{title: "Positions", width: 12, rows: "SELECT query AS \"view\", source, \"partition\", next, watermark\nFROM weir.positions\nWHERE query <> '' AND $__conditionalAll(query IN ($view), $view)\nORDER BY ALL"},
				{title: "Its late rows", width: 12, rows: lateRows + " AND $__conditionalAll(\"view\" IN ($view), $view)" + newestFirst},
			}},
		},
	}
}

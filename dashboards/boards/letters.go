package boards

// The tables of what was not counted, as panels show them.
const (
	deadLetters = "SELECT \"at\" AS time, source, \"partition\", \"offset\", reason, TRY_CAST(value AS VARCHAR) AS value, replayed_at\nFROM weir.dead_letters\nWHERE $__timeFilter(\"at\")"
	lateRows    = "SELECT \"at\" AS time, \"view\", source, \"partition\", event_time, watermark, \"row\"\nFROM weir.late_rows\nWHERE $__timeFilter(\"at\")"
	newestFirst = "\nORDER BY \"at\" DESC\nLIMIT 500"
)

// letters is what could not be counted: dead letters and late rows.
func letters() board {
	return board{
		name: "letters", title: "Weir: dead letters and late rows", description: "What could not be counted, and why. Nothing is dropped in silence.", annotations: happened(),
		sections: []section{
			{title: "Dead letters", charts: []chart{
				{title: "By source", unit: perSecond, width: 12, figures: []figure{{metric: "weir_source_dead_letters_total", by: []string{"source"}, rate: true}}},
				{title: "By reason", width: 12, rows: "SELECT source, reason, count(*) AS letters, count(replayed_at) AS replayed, max(\"at\") AS last\nFROM weir.dead_letters\nWHERE $__timeFilter(\"at\")\nGROUP BY ALL\nORDER BY letters DESC\nLIMIT 100"},
				{title: "The newest", width: 24, height: 10, rows: deadLetters + newestFirst},
			}},
			{title: "Late rows", charts: []chart{
				{title: "By view", unit: perSecond, width: 12, figures: []figure{{metric: "weir_query_late_rows_total", by: []string{"view"}, rate: true}}},
				{title: "How late", width: 12, description: "By how much the watermark had passed the rows' event time.",
					rows: "SELECT \"view\", source, count(*) AS late, median(watermark - event_time) AS median, max(watermark - event_time) AS most\nFROM weir.late_rows\nWHERE $__timeFilter(\"at\")\nGROUP BY ALL\nORDER BY late DESC\nLIMIT 100"},
				{title: "The newest late rows", width: 24, height: 10, rows: lateRows + newestFirst},
			}},
		},
	}
}

package boards

// sources are the sources, and what waits in them: the lag of consumers, in records and in seconds.
func sources() board {
	source, only := []string{"source"}, []string{"source"}
	partition := []string{"source", "partition"}
	return board{
		name: "sources", title: "Weir: sources and consumer lag", description: "What is read, what waits, and how far behind the clock it is.", annotations: happened(),
		variables: []variable{{"source", "Source", "weir_source_up"}},
		sections: []section{
			{title: "Lag", charts: []chart{
				{title: "Waiting records", unit: "short", width: 4, number: true, figures: []figure{{metric: "weir_partition_waiting_records", only: only}}},
				{title: "Behind", unit: "s", width: 4, number: true, description: "Wall clock less the newest event time, of the partition that is furthest behind.",
					figures: []figure{{metric: "weir_partition_lag_seconds", only: only, max: true}}},
				{title: "Waiting records by partition", unit: "short", description: "Growing for long: more comes than is read.", figures: []figure{{metric: "weir_partition_waiting_records", by: partition, only: only}}},
				{title: "Lag by partition", unit: "s", description: "Wall clock less the highest event time seen.", figures: []figure{{metric: "weir_partition_lag_seconds", by: partition, only: only, max: true}}},
			}},
			{title: "Flow", charts: []chart{
				{title: "Records", unit: perSecond, figures: []figure{{metric: "weir_source_records_total", by: source, only: only, rate: true}}},
				{title: "Bytes", unit: "Bps", figures: []figure{{metric: "weir_source_bytes_total", by: source, only: only, rate: true}}},
				{title: "Dead letters", unit: perSecond, figures: []figure{{metric: "weir_source_dead_letters_total", by: source, only: only, rate: true}}},
				{title: "Waiting for the engine", unit: "percentunit", description: "The share of its time that the source's reader has waited: near 1, the engine is what is slow.",
					figures: []figure{{metric: "weir_source_blocked_seconds_total", by: source, only: only, rate: true}}},
				{title: "Polls in hand", unit: "short", description: "Polls that wait for the engine.", figures: []figure{{metric: "weir_source_buffered_polls", by: source, only: only}}},
				{title: "Failed", unit: "short", number: true, bad: 1, figures: []figure{{metric: "weir_source_up", only: only, down: true}}},
			}},
			{title: "Partitions", charts: []chart{
				{title: "Where each view stands", width: 24, rows: "SELECT source, \"partition\", CASE WHEN query = '' THEN '(the source itself)' ELSE query END AS \"view\", next, watermark\nFROM weir.positions\nWHERE $__conditionalAll(source IN ($source), $source)\nORDER BY ALL"},
			}},
		},
	}
}

package batch

// query is a view that Weir keeps and DuckDB computes once.
type query struct {
	name  string
	title string
	text  string // the SELECT
	bar   bool   // Weir's CPU per event is to be no more than DuckDB's
}

const window = "FROM tumble(bid, date_time, INTERVAL '10 seconds')"

var queries = []query{
	{name: "integer_key", title: "count, max, avg by integer", bar: true, text: "SELECT window_start, window_end, auction, " +
		"count(*) AS bids, max(price) AS top, avg(price) AS mean " + window + " GROUP BY ALL"},
	{name: "string_key", title: "count, max, avg by string", bar: true, text: "SELECT window_start, window_end, channel, " +
		"count(*) AS bids, max(price) AS top, avg(price) AS mean " + window + " GROUP BY ALL"},
	{name: "distinct", title: "count distinct by integer", text: "SELECT window_start, window_end, auction, " +
		"count(DISTINCT bidder) AS bidders " + window + " GROUP BY ALL"},
	{name: "two_keys", title: "count, sum by two integers", text: "SELECT window_start, window_end, auction, bidder, " +
		"count(*) AS bids, sum(price) AS paid " + window + " GROUP BY ALL"},
	{name: "filter", title: "count of what passes a filter", text: "SELECT window_start, window_end, " +
		"count(*) AS bids " + window + " WHERE price > 1000000 GROUP BY ALL"},
}

func names() []string {
	out := make([]string, len(queries))
	for i, q := range queries {
		out[i] = q.name
	}
	return out
}

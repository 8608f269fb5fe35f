package nexmark

import (
	"embed"
	"slices"
)

//go:embed queries/*.sql
var texts embed.FS

// query is one of the benchmark's queries; its text is in queries/NAME.sql.
type query struct {
	name   string
	title  string
	tables []string // that it reads
	// apart says where the text departs from the reference's meaning, and why; empty if it does not.
	apart string
}

var queries = []query{
	{name: "q0", title: "pass through", tables: bids},
	{name: "q1", title: "convert a currency", tables: bids},
	{name: "q2", title: "filter", tables: bids},
	{name: "q3", title: "who sells in some states", tables: []string{"auction", "person"}},
	{name: "q4", title: "average closing price by category", tables: []string{"auction", "bid"}},
	{name: "q5", title: "hot items", tables: bids},
	{name: "q6", title: "average closing price of a seller's last ten", tables: []string{"auction", "bid"}},
	{name: "q7", title: "highest bid", tables: bids},
	{name: "q8", title: "new users who sell", tables: []string{"person", "auction"}},
	{name: "q9", title: "winning bids", tables: []string{"auction", "bid"}},
	{name: "q10", title: "log with date and minute", tables: bids, apart: "writes a table, not files by partition"},
	{name: "q11", title: "bids in a user's session", tables: bids},
	{name: "q12", title: "bids of a user in a window", tables: bids, apart: "windows of event time: Weir has none of processing time"},
	{name: "q13", title: "join with a side input", tables: []string{"bid", "side_input"}},
	{name: "q14", title: "calculation", tables: bids},
	{name: "q15", title: "statistics of a day", tables: bids},
	{name: "q16", title: "statistics of a channel", tables: bids},
	{name: "q17", title: "statistics of an auction", tables: bids},
	{name: "q18", title: "last bid of a user on an auction", tables: bids},
	{name: "q19", title: "ten highest bids of an auction", tables: bids},
	{name: "q20", title: "bids with their auction", tables: []string{"bid", "auction"}},
	{name: "q21", title: "channel ids", tables: bids},
	{name: "q22", title: "directories of urls", tables: bids},
}

var bids = []string{"bid"}

// text is the query's SELECT.
func (q query) text() string {
	text, err := texts.ReadFile("queries/" + q.name + ".sql")
	if err != nil {
		panic(err) // the list and the folder have come apart; a test holds them together
	}
	return string(text)
}

func names() []string {
	out := make([]string, len(queries))
	for i, q := range queries {
		out[i] = q.name
	}
	return out
}

func find(name string) query {
	return queries[slices.IndexFunc(queries, func(q query) bool { return q.name == name })]
}

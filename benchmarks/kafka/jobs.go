package kafka

import (
	"slices"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/child"
	"github.com/weirdb/weir/engine"
)

// job is a set of views that are kept at once.
type job struct {
	name  string
	views []child.View
}

// Tumble counts the bids of each auction in windows of 10 seconds: about one row out of a hundred in.
var Tumble = child.View{Name: "per_auction", Select: `SELECT window_start, window_end, auction, count(*) AS bids, max(price) AS top, avg(price) AS mean
FROM tumble(bid, date_time, INTERVAL '10 seconds')
GROUP BY ALL`}

// filter keeps the dearest bids, about one in 130: prices are spread evenly over six decades.
var filter = child.View{Name: "dear", Select: `SELECT auction, bidder, price, channel, date_time FROM bid WHERE price > 90000000`}

// jobs are what is measured. To add one, add it here; the judge computes whatever the views say.
var jobs = []job{
	{"tumble", []child.View{Tumble}},
	{"filter", []child.View{filter}},
	{"ten views", append([]child.View{Tumble, filter}, more...)},
}

// chooseJobs are those that the options name; all if they name none.
func chooseJobs(o engine.Options) ([]job, error) {
	var known []string
	for _, j := range jobs {
		known = append(known, j.name)
	}
	chosen, err := bench.Choice(o, "jobs", known)
	if err != nil {
		return nil, err
	}
	var out []job
	for _, j := range jobs {
		if slices.Contains(chosen, j.name) {
			out = append(out, j)
		}
	}
	return out, nil
}

// more makes ten views of two.
var more = []child.View{
	{Name: "per_bidder", Select: `SELECT window_start, bidder, count(*) AS bids, sum(price) AS spent
FROM tumble(bid, date_time, INTERVAL '10 seconds') GROUP BY ALL`},
	{Name: "per_channel", Select: `SELECT window_start, channel, count(*) AS bids, min(price) AS low, max(price) AS top, avg(price) AS mean
FROM tumble(bid, date_time, INTERVAL '1 minute') GROUP BY ALL`},
	{Name: "per_second", Select: `SELECT window_start, count(*) AS bids, max(price) AS top
FROM tumble(bid, date_time, INTERVAL '1 second') GROUP BY ALL`},
	{Name: "dear_per_auction", Select: `SELECT window_start, auction, count(*) AS bids, count(*) FILTER (WHERE price > 1000000) AS dear
FROM tumble(bid, date_time, INTERVAL '5 seconds') GROUP BY ALL`},
	{Name: "auctions_of_channel", Select: `SELECT window_start, channel, auction, count(*) AS bids
FROM tumble(bid, date_time, INTERVAL '30 seconds') WHERE price > 10000000 GROUP BY ALL`},
	{Name: "from_google", Select: `SELECT auction, price, url, date_time FROM bid WHERE channel = 'Google' AND price > 80000000`},
	{Name: "euros", Select: `SELECT auction, bidder, round(price * 0.908, 2) AS euros, date_time FROM bid WHERE auction % 997 = 0`},
	{Name: "busy_bidders", Select: `SELECT window_start, bidder, count(*) AS bids, avg(price) AS mean
FROM tumble(bid, date_time, INTERVAL '20 seconds') GROUP BY ALL HAVING count(*) > 100`},
}

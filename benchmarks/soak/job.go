package soak

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/child"
)

// Of 50 events in a row 46 are bids.
const (
	eventsPerBid = 50.0 / 46
	bidsPerEvent = 46.0 / 50
)

// statements define what is kept: each kind of state, and tables that forget.
func (s settings) statements() string {
	return fmt.Sprintf(`CREATE SOURCE bid WITH (connector = 'nexmark', table = 'bid', partitions = '4', out_of_order = '1 second', rate = '%d', seed = '%d');
CREATE MATERIALIZED VIEW per_auction WITH (retention = '2 minutes') AS
SELECT window_start, window_end, auction, count(*) AS bids, max(price) AS top, avg(price) AS mean
FROM tumble(bid, date_time, INTERVAL '10 seconds') GROUP BY ALL;
CREATE MATERIALIZED VIEW per_window WITH (retention = '2 minutes') AS
SELECT window_start, window_end, count(*) AS bids, count(DISTINCT bidder) AS bidders
FROM tumble(bid, date_time, INTERVAL '10 seconds') GROUP BY ALL;
CREATE MATERIALIZED VIEW hottest WITH (retention = '2 minutes') AS
SELECT window_start, window_end, auction, bids FROM per_auction
QUALIFY row_number() OVER (PARTITION BY window_start, window_end ORDER BY bids DESC, auction) <= 5;
CREATE MATERIALIZED VIEW dear WITH (retention = '2 minutes') AS
SELECT auction, bidder, price, channel, date_time FROM bid WHERE price > 90000000;
CREATE MATERIALIZED VIEW total AS SELECT count(*) AS bids, sum(price) AS spent, max(date_time) AS last FROM bid;
`, s.rate, s.seed)
}

// claims are what must hold of the result database.
var claims = []bench.Claim{
	{What: "no row is late", Query: "SELECT count(*) = 0 FROM weir.late_rows"},
	{What: "no record is a dead letter", Query: "SELECT count(*) = 0 FROM weir.dead_letters"},
	{What: "the auctions' bids add up to the window's", Query: `SELECT count(*) > 0 AND bool_and(p.bids IS NOT DISTINCT FROM w.bids) FROM per_window w
		LEFT JOIN (SELECT window_start, sum(bids) AS bids FROM per_auction GROUP BY ALL) p USING (window_start)`},
	{What: "each window has its five hottest auctions", Query: `SELECT count(*) > 0 AND bool_and(h.n = 5 AND h.least >= p.sixth) FROM
		(SELECT window_start, count(*) AS n, min(bids) AS least FROM hottest GROUP BY ALL) h
		JOIN (SELECT window_start, max(bids, 6)[6] AS sixth FROM per_auction GROUP BY ALL) p USING (window_start)`},
	{What: "the tables keep two minutes, and what came since they were last cleaned", Query: `SELECT max(window_end) - min(window_end) <= INTERVAL '4 minutes' FROM per_auction`},
}

// check has the views agree with one another, and with what weir says it has read.
func check(ctx context.Context, database string, live *child.Live) (err error) {
	j, err := bench.OpenJudge(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	read, err := live.RecordsRead()
	if err != nil {
		return err
	}
	total := bench.Claim{What: "the total is what was read", Query: fmt.Sprintf("SELECT bids = %d FROM total", read)}
	return j.Hold(ctx, slices.Concat(claims, []bench.Claim{total}))
}

package serve

import (
	"context"
	"errors"
	"fmt"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/child"
)

const (
	// Of 50 events of Nexmark in a row 46 are bids, which are what is read.
	eventsPerBid = 50.0 / 46
	// dear is what a bid that is shown by itself costs more than.
	dear = 95_000_000
)

// statements define what the panels show.
func (s settings) statements() string {
	return fmt.Sprintf(`CREATE SOURCE bid WITH (connector = 'nexmark', table = 'bid', partitions = '4', start = 'now', rate = '%.0[1]f', seed = '%[2]d');
CREATE MATERIALIZED VIEW per_second AS
SELECT window_start, window_end, count(*) AS bids, max(price) AS top FROM tumble(bid, date_time, INTERVAL '1 second') GROUP BY ALL;
CREATE MATERIALIZED VIEW per_channel AS
SELECT window_start, window_end, channel, count(*) AS bids FROM tumble(bid, date_time, INTERVAL '1 second')
WHERE channel IN ('Google', 'Facebook', 'Baidu', 'Apple') GROUP BY ALL;
CREATE MATERIALIZED VIEW hottest AS
SELECT window_start, window_end, auction, bids
FROM (SELECT window_start, window_end, auction, count(*) AS bids FROM tumble(bid, date_time, INTERVAL '2 seconds') GROUP BY ALL)
QUALIFY row_number() OVER (PARTITION BY window_start, window_end ORDER BY bids DESC, auction) <= 10;
CREATE MATERIALIZED VIEW dear AS SELECT date_time, auction, price FROM bid WHERE price > %[3]d;
CREATE MATERIALIZED VIEW total AS SELECT count(*) AS bids, sum(price) AS spent FROM bid;
`, float64(s.rate)*eventsPerBid, s.seed, dear)
}

// check compares the tables with what weir says it has read, and with what the panels were told.
func check(ctx context.Context, database string, live *child.Live, told *told) (err error) {
	j, err := bench.OpenJudge(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	read, err := live.RecordsRead()
	if err != nil {
		return err
	}
	return j.Hold(ctx, []bench.Claim{
		{What: "no row is late", Query: "SELECT count(*) = 0 FROM weir.late_rows"},
		{What: "no record is a dead letter", Query: "SELECT count(*) = 0 FROM weir.dead_letters"},
		{What: "the total is what was read", Query: fmt.Sprintf("SELECT bids = %d FROM total", read)},
		{What: "the windows' bids are in the total", Query: "SELECT sum(s.bids) <= any_value(t.bids) FROM per_second s, total t"},
		{What: "panels were told what the table of windows has", Query: told.query()},
	})
}

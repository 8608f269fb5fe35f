package serve

import (
	"context"
	"errors"
	"fmt"
	"regexp"

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

var recordsSaid = regexp.MustCompile(`source ` + child.Source + `: (\d+) records`)

// check compares the tables with what weir says it has read, and with what the panels were told.
func check(ctx context.Context, database string, live *child.Live, told *told) (err error) {
	j, err := bench.OpenJudge(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	read := recordsSaid.FindStringSubmatch(live.Said())
	if read == nil {
		return fmt.Errorf("weir does not say how many records it has read: %s", live.Said())
	}
	for _, c := range []struct{ what, query string }{
		{"no row is late", "SELECT count(*) = 0 FROM weir.late_rows"},
		{"no record is a dead letter", "SELECT count(*) = 0 FROM weir.dead_letters"},
		{"the total is what was read", "SELECT bids = " + read[1] + " FROM total"},
		{"the windows' bids are in the total", "SELECT sum(s.bids) <= any_value(t.bids) FROM per_second s, total t"},
		{"panels were told what the table of windows has", told.query()},
	} {
		holds, err := j.True(ctx, c.query)
		if err != nil {
			return err
		}
		if !holds {
			return fmt.Errorf("the answer is wrong: not so that %s: %s", c.what, c.query)
		}
	}
	return nil
}

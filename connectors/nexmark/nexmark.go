// Package nexmark is a source that makes the events of the Nexmark benchmark: an auction house with people, auctions and bids.
//
// It follows the model of the reference implementations (Apache Beam's Nexmark suite and nexmark-flink): of 50 events in a row
// one is a person, three are auctions and 46 are bids; half of the bids go to one hot auction, three quarters come from one hot
// bidder, prices spread over six decades. Every value is a pure function of the seed and the event's number, so any position
// can be read again, and three sources with one seed are three parts of one stream.
//
// Where it departs from nexmark-flink, and why:
//   - Event times are in microseconds, so that at 10000 events a second no two events share one and ORDER BY date_time has one answer.
//   - A bid's bidder is a person's id; nexmark-flink adds the first id twice, so that its bidders run ahead of its people.
//   - References ahead of the last person or auction stop at the last that the stream will have.
//   - Events out of order are whole rounds of 50 that change places, so an event's content does not depend on the disorder.
//
// To add a column, add it to its table's file (person.go, auction.go, bid.go); a table, to tables in table.go.
package nexmark

import (
	"fmt"

	"github.com/weirdb/weir/connectors/generated"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// eventTimeColumn is in each table.
const eventTimeColumn = "date_time"

// Connector declares the generator. Its columns depend on the option table: its Schema tells them.
var Connector = engine.Connector{
	Name: "nexmark",
	Doc: "Makes the events of the Nexmark benchmark, an auction house. The option table chooses one of its three streams: " +
		"of 50 events in a row one is a person, three are auctions and 46 are bids. The columns need not be listed. " +
		"Events depend on the seed and their number only: runs repeat, and three sources with one seed fit together.",
	Example: `CREATE SOURCE bid WITH (connector = 'nexmark', table = 'bid', events = '1000000', seed = '1');
CREATE MATERIALIZED VIEW hot_auctions AS
SELECT window_start, window_end, auction, count(*) AS bids, max(price) AS top
FROM tumble(bid, date_time, INTERVAL '10 seconds')
GROUP BY ALL;`,
	Schema:        Schema,
	AnyTime:       true,
	SourceOptions: options,
	Source: func(c engine.SourceConfig) (engine.Source, error) {
		return newSource(c, timelines)
	},
}

// timelines are the streams of this process.
var timelines = generated.NewTimelines(generated.WallClock{})

var options = []engine.Option{
	{Name: "table", Doc: "Which of the three streams to read.", Allowed: tableNames(), Required: true},
	{Name: "events", Doc: "How many events there are, of all three kinds together; 0 for no end.", Default: "0", Kind: engine.Integer},
	{Name: "rate", Doc: "Events of all three kinds per second of wall time; 0 for as fast as they are read.", Default: "0", Kind: engine.Number},
	{Name: "event_rate", Doc: "Events of all three kinds per second of event time. Without it, 10000; with start = 'now' and a rate, the rate.",
		Kind: engine.Integer},
	{Name: "seed", Doc: "Chooses the stream: the same seed gives the same events.", Default: "1", Kind: engine.Integer},
	{Name: "partitions", Doc: "Among how many partitions events are dealt, in rounds of 50.", Default: "1", Kind: engine.Integer},
	{Name: "start", Doc: "Event time of the first event, as '2026-01-01 00:00:00' in UTC, or 'now'.", Default: "2026-01-01 00:00:00"},
	{Name: "out_of_order", Doc: "By how much event time events may come late. Keep it below the watermark's delay, or rows will be late.",
		Default: "0 seconds", Kind: engine.Duration},
}

// Schema returns the columns of the table that the option table names, its event-time column, and the watermark that it declares
// when CREATE SOURCE does not. It looks at no other option; the error says what may stand there.
func Schema(o engine.Options) (columns []types.Field, eventTime, watermark string, err error) {
	t, err := tableByName(o["table"])
	if err != nil {
		return nil, "", "", fmt.Errorf("nexmark: %w", err)
	}
	return t.fields(), eventTimeColumn, eventTimeColumn + " - INTERVAL '4 seconds'", nil
}

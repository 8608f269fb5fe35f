// Package kafka reads topics of Apache Kafka, and of what speaks its protocol, as sources, and writes views to topics.
//
//	topic ──► partitions 0, 1, … ──► Fetch (records, Next, Waiting) ──► engine
//	              ▲                                                        │ Committed
//	              └── offsets are kept by Weir, in the commit ◄────────────┤
//	                  the consumer group only mirrors them, for lag tools ◄┘
//
// The source assigns itself all partitions of the topic; it is no member of a consumer group, so nothing rebalances.
//
// To add an option: declare it in options.go, use it in client.go (what concerns the connection), source.go or sink.go.
// Tests run on kfake, an in-process broker; those that need the real one start it with broker/brokertest.
package kafka

import (
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metadata"
)

// Connector reads and writes Kafka topics.
var Connector = engine.Connector{
	Name: "kafka",
	Doc: "Reads a topic of Apache Kafka from positions that Weir keeps with its results, and writes views to topics. " +
		"A source reads every partition, those added later included. Records that retention removes before they are read " +
		"are named in the dead letters. The consumer group shows the progress to lag tools and decides nothing. " +
		"A sink writes each commit in a transaction that also notes its number, in the offsets of a group weir-…: after a crash it is written once, or not again. " +
		"Consumers have to read with isolation.level = read_committed. Brokers forget such offsets when a sink has been still for offsets.retention.minutes, a week by default. " +
		"With delivery = 'at_least_once' the last commit may come again, with the same content (but for Debezium's ts_ms) and the same header weir-epoch. " +
		"Keys and rows are JSON objects. " +
		"What an epoch adds and takes back of a key is netted: as an upsert it is one message, the row that the key has at the epoch's end, " +
		"or, if none is left, a tombstone, a message without a value. The key must be unique in a view that takes rows back: two rows of one key in an epoch " +
		"stop an upsert sink with an error that names the key; two that come in different epochs are not noticed, and the later one counts. " +
		"In Debezium's envelope the payload is what its JSON converter writes without schemas, {before, after, source: {connector, view, epoch}, op, ts_ms}: " +
		"op is c, u or d, never r; ts_ms is when it was written; with a key, d is followed by a tombstone. " +
		"Where traces are kept (see operations.md), messages have the headers traceparent and tracestate: of the event that a row was made of, if that is one, or of the delivery, " +
		"which is another if the last commit comes again.",
	Example: `CREATE SOURCE bid (
    auction BIGINT, price BIGINT, date_time TIMESTAMP,
    WATERMARK FOR date_time AS date_time - INTERVAL '4 seconds'
) WITH (connector = 'kafka', brokers = '127.0.0.1:9092', topic = 'bid', format = 'json');

CREATE MATERIALIZED VIEW hot WITH (emit = 'close') AS
SELECT window_start, auction, count(*) AS bids FROM tumble(bid, date_time, INTERVAL '10 seconds') GROUP BY ALL;

CREATE SINK hot_topic WITH (connector = 'kafka', brokers = '127.0.0.1:9092', topic = 'hot', key = 'auction,window_start') AS FROM hot;

CREATE MATERIALIZED VIEW total AS SELECT auction, count(*) AS bids FROM bid GROUP BY auction;
CREATE SINK total_topic WITH (connector = 'kafka', brokers = '127.0.0.1:9092', topic = 'total', key = 'auction', envelope = 'debezium') AS FROM total;`,
	Formats:       []string{"json"},
	Holds:         true,
	Traces:        true,
	CarriesTraces: true,
	Metadata:      []string{metadata.Key, metadata.Timestamp, metadata.Headers},
	SourceOptions: append(connectionOptions(), sourceOptions()...),
	SinkOptions:   append(connectionOptions(), sinkOptions()...),
	Source:        newSource,
	Sink:          newSink,
	CheckSink:     checkSink,
}

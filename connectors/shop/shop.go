// Package shop is a source that makes the events of an online shop, for demonstrations and for testing what watches such events:
// orders, the payments that follow in seconds to minutes, and the shipments that follow in minutes to an hour.
//
//	order.placed ──4 s … 6 min──► payment.authorized ──► shipment.dispatched   up to 75 min after the order
//	                       └────► payment.failed
//
// The shop has busy and quiet hours, weekdays and noise. Once an hour something goes wrong, at a time that Anomalies tells. As in
// real life some records come twice, some come late, and some are broken.
//
// A number stands for each event. What happens, when, and how its record reads is a pure function of the seed and this number, so
// any position can be read again (layout.go says how the chain of events fits into numbers, delivery.go how positions do).
// Events of one order are in one partition.
//
// To add a kind of anomaly, add it to anomaly.go and ask for it where it shows; a field, to its event's file and to columns.
package shop

import (
	"github.com/weirdb/weir/connectors/generated"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Connector declares the generator.
var Connector = engine.Connector{
	Name: "shop",
	Doc: "Makes the events of an online shop as JSON: orders, payments and shipments in one stream, with a daily rhythm, noise, an anomaly " +
		"each hour at a known time, duplicates, late records and broken records. The columns need not be listed. An order whose payment " +
		"failed has no shipment, so a few numbers have no record; duplicates come on top.",
	Example: `CREATE SOURCE shop WITH (connector = 'shop', rate = '200');
CREATE MATERIALIZED VIEW revenue AS
SELECT window_start, payload.country AS country, count(*) AS orders, sum(payload.amount) AS amount
FROM tumble(shop, "timestamp", INTERVAL '1 minute')
WHERE "eventType" = 'order.placed'
GROUP BY ALL;`,
	Schema:        schema,
	AnyTime:       true,
	Formats:       []string{"json"},
	SourceOptions: options,
	Source: func(c engine.SourceConfig) (engine.Source, error) {
		return newSource(c, timelines)
	},
}

// schema is the same for all options.
func schema(engine.Options) ([]types.Field, string, string, error) {
	return columns, "timestamp", `"timestamp" - INTERVAL '5 seconds'`, nil
}

var money = types.DecimalOf(12, 2)

// columns are the envelope's fields. The payload holds the fields of all kinds of event; those of other kinds are NULL.
var columns = []types.Field{
	{Name: "eventType", Type: types.Of(types.Varchar)},
	{Name: "eventId", Type: types.Of(types.Varchar)},
	{Name: "timestamp", Type: types.Of(types.Timestamp)},
	{Name: "payload", Type: types.StructOf(
		text("orderId"), text("customerId"), types.Field{Name: "amount", Type: money}, text("currency"), text("country"), text("channel"),
		types.Field{Name: "items", Type: types.ListOf(types.StructOf(
			text("sku"), types.Field{Name: "quantity", Type: types.Of(types.Integer)}, types.Field{Name: "price", Type: money}))},
		text("paymentId"), text("method"), text("reason"), text("shipmentId"), text("carrier"), text("warehouse"))},
}

func text(name string) types.Field { return types.Field{Name: name, Type: types.Of(types.Varchar)} }

// timelines are the streams of this process.
var timelines = generated.NewTimelines(generated.WallClock{})

var options = []engine.Option{
	{Name: "rate", Doc: "Events per second of wall time, on average over a week.", Default: "200", Kind: engine.Number},
	{Name: "speed", Doc: "Seconds of event time per second of wall time: with 1440 a day passes in a minute. 0 for as fast as events are " +
		"read, with rate events per second of event time.", Default: "1", Kind: engine.Number},
	{Name: "events", Doc: "After how many events the shop closes; 0 for never.", Default: "0", Kind: engine.Integer},
	{Name: "seed", Doc: "Chooses the stream: the same seed, rate, speed and start give the same events.", Default: "1", Kind: engine.Integer},
	{Name: "partitions", Doc: "Among how many partitions orders are dealt, 1 to 16.", Default: "2", Kind: engine.Integer},
	{Name: "start", Doc: "Event time of the first event, as '2026-01-01 00:00:00' in UTC, or 'now'.", Default: "now"},
	{Name: "duplicates", Doc: "Share of events that are delivered twice.", Default: "0.01", Kind: engine.Number},
	{Name: "late", Doc: "Share of events that are delivered behind the watermark.", Default: "0.005", Kind: engine.Number},
	{Name: "broken", Doc: "Share of records that are cut off, have wrong types, or are not UTF-8.", Default: "0.002", Kind: engine.Number},
	{Name: "anomalies", Doc: "Whether something goes wrong once an hour.", Default: "true", Kind: engine.Boolean},
}

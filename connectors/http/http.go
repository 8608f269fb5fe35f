// Package http is the sink that calls a URL for each row (sink.go), and the source that events are sent to, over Weir's own HTTP API: POST /v1/sources/{source}/events. What is accepted is
// in a journal on disk by then (connectors/journal), and the engine reads it from there.
//
//	POST ─► token ─► body ─► events ─► journal ─► 202
//	                  │ 413    │ 400      │ 429, 507
//	                  ▼        ▼          ▼
//
// A body is taken as a whole or not at all. It has to be JSON; what does not convert to the source's columns is found when it is
// decoded, and is a dead letter as everywhere.
//
// Files: source.go configures and opens, receive.go answers requests, body.go reads bodies, split.go cuts them into events,
// cloudevents.go makes events of CloudEvents, trace.go finds the traces that events belong to, refusal.go says no. To add a content
// type: a line in contentTypes and its splitter.
package http

import (
	"github.com/weirdb/weir/engine"
)

// Connector declares the http source.
var Connector = engine.Connector{
	Name: "http",
	Doc: `Takes events that are sent to Weir itself: POST /v1/sources/NAME/events, where NAME is the source's. The answer is 202 with ` +
		`{"accepted": n} once they are on disk, in a journal from which views are computed, again if need be; kill -9 loses nothing that was ` +
		`accepted. A body is accepted as a whole or not at all. Content types: application/json, one event or an array of events; ` +
		`application/x-ndjson, an event a line; application/cloudevents+json and application/cloudevents-batch+json, and CloudEvents in ` +
		`binary mode (ce- headers); without one, or with the one that curl -d sends, any of the former. Bodies may be compressed ` +
		`(Content-Encoding: gzip). Of a CloudEvent, the fields of data are columns by their names, and the context attributes are columns ` +
		`with ce_ before theirs: ce_id, ce_source, ce_type, ce_time, ce_subject and so on; data that is no JSON object is the column data, ` +
		`or data_base64 where it is binary. With a traceparent header a request's events belong to that trace, unless they are CloudEvents with ` +
		`a traceparent of their own. What is no JSON is refused (400, with the line); JSON that does not convert to the columns is ` +
		`accepted and becomes a dead letter. 429 with Retry-After says that the journal is at max_bytes or the views are too far behind, ` +
		`507 that the disk is full: send the same body again later. A request of which no answer came may have been accepted. ` +
		`The journal has one partition; it lies in a folder beside the database, DATABASE.journal/NAME, or at path. What cannot be read of ` +
		`it, because a file is damaged, is a dead letter that names file and place. Segments that all views have committed are removed ` +
		`after retention, or beyond retention_bytes: a new view computes from what is left. A view that has failed holds that back. ` +
		`DROP SOURCE leaves the journal where it is. ` + "\n\n" +
		`As a sink it calls a URL for each row that a commit adds, with the row as a JSON object: to have something done. Each request has an ` +
		`Idempotency-Key header, which is the same when a row comes again after a crash; of an alert it names the transition. An answer other ` +
		`than 2xx, or none, is tried again, later each time, up to a minute, or when Retry-After says; the rows behind it wait. Of a view that takes rows back, weir_weight is 1 or -1.`,
	Example: `CREATE SOURCE measured (sensor VARCHAR, ts TIMESTAMP, value DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '4 seconds')
WITH (connector = 'http', format = 'json');
-- curl -H 'Content-Type: application/json' -d '{"sensor":"attic","ts":"2026-03-01T10:00:01Z","value":11}' 127.0.0.1:8080/v1/sources/measured/events

CREATE SINK heat WITH (connector = 'http', url = 'http://127.0.0.1:9000/heating', headers = 'Authorization: Bearer ${HEATING_TOKEN}') AS FROM cold_rooms;`,
	Formats: []string{"json"},
	Traces:  true,
	SourceOptions: []engine.Option{
		{Name: "token", Secret: true, Doc: "What requests must carry, as Authorization: Bearer TOKEN. Without it, Weir's own token is wanted or, if there is none either, whoever reaches the address can send events."},
		{Name: "path", Doc: "The journal's folder; beside the database if not given."},
		{Name: "fsync", Default: fsyncAlways, Doc: "When events are on disk before they are accepted: always, with one fsync for all requests that came " +
			"during the last one; a duration such as '20 ms', the same, but a write waits so long for others; never, where a machine that loses power " +
			"may lose the last seconds."},
		{Name: "retention", Kind: engine.Duration, Default: "7 days", Doc: "How long events stay in the journal after all views have committed them."},
		{Name: "retention_bytes", Kind: engine.Integer, Default: "1073741824", Doc: "How large the journal may be before events that all views have committed go earlier."},
		{Name: "max_bytes", Kind: engine.Integer, Default: "4294967296", Doc: "How large the journal may be at all; beyond it, requests are answered with 429."},
		{Name: "max_waiting", Kind: engine.Integer, Doc: "How many events may wait to be read; beyond, requests are answered with 429. Without it, max_bytes is the bound."},
		{Name: "max_body", Kind: engine.Integer, Default: "16777216", Doc: "Bytes in the longest body, uncompressed; a longer one is answered with 413."},
	},
	SinkOptions: sinkOptions,
	Source:      func(c engine.SourceConfig) (engine.Source, error) { return newSource(c) },
	Sink:        newSink,
	CheckSink:   checkSink,
}

// Package file reads and writes files. As a source it reads NDJSON, CSV, Parquet and Arrow files that match a pattern, each file
// one partition; with follow it keeps watching them. As a sink it appends JSON or CSV lines to a file, exactly once.
//
//	reader ── turns ──► partition ── content (ndjson, csv, parquet, ipc) ──► Fetch
//	   └── watch: new, grown, truncated and rotated files (follow = 'true')
//
// To add a format: a file with a type that implements content, a case in partition.openContent, its name in the lists below, and
// its rows in the tables of resume_test.go and columns_test.go.
package file

import (
	"github.com/weirdb/weir/connectors/format/lines"
	"github.com/weirdb/weir/engine"
)

// The formats of a source. A sink has the first two.
const (
	formatJSON    = "json"
	formatCSV     = "csv"
	formatParquet = "parquet"
	formatArrow   = "arrow"
)

var formats = []string{formatJSON, formatCSV, formatParquet, formatArrow}

// Connector declares the file source and sink.
var Connector = engine.Connector{
	Name:    "file",
	AnyTime: true,
	Doc: `Reads files that match a pattern, each file one partition, side by side. Formats are json (one object a line), csv, parquet ` +
		`and arrow (IPC file or stream); json and csv may be compressed (.gz, .zst). The source ends with its files, or, with ` +
		`follow = 'true', waits for new files and new lines. A file that is truncated or replaced while it is followed starts again as ` +
		`a partition named path#2. A pattern should not match the names that a log rotation gives to old files. ` +
		`As a sink it appends a line for each row, once, across crashes: path.weir beside the file says how far it is valid.`,
	Example: `CREATE SOURCE reading (sensor VARCHAR, ts TIMESTAMP, value DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '4 seconds')
WITH (connector = 'file', path = 'readings-*.ndjson', format = 'json');
CREATE SINK means WITH (connector = 'file', path = 'means.ndjson', format = 'json') AS FROM mean_by_minute;`,
	Formats: formats,
	Holds:   true,
	SourceOptions: []engine.Option{
		{Name: "path", Doc: "A file, or a pattern with *, ?, [a-z], {a,b} and ** for any folders.", Required: true},
		{Name: "follow", Doc: "Whether to keep watching for new files and new lines.", Default: "false", Kind: engine.Boolean},
		{Name: "max_line", Doc: "Bytes in the longest JSON line or CSV record; a longer one is a dead letter.", Default: "16777216", Kind: engine.Integer},
		{Name: "header", Doc: "CSV: whether the first record names the columns; without, they are in the declared order. A file whose first record should and names none is a dead letter.", Default: "true", Kind: engine.Boolean},
		{Name: "delimiter", Doc: `CSV: the character between fields; \t is a tab.`, Default: ","},
		{Name: "quote", Doc: "CSV: the character around fields, doubled inside them; '' for none.", Default: `"`},
		{Name: "nullstr", Doc: "CSV: the text that stands for NULL.", Default: ""},
	},
	SinkOptions: []engine.Option{
		{Name: "path", Doc: "The file to append to. Its folder must exist.", Required: true},
		{Name: "weights", Doc: "Whether each line says if its row was added (1) or taken back (-1), as weir_weight: always, or " +
			"auto, when a delivery takes rows back (json), or the first delivery does (csv).", Default: "auto", Allowed: []string{"auto", "always"}},
		lines.EnvelopeOption,
	},
	Source:    newSource,
	Sink:      newSink,
	CheckSink: lines.CheckEnvelope,
}

// Package frame makes Grafana's frames of DuckDB's values, and gives them the shapes of the data plane's contract
// (https://grafana.com/developers/dataplane): tables, time series and log lines.
//
//	arrow.go    the columns of an Arrow result; arrowvalue.go one type's values
//	json.go     the columns of rows in JSON, as live changes have them
//	column.go   values on their way into a field
//	table.go    a table
//	series.go   time series: wide where it is not much larger than the rows, else a frame for each
//	fill.go     buckets without rows
//	logs.go     log lines
//	labels.go   time series in a stream, which has one frame that never changes its fields
//
// DuckDB's types become
//
//	BOOLEAN, integers up to 64 bits    the same
//	HUGEINT, UHUGEINT, DECIMAL         float64: panels compute with doubles
//	FLOAT, DOUBLE                      the same; NaN and infinities are null, because JSON has none of them
//	TIMESTAMP (_S, _MS, _NS, TZ), DATE time; the ends of time are null
//	TIME, INTERVAL                     string, as DuckDB writes it
//	VARCHAR, UUID, ENUM, BIT           string
//	BLOB                               string in base64
//	LIST, STRUCT, MAP                  JSON
//	JSON                               JSON where the result says that it is, else its text: Weir's Arrow does not tell it from VARCHAR
//
// All fields take nulls. To add a type: a line in arrowvalue.go, one in json.go, and a row in the tests of both.
package frame

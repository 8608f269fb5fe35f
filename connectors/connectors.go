// Package connectors lists the ways to the outside world. Each folder below it is one connector: a source, a sink, or both, with
// the options that it declares; connectors/format has the record formats, connectors/generated what generators have in common,
// connectors/journal the log for records that cannot be asked for again, connectors/notify the channels of alerts, connectors/httpout requests
// that may come twice, connectors/duckdb the result database, connectors/server the HTTP API.
//
// To add a connector: a folder with an engine.Connector, its test, and a line in All. Options, validation, help and docs come
// from the declaration.
package connectors

import (
	"slices"

	"github.com/weirdb/weir/connectors/file"
	"github.com/weirdb/weir/connectors/http"
	"github.com/weirdb/weir/connectors/kafka"
	"github.com/weirdb/weir/connectors/nexmark"
	"github.com/weirdb/weir/connectors/notify"
	"github.com/weirdb/weir/connectors/shop"
	"github.com/weirdb/weir/connectors/stdout"
	"github.com/weirdb/weir/engine"
)

// All are the connectors, in the order in which help lists them.
var All = slices.Concat([]engine.Connector{kafka.Connector, file.Connector, http.Connector, nexmark.Connector, shop.Connector, stdout.Connector}, notify.Connectors)

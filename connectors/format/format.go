// Package format lists the record formats that Weir can decode: what WITH (format = …) may name.
//
// To add a format: write a folder beside json with a Spec, and add it to All.
package format

import (
	"github.com/weirdb/weir/connectors/format/json"
	"github.com/weirdb/weir/engine"
)

// All are the formats, in the order in which docs and help show them.
var All = []engine.FormatSpec{json.Spec}

package http

import (
	"bytes"
	nethttp "net/http"
	"strings"

	"github.com/buger/jsonparser"
	"github.com/weirdb/weir/engine"
)

// traceOf is the trace that a request belongs to, and with it the events that name no other.
func traceOf(h nethttp.Header) engine.TraceContext {
	return engine.NewTraceContext(h.Get(engine.TraceparentHeader), strings.Join(h.Values(engine.TracestateHeader), ","))
}

// The attributes of CloudEvents' extension for distributed tracing, as columns.
const (
	ceTraceparent = prefix + engine.TraceparentHeader
	ceTracestate  = prefix + engine.TracestateHeader
)

// ownTrace gives an event that is a CloudEvent with a trace of its own that one, in place of the request's.
func ownTrace(r *engine.Record) {
	if !bytes.Contains(r.Value, []byte(ceTraceparent)) {
		return
	}
	parent, _ := jsonparser.GetString(r.Value, ceTraceparent) // what is not there is empty
	state, _ := jsonparser.GetString(r.Value, ceTracestate)
	if c := engine.NewTraceContext(parent, state); c != "" {
		r.Meta = &engine.Meta{Timestamp: engine.MinTime, Headers: c.Headers()}
	}
}

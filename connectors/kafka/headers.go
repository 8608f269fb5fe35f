package kafka

import (
	"strconv"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// addHeaders gives each message the epoch's number and, where traces are kept, traceparent and tracestate: those of the event that its
// row was made of, which the envelope has put there, or else the delivery's own.
func addHeaders(messages []*kgo.Record, d engine.Delivery) {
	epoch := kgo.RecordHeader{Key: epochHeader, Value: strconv.AppendInt(nil, d.Epoch, 10)}
	shared := append([]kgo.RecordHeader{epoch}, traceHeaders(d.Trace)...)
	for _, m := range messages {
		if m.Headers == nil {
			m.Headers = shared
			continue
		}
		m.Headers = append([]kgo.RecordHeader{epoch}, m.Headers...)
	}
}

// traceHeaders are those that say a trace context; nil if there is none.
func traceHeaders(c engine.TraceContext) []kgo.RecordHeader {
	var out []kgo.RecordHeader
	for _, h := range c.Headers() {
		out = append(out, kgo.RecordHeader{Key: h.Name, Value: h.Value})
	}
	return out
}

// traceOf is the trace context of a row; empty if it has none.
func traceOf(b engine.Batch, row int) engine.TraceContext {
	if b.Traces == nil || b.Traces.IsNull(row) {
		return ""
	}
	return engine.TraceContext(b.Traces.Value(row))
}

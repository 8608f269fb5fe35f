package engine

import (
	"context"
	"log/slog"
	"strings"
	"time"
)

// Tracer takes spans: what the runtime and connectors do, from when to when, and below what. They know nothing of where it goes.
type Tracer interface {
	// Start begins a span below the one in ctx. The context that it returns is for what is done within the span; the caller ends it.
	Start(ctx context.Context, s SpanStart) (context.Context, Span)
}

// SpanStart is what is known of a span when it begins.
type SpanStart struct {
	Name string
	At   time.Time // when it began; zero for now
	// Root says that it begins a trace of its own, whatever there is in ctx.
	Root bool
	// Sends says that messages go to another system within it, which carry its context.
	Sends bool
	// Links are traces of others that have led to it.
	Links      []TraceContext
	Attributes []slog.Attr
}

// Span is something that is being done. Its methods may be called by any goroutine.
type Span interface {
	// Context is what messages carry that are sent within the span; empty if it is not traced.
	Context() TraceContext
	// End ends it at a time, zero for now. It has failed if err is not nil. Nothing is added to it afterwards.
	End(at time.Time, err error, attributes ...slog.Attr)
}

// Untraced is the Tracer that keeps nothing.
var Untraced Tracer = untraced{}

type untraced struct{}

func (untraced) Start(ctx context.Context, _ SpanStart) (context.Context, Span) {
	return ctx, untraced{}
}

func (untraced) Context() TraceContext { return "" }

func (untraced) End(time.Time, error, ...slog.Attr) {}

// MostLinks is how many traces a span links to at most.
const MostLinks = 32

// The headers of W3C Trace Context (https://www.w3.org/TR/trace-context), by which messages say to which trace they belong.
const (
	TraceparentHeader = "traceparent"
	TracestateHeader  = "tracestate"
)

// TraceContext says to which trace something belongs: the value of traceparent and, if there is one, that of tracestate behind a space.
// Empty for none.
//
//	00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 vendor=value
//	   trace                            span             sampled
type TraceContext string

// NewTraceContext joins the values of both headers. It is empty if traceparent is not one; a tracestate that cannot be one is left out.
func NewTraceContext(traceparent, tracestate string) TraceContext {
	switch {
	case !isTraceparent(traceparent) || !printable(traceparent):
		return ""
	case tracestate == "" || !printable(tracestate):
		return TraceContext(traceparent)
	}
	return TraceContext(traceparent + " " + tracestate)
}

// TraceContextOf is what the headers of a message say. Of several headers with one name the last counts.
func TraceContextOf(headers []Header) TraceContext {
	var parent, state []byte
	for i := range headers {
		switch headers[i].Name {
		case TraceparentHeader:
			parent = headers[i].Value
		case TracestateHeader:
			state = headers[i].Value
		}
	}
	if parent == nil {
		return ""
	}
	return NewTraceContext(string(parent), string(state))
}

// Headers are those that say it; none if it is empty.
func (c TraceContext) Headers() []Header {
	if c == "" {
		return nil
	}
	parent, state, _ := strings.Cut(string(c), " ")
	out := []Header{{Name: TraceparentHeader, Value: []byte(parent)}}
	if state != "" {
		out = append(out, Header{Name: TracestateHeader, Value: []byte(state)})
	}
	return out
}

// Sampled reports whether the spans of the trace are kept.
func (c TraceContext) Sampled() bool {
	return len(c) >= traceparentBytes && hexDigit(c[traceparentBytes-1])&1 == 1
}

// The length of a traceparent, and where its parts begin behind the version: trace, span, flags.
const (
	traceparentBytes = 55
	atTrace, atSpan  = 3, 36
	atFlags          = 53
)

// isTraceparent checks the form. Versions after 00 may have more behind it.
func isTraceparent(text string) bool {
	if len(text) < traceparentBytes || strings.ContainsAny(text, " \t") || text[:2] == "ff" {
		return false
	}
	if len(text) > traceparentBytes && (text[:2] == "00" || text[traceparentBytes] != '-') {
		return false
	}
	for i := range traceparentBytes {
		switch dash := i == atTrace-1 || i == atSpan-1 || i == atFlags-1; {
		case dash && text[i] != '-', !dash && hexDigit(text[i]) < 0:
			return false
		}
	}
	return strings.Trim(text[atTrace:atSpan-1], "0") != "" && strings.Trim(text[atSpan:atFlags-1], "0") != ""
}

// printable reports whether a text has only what a header may have.
func printable(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// hexDigit is the value of a hexadecimal digit in lower case; -1 if it is none.
func hexDigit(c byte) int { return strings.IndexByte("0123456789abcdef", c) }

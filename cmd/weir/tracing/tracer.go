package tracing

import (
	"context"
	"log/slog"
	"time"

	"github.com/weirdb/weir/engine"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// tracer makes the engine's spans.
type tracer struct{ trace.Tracer }

// Start implements engine.Tracer.
func (t *tracer) Start(ctx context.Context, s engine.SpanStart) (context.Context, engine.Span) {
	options := []trace.SpanStartOption{trace.WithAttributes(attributesOf(s.Attributes)...)}
	if !s.At.IsZero() {
		options = append(options, trace.WithTimestamp(s.At))
	}
	if s.Root {
		options = append(options, trace.WithNewRoot())
	}
	if s.Sends {
		options = append(options, trace.WithSpanKind(trace.SpanKindProducer))
	}
	for _, c := range s.Links {
		options = append(options, trace.WithLinks(trace.Link{SpanContext: spanContextOf(c)}))
	}
	ctx, made := t.Tracer.Start(ctx, s.Name, options...)
	return ctx, span{made}
}

// span is a span of the engine's.
type span struct{ trace.Span }

// Context implements engine.Span.
func (s span) Context() engine.TraceContext {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(trace.ContextWithSpan(context.Background(), s.Span), carrier)
	return engine.NewTraceContext(carrier[engine.TraceparentHeader], carrier[engine.TracestateHeader])
}

// End implements engine.Span.
func (s span) End(at time.Time, err error, attributes ...slog.Attr) {
	s.SetAttributes(attributesOf(attributes)...)
	if err != nil {
		s.SetStatus(codes.Error, err.Error())
	}
	if at.IsZero() {
		s.Span.End()
		return
	}
	s.Span.End(trace.WithTimestamp(at))
}

// spanContextOf is what a trace context says, as the SDK has it.
func spanContextOf(c engine.TraceContext) trace.SpanContext {
	carrier := propagation.MapCarrier{}
	for _, h := range c.Headers() {
		carrier[h.Name] = string(h.Value)
	}
	return trace.SpanContextFromContext(propagation.TraceContext{}.Extract(context.Background(), carrier))
}

func attributesOf(attributes []slog.Attr) []attribute.KeyValue {
	out := make([]attribute.KeyValue, len(attributes))
	for i, a := range attributes {
		switch a.Value.Kind() {
		case slog.KindInt64:
			out[i] = attribute.Int64(a.Key, a.Value.Int64())
		case slog.KindBool:
			out[i] = attribute.Bool(a.Key, a.Value.Bool())
		case slog.KindFloat64:
			out[i] = attribute.Float64(a.Key, a.Value.Float64())
		default:
			out[i] = attribute.String(a.Key, a.Value.String())
		}
	}
	return out
}

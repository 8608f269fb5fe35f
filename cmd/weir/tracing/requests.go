package tracing

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Requests makes a span of each request to the API, below the one that the request's traceparent names. What monitors ask all the time
// (/metrics, /healthz, /readyz) and the console's files have none. It stands in a chi router. Nil if tracing is off.
func (t *Tracing) Requests() func(http.Handler) http.Handler {
	if t == nil {
		return nil
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/v1/") {
				t.serve(w, r, next)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func (t *Tracing) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, span := t.tracer.Tracer.Start(ctx, r.Method, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.request.method", r.Method), attribute.String("url.path", r.URL.Path)))
	seen := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
	defer func() { endRequest(span, r, seen.Status()) }() // also where the handler breaks off the connection by a panic
	next.ServeHTTP(seen, r.WithContext(ctx))
}

// endRequest says what has become of a request. Its route is known only now.
func endRequest(span trace.Span, r *http.Request, status int) {
	if route := chi.RouteContext(r.Context()).RoutePattern(); route != "" {
		span.SetName(r.Method + " " + route)
		span.SetAttributes(attribute.String("http.route", route))
	}
	if status != 0 {
		span.SetAttributes(attribute.Int("http.response.status_code", status))
	}
	if status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, http.StatusText(status))
	}
	span.End()
}

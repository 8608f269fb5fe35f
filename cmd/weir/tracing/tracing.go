// Package tracing sends the engine's spans to where OpenTelemetry's environment variables say, by OTLP. It is the only place that knows
// OpenTelemetry: the engine has an interface (engine.Tracer), the HTTP API a place for a middleware, the log a handler.
//
//	engine.Tracer ─┐
//	Requests ──────┼─► OpenTelemetry SDK ─► batches ─► OTLP, HTTP or gRPC ─► Jaeger, a collector, …
//	Logs ◄─ ids ───┘
//
// Nothing of it is there unless the environment asks for it. Files: environment.go says when, tracer.go makes spans of the engine's,
// requests.go of HTTP requests, logs.go puts their ids into log lines. To add an attribute: set it where the span is made, and tell of it
// in docs/operations.md, which a test wants.
package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/weirdb/weir/engine"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// Tracing sends spans. The nil Tracing is off: its methods do nothing.
type Tracing struct {
	provider *sdk.TracerProvider
	tracer   *tracer
}

// Start reads the environment and starts sending, if it says so; otherwise it returns nil. What cannot be sent is told to the log.
func Start(ctx context.Context, version string, log *slog.Logger) (*Tracing, error) {
	on, err := wanted()
	if err != nil || !on {
		return nil, err
	}
	exporter, err := newExporter(ctx)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	about, err := resource.New(ctx, resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", "weir"), attribute.String("service.version", version)), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("traces: OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	otel.SetErrorHandler(&failures{log: log})
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(about))
	return &Tracing{provider: provider, tracer: &tracer{provider.Tracer("github.com/weirdb/weir")}}, nil
}

// newExporter connects when there is something to send. It reads the rest of the environment by itself.
func newExporter(ctx context.Context) (sdk.SpanExporter, error) {
	if protocol() == protocolGRPC {
		return otlptracegrpc.New(ctx)
	}
	return otlptracehttp.New(ctx)
}

// Tracer is what the engine is given; nil if tracing is off.
func (t *Tracing) Tracer() engine.Tracer {
	if t == nil {
		return nil
	}
	return t.tracer
}

// lastSend is how long the end of the process waits for the last spans to be sent.
const lastSend = 5 * time.Second

// Close sends what has not been sent, if that does not take long. What is lost then is told to the log.
func (t *Tracing) Close() {
	if t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), lastSend)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		otel.Handle(err)
	}
}

// quiet is how long a failure to send is not told again: a collector that is down would fill the log otherwise.
const quiet = time.Minute

// failures tells the log what the SDK cannot send.
type failures struct {
	log *slog.Logger

	mu   sync.Mutex // guards last
	last time.Time
}

// Handle implements otel.ErrorHandler.
func (f *failures) Handle(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.last) < quiet {
		return
	}
	f.last = time.Now()
	f.log.Warn("traces could not be sent; nothing else waits for them", "error", err)
}

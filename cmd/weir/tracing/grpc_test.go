package tracing

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
)

// grpcReceiver is a collector that is spoken to by gRPC. It keeps the spans as the other one does.
type grpcReceiver struct {
	collector.UnimplementedTraceServiceServer
	receiver *receiver
}

func (g grpcReceiver) Export(_ context.Context, sent *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	g.receiver.keep(sent)
	return &collector.ExportTraceServiceResponse{}, nil
}

// TestGRPC: the other protocol brings the same.
func TestGRPC(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r, s := newReceiver(t), grpc.NewServer()
	collector.RegisterTraceServiceServer(s, grpcReceiver{receiver: r})
	go func() { _ = s.Serve(listener) }()
	defer s.Stop()
	traces := r.started(t, endpoint, "http://"+listener.Addr().String(), allProtocol, "grpc")
	traces.Tracer().Start(t.Context(), engine.SpanStart{Name: "by grpc"}) // and does not end
	_, span := traces.Tracer().Start(t.Context(), engine.SpanStart{Name: "by grpc"})
	span.End(time.Time{}, nil)
	traces.Close()
	if got := r.named("by grpc"); len(got) != 1 {
		t.Errorf("%d spans have come, want the one that has ended", len(got))
	}
}

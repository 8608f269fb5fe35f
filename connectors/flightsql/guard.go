package flightsql

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
)

// Both ways in which a request may come go through admit.

func (s *Server) guardUnary(ctx context.Context, request any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (answer any, err error) {
	defer s.survive(info.FullMethod, &err)
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	return next(ctx, request)
}

func (s *Server) guardStream(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) (err error) {
	defer s.survive(info.FullMethod, &err)
	if err := s.admit(stream.Context()); err != nil {
		return err
	}
	if strings.HasSuffix(info.FullMethod, "/Handshake") {
		return s.shakeHands(stream)
	}
	return next(service, stream)
}

// survive keeps a mistake of ours that one client has brought to light from ending the views.
func (s *Server) survive(method string, err *error) {
	if fault := recover(); fault != nil {
		s.options.Log.Error("flightsql: panic", "method", method, "panic", fault, "stack", string(debug.Stack()))
		*err = status.Error(codes.Internal, "a mistake of Weir's own: its log says more")
	}
}

// admit refuses who does not know the token, and who has come with one connection too many.
func (s *Server) admit(ctx context.Context) error {
	given, _ := metadata.FromIncomingContext(ctx)
	header := ""
	if values := given.Get("authorization"); len(values) > 0 {
		header = values[0]
	}
	if !s.options.Token.Authorizes(header) {
		s.failures.Add(1)
		return status.Error(codes.Unauthenticated, "this Weir wants its token: as Authorization: Bearer TOKEN, or as the password of any user")
	}
	if c, ok := ctx.Value(connectionKey{}).(*connection); ok && c.tooMany {
		s.failures.Add(1)
		return status.Error(codes.ResourceExhausted, fmt.Sprintf("there are %d connections already, and no more are allowed", s.options.MaxConnections))
	}
	return nil
}

// shakeHands answers clients that come with a user and a password, and want a token for them: it is the password that has let them in.
func (s *Server) shakeHands(stream grpc.ServerStream) error {
	token := "none"
	if s.options.Token != nil {
		token = s.options.Token.String()
	}
	return stream.SetHeader(metadata.Pairs("authorization", "Bearer "+token))
}

// connection is one connection, which a client may use for any number of requests.
type connection struct{ tooMany bool }

type connectionKey struct{}

// connectionCounter counts connections as gRPC tells of them.
type connectionCounter struct{ server *Server }

func (s *Server) counter() stats.Handler { return connectionCounter{s} }

// TagConn implements stats.Handler. The context that it returns is the one that the connection's requests have.
func (c connectionCounter) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context {
	n := c.server.connected.Add(1)
	return context.WithValue(ctx, connectionKey{}, &connection{tooMany: n > int64(c.server.options.MaxConnections)})
}

// HandleConn implements stats.Handler.
func (c connectionCounter) HandleConn(_ context.Context, s stats.ConnStats) {
	if _, ends := s.(*stats.ConnEnd); ends {
		c.server.connected.Add(-1)
	}
}

// TagRPC implements stats.Handler.
func (connectionCounter) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

// HandleRPC implements stats.Handler.
func (connectionCounter) HandleRPC(context.Context, stats.RPCStats) {}

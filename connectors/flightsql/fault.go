package flightsql

import (
	"context"
	"errors"
	"strconv"

	"github.com/weirdb/weir/connectors/server"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Why statements end that are not their own fault.
var (
	errShutdown  = status.Error(codes.Unavailable, "weir is stopping")
	errCancelled = status.Error(codes.Canceled, "the statement was cancelled at its user's request")
	errTimeout   = status.Error(codes.DeadlineExceeded, "the statement took longer than is allowed here")
	errStalled   = status.Error(codes.Aborted, "the client took nothing of the answer for too long: the state that it is of has to be cleared away")
)

// kinds are the codes of a user's mistakes, by server.UserError's code; InvalidArgument for the others.
var kinds = map[string]codes.Code{"read_only": codes.PermissionDenied, "refused": codes.PermissionDenied, "permission": codes.PermissionDenied,
	"catalog": codes.NotFound, "out of memory": codes.ResourceExhausted}

// faultOf says how an error looks to a client, and counts it.
func (s *Server) faultOf(ctx context.Context, err error) error {
	s.failures.Add(1)
	var user *server.UserError
	switch {
	case ctx.Err() != nil:
		if _, ours := status.FromError(context.Cause(ctx)); ours {
			return context.Cause(ctx)
		}
		return status.FromContextError(ctx.Err()).Err()
	case errors.As(err, &user):
		return userFault(user)
	case errors.Is(err, server.ErrStarting):
		return status.Error(codes.Unavailable, err.Error())
	}
	if _, ours := status.FromError(err); ours {
		return err
	}
	return status.Error(codes.Internal, err.Error())
}

func userFault(e *server.UserError) error {
	code, known := kinds[e.Code]
	if !known {
		code = codes.InvalidArgument
	}
	message := e.Message
	if e.Position >= 0 {
		message += " (at byte " + strconv.Itoa(e.Position) + " of the statement)"
	}
	return status.Error(code, message)
}

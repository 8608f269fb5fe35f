package flightsql

import (
	"context"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

// run is a statement that runs.
type run struct{ cancel context.CancelCauseFunc }

// begin notes that a statement runs, so that it can be cancelled by its handle. The context ends with the server, with the time that a
// statement may take, and when end is called, which must be.
func (s *Server) begin(ctx context.Context, handle string) (running context.Context, end func()) {
	running, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.ctx, func() { cancel(errShutdown) })
	free := func() {}
	if s.options.QueryTimeout > 0 {
		running, free = context.WithTimeoutCause(running, s.options.QueryTimeout, errTimeout)
	}
	r := &run{cancel}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running[handle] = append(s.running[handle], r)
	return running, func() {
		free()
		stop()
		cancel(nil)
		s.forget(handle, r)
	}
}

func (s *Server) forget(handle string, r *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := slices.DeleteFunc(s.running[handle], func(x *run) bool { return x == r })
	if s.running[handle] = left; len(left) == 0 {
		delete(s.running, handle)
	}
}

// CancelFlightInfo implements flightsql.Server: it ends what runs of a statement.
func (s *Server) CancelFlightInfo(_ context.Context, r *flight.CancelFlightInfoRequest) (flight.CancelFlightInfoResult, error) {
	status := flight.CancelStatusNotCancellable
	for _, e := range r.GetInfo().GetEndpoint() {
		if s.cancel(handleOf(e.GetTicket())) {
			status = flight.CancelStatusCancelled
		}
	}
	return flight.CancelFlightInfoResult{Status: status}, nil
}

// cancel ends the statements of a handle. It reports whether there were any.
func (s *Server) cancel(handle string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.running[handle] {
		r.cancel(errCancelled)
	}
	return len(s.running[handle]) > 0
}

// handleOf is the handle of the statement that a ticket is for; empty if it is for something else.
func handleOf(t *flight.Ticket) string {
	if query, err := flightsql.GetStatementQueryTicket(t); err == nil {
		return string(query.GetStatementHandle())
	}
	var command anypb.Any
	var prepared pb.CommandPreparedStatementQuery
	if proto.Unmarshal(t.GetTicket(), &command) != nil || command.UnmarshalTo(&prepared) != nil {
		return ""
	}
	return string(prepared.GetPreparedStatementHandle())
}

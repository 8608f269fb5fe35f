package flightsql

import (
	"context"
	"crypto/rand"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/weirdb/weir/engine/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// handleBytes is how long the random part of a handle is, which tells one client's statement from another's.
const handleBytes = 16

func newHandle() string {
	handle := make([]byte, handleBytes)
	_, _ = rand.Read(handle) // it never fails
	return string(handle)
}

// GetFlightInfoStatement implements flightsql.Server: it plans a statement. The ticket has all that is needed to run it.
func (s *Server) GetFlightInfoStatement(ctx context.Context, q flightsql.StatementQuery, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	schema, err := s.schemaOf(ctx, q.GetQuery())
	if err != nil {
		return nil, err
	}
	ticket, err := flightsql.CreateStatementQueryTicket([]byte(newHandle() + q.GetQuery()))
	if err != nil {
		return nil, s.faultOf(ctx, err)
	}
	return s.info(d, ticket, schema), nil
}

// GetSchemaStatement implements flightsql.Server.
func (s *Server) GetSchemaStatement(ctx context.Context, q flightsql.StatementQuery, _ *flight.FlightDescriptor) (*flight.SchemaResult, error) {
	schema, err := s.schemaOf(ctx, q.GetQuery())
	if err != nil {
		return nil, err
	}
	return &flight.SchemaResult{Schema: flight.SerializeSchema(schema, s.Alloc)}, nil
}

// DoGetStatement implements flightsql.Server: it runs a statement.
func (s *Server) DoGetStatement(ctx context.Context, t flightsql.StatementQueryTicket) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	handle := string(t.GetStatementHandle())
	if len(handle) < handleBytes {
		return nil, nil, status.Error(codes.InvalidArgument, "this is no ticket of this server's: ask for the statement again")
	}
	return s.send(ctx, handle, handle[handleBytes:], nil)
}

// schemaOf is the schema of a statement without parameters.
func (s *Server) schemaOf(ctx context.Context, sql string) (*arrow.Schema, error) {
	columns, parameters, err := s.backend.Describe(ctx, sql)
	if err != nil {
		return nil, s.faultOf(ctx, err)
	}
	if len(parameters) > 0 {
		s.failures.Add(1)
		return nil, status.Errorf(codes.InvalidArgument, "the statement has %d parameters: prepare it, and bind them", len(parameters))
	}
	return types.WireSchema(columns), nil
}

// info says where the rows of a statement are: here, for those who show the ticket. A schema that is not known yet is nil.
func (s *Server) info(d *flight.FlightDescriptor, ticket []byte, schema *arrow.Schema) *flight.FlightInfo {
	info := &flight.FlightInfo{Endpoint: []*flight.FlightEndpoint{{Ticket: &flight.Ticket{Ticket: ticket}}}, FlightDescriptor: d, TotalRecords: -1, TotalBytes: -1}
	if schema != nil {
		info.Schema = flight.SerializeSchema(schema, s.Alloc)
	}
	return info
}

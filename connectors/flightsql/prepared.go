package flightsql

import (
	"context"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/weirdb/weir/engine/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// prepared is a statement that a client has prepared. It is kept until the client closes it, or others are used so many times that it is
// among the MaxPrepared no more.
type prepared struct {
	sql        string
	schema     *arrow.Schema // of its rows; nil where that depends on the parameters
	parameters *arrow.Schema
	bound      arrow.RecordBatch // one row; nil if nothing is bound
	used       int64             // when it was last used, as Server.turn counts
}

// CreatePreparedStatement implements flightsql.Server.
func (s *Server) CreatePreparedStatement(ctx context.Context, r flightsql.ActionCreatePreparedStatementRequest) (made flightsql.ActionCreatePreparedStatementResult, err error) {
	columns, parameters, err := s.backend.Describe(ctx, r.GetQuery())
	if err != nil {
		return made, s.faultOf(ctx, err)
	}
	p := &prepared{sql: r.GetQuery(), parameters: parameterSchema(parameters)}
	if columns != nil {
		p.schema = types.WireSchema(columns)
	}
	handle, updates := newHandle(), false
	s.keep(handle, p)
	return flightsql.ActionCreatePreparedStatementResult{Handle: []byte(handle), DatasetSchema: p.schema, ParameterSchema: p.parameters, IsUpdate: &updates}, nil
}

// parameterSchema says what parameters there are: they are called as they are written. One whose type the statement leaves open is a text.
func parameterSchema(parameters []types.Type) *arrow.Schema {
	fields := make([]types.Field, len(parameters))
	for i, t := range parameters {
		if t.ID == types.Null {
			t = types.Of(types.Varchar)
		}
		fields[i] = types.Field{Name: strconv.Itoa(i + 1), Type: t}
	}
	return types.Schema(fields)
}

// keep keeps a statement, in the place of the one that was used least recently if there are too many.
func (s *Server) keep(handle string, p *prepared) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.prepared) >= s.options.MaxPrepared {
		oldest := ""
		for h, x := range s.prepared {
			if oldest == "" || x.used < s.prepared[oldest].used {
				oldest = h
			}
		}
		s.drop(oldest)
	}
	s.turn++
	p.used = s.turn
	s.prepared[handle] = p
}

// drop forgets a statement. The caller holds the lock.
func (s *Server) drop(handle string) {
	if p := s.prepared[handle]; p != nil && p.bound != nil {
		p.bound.Release()
	}
	delete(s.prepared, handle)
}

// find finds a statement, and works on it while nobody else does.
func (s *Server) find(handle []byte, work func(p *prepared)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.prepared[string(handle)]
	if p == nil {
		return status.Error(codes.NotFound, "there is no such prepared statement any more: prepare it again")
	}
	s.turn++
	p.used = s.turn
	work(p)
	return nil
}

// ClosePreparedStatement implements flightsql.Server.
func (s *Server) ClosePreparedStatement(_ context.Context, r flightsql.ActionClosePreparedStatementRequest) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(string(r.GetPreparedStatementHandle()))
	return nil
}

// GetFlightInfoPreparedStatement implements flightsql.Server.
func (s *Server) GetFlightInfoPreparedStatement(_ context.Context, q flightsql.PreparedStatementQuery, d *flight.FlightDescriptor) (info *flight.FlightInfo, err error) {
	err = s.find(q.GetPreparedStatementHandle(), func(p *prepared) { info = s.info(d, d.GetCmd(), p.schema) })
	return info, err
}

// GetSchemaPreparedStatement implements flightsql.Server.
func (s *Server) GetSchemaPreparedStatement(_ context.Context, q flightsql.PreparedStatementQuery, _ *flight.FlightDescriptor) (*flight.SchemaResult, error) {
	var schema *arrow.Schema
	if err := s.find(q.GetPreparedStatementHandle(), func(p *prepared) { schema = p.schema }); err != nil {
		return nil, err
	}
	if schema == nil {
		return nil, status.Error(codes.FailedPrecondition, "the columns of this statement depend on its parameters: run it to see them, or cast the parameters")
	}
	return &flight.SchemaResult{Schema: flight.SerializeSchema(schema, s.Alloc)}, nil
}

// DoPutPreparedStatementQuery implements flightsql.Server: it binds parameters.
func (s *Server) DoPutPreparedStatementQuery(_ context.Context, q flightsql.PreparedStatementQuery, r flight.MessageReader, _ flight.MetadataWriter) ([]byte, error) {
	row, err := oneRow(r)
	if err != nil {
		s.failures.Add(1)
		return nil, err
	}
	defer row.Release()
	err = s.find(q.GetPreparedStatementHandle(), func(p *prepared) {
		row.Retain()
		if p.bound != nil {
			p.bound.Release()
		}
		p.bound = row
	})
	return q.GetPreparedStatementHandle(), err
}

// oneRow reads the values of parameters, which the caller releases.
func oneRow(r flight.MessageReader) (row arrow.RecordBatch, err error) {
	rows := int64(0)
	for r.Next() {
		batch := r.RecordBatch()
		if rows += batch.NumRows(); batch.NumRows() > 0 && row == nil {
			batch.Retain()
			row = batch
		}
	}
	err = r.Err()
	if err == nil && rows != 1 {
		err = status.Errorf(codes.InvalidArgument, "%d rows of parameters were bound: a query takes one at a time", rows)
	}
	if err != nil && row != nil {
		row.Release()
	}
	return row, err
}

// DoGetPreparedStatement implements flightsql.Server.
func (s *Server) DoGetPreparedStatement(ctx context.Context, q flightsql.PreparedStatementQuery) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	var sql string
	var row arrow.RecordBatch
	err := s.find(q.GetPreparedStatementHandle(), func(p *prepared) {
		if sql, row = p.sql, p.bound; row != nil {
			row.Retain()
		}
	})
	if err != nil {
		return nil, nil, err
	}
	if row != nil {
		defer row.Release() // DuckDB has its values once the statement has begun
	}
	return s.send(ctx, string(q.GetPreparedStatementHandle()), sql, row)
}

// What would change something is refused by name, so that its user learns why.
var errReadOnly = status.Error(codes.PermissionDenied, "this connection only reads: statements that change something go to the HTTP API")

// DoPutCommandStatementUpdate implements flightsql.Server.
func (s *Server) DoPutCommandStatementUpdate(context.Context, flightsql.StatementUpdate) (int64, error) {
	s.failures.Add(1)
	return 0, errReadOnly
}

// DoPutPreparedStatementUpdate implements flightsql.Server.
func (s *Server) DoPutPreparedStatementUpdate(context.Context, flightsql.PreparedStatementUpdate, flight.MessageReader) (int64, error) {
	s.failures.Add(1)
	return 0, errReadOnly
}

// DoPutCommandStatementIngest implements flightsql.Server.
func (s *Server) DoPutCommandStatementIngest(context.Context, flightsql.StatementIngest, flight.MessageReader) (int64, error) {
	s.failures.Add(1)
	return 0, errReadOnly
}

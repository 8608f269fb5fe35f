package flightsql

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/weirdb/weir/connectors/server"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// maxPart is about how many bytes one message has: clients refuse those beyond 4 MB, unless told otherwise.
const maxPart = 1 << 20

// send runs a statement, and gives its rows as they are computed. The next batch is computed when the one before has been sent, so that one of
// them is in memory, however slowly the client reads.
//
//	DuckDB ─ batch ─► cut into parts ─► channel ─► gRPC, which waits for the client
func (s *Server) send(ctx context.Context, handle, sql string, parameters arrow.RecordBatch) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	s.statements.Add(1)
	running, end := s.begin(ctx, handle)
	defer func() { end() }() // unless the rows are on their way
	limit := server.Limits{}
	if s.options.MaxRows > 0 {
		limit.MaxRows = s.options.MaxRows + 1 // one more tells that there are more
	}
	result, err := s.backend.ReadRow(running, sql, parameters, limit)
	if err != nil {
		return nil, nil, s.faultOf(running, err)
	}
	s.results.Add(1)
	chunks, ended := make(chan flight.StreamChunk), end
	end = func() {}
	s.reading.Go(func() {
		defer close(chunks)
		err := s.readSafely(running, result, chunks)
		ended()
		if err != nil {
			deliver(ctx, chunks, flight.StreamChunk{Err: err})
		}
	})
	return result.Reader.Schema(), chunks, nil
}

// readSafely is read, with a mistake of ours as an error.
func (s *Server) readSafely(ctx context.Context, result *server.Result, to chan<- flight.StreamChunk) (err error) {
	defer s.results.Add(-1)
	defer result.Close()
	defer func() {
		if fault := recover(); fault != nil {
			s.options.Log.Error("flightsql: panic", "panic", fault, "stack", string(debug.Stack()))
			err = status.Error(codes.Internal, "a mistake of Weir's own: its log says more")
		}
	}()
	return s.read(ctx, result, to)
}

// read gives all rows of a result.
func (s *Server) read(ctx context.Context, result *server.Result, to chan<- flight.StreamChunk) error {
	rows := 0
	for result.Reader.Next() {
		batch := result.Reader.RecordBatch()
		if rows += int(batch.NumRows()); s.options.MaxRows > 0 && rows > s.options.MaxRows {
			s.failures.Add(1)
			return status.Error(codes.ResourceExhausted, fmt.Sprintf("the result has more than %d rows, which is what is allowed here: ask for fewer with LIMIT or WHERE", s.options.MaxRows))
		}
		if err := s.pass(ctx, batch, to); err != nil {
			return err
		}
	}
	if err := result.Reader.Err(); err != nil {
		return s.faultOf(ctx, err)
	}
	return nil
}

// pass gives a batch, which it borrows, in parts that clients take.
func (s *Server) pass(ctx context.Context, batch arrow.RecordBatch, to chan<- flight.StreamChunk) error {
	size := uint64(0)
	for _, c := range batch.Columns() {
		size += c.Data().SizeInBytes()
	}
	parts := min(1+int64(size/maxPart), max(1, batch.NumRows()))
	for i := range parts {
		from, until := i*batch.NumRows()/parts, (i+1)*batch.NumRows()/parts
		waiting, stop := context.WithTimeoutCause(ctx, s.options.Stalled, errStalled)
		part := batch.NewSlice(from, until)
		given := deliver(waiting, to, flight.StreamChunk{Data: part})
		stop()
		if !given {
			part.Release()
			return s.faultOf(waiting, context.Cause(waiting))
		}
	}
	return nil
}

// deliver gives a chunk to who sends it. It reports false if nobody takes it.
func deliver(ctx context.Context, to chan<- flight.StreamChunk, chunk flight.StreamChunk) bool {
	select {
	case to <- chunk:
		return true
	case <-ctx.Done():
		return false
	}
}

// one is a stream of one batch, which it takes over.
func one(batch arrow.RecordBatch) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	chunks := make(chan flight.StreamChunk, 1)
	chunks <- flight.StreamChunk{Data: batch}
	close(chunks)
	return batch.Schema(), chunks, nil
}

package duckdb

import (
	"context"
	"fmt"
	"time"

	"github.com/duckdb/duckdb-go/v2/mapping"
	"github.com/weirdb/weir/engine/types"
)

// statement is a prepared statement of a session.
type statement struct {
	session *session
	stmt    mapping.PreparedStatement
}

// prepare plans one statement. Close it before the session.
func (s *session) prepare(sql string) (*statement, error) {
	p := &statement{session: s}
	if mapping.Prepare(s.conn, sql, &p.stmt) == mapping.StateError {
		err := parseError(mapping.PrepareError(p.stmt))
		mapping.DestroyPrepare(&p.stmt)
		return nil, err
	}
	return p, nil
}

func (p *statement) close() { mapping.DestroyPrepare(&p.stmt) }

// columns are the names and types of the result.
func (p *statement) columns() ([]types.Field, error) {
	out := make([]types.Field, mapping.PreparedStatementColumnCount(p.stmt))
	for i := range out {
		logical := mapping.PreparedStatementColumnLogicalType(p.stmt, mapping.IdxT(i))
		t, err := logicalTypeOf(logical)
		mapping.DestroyLogicalType(&logical)
		name := mapping.PreparedStatementColumnName(p.stmt, mapping.IdxT(i))
		if err != nil {
			return nil, columnError(name, err)
		}
		out[i] = types.Field{Name: name, Type: t}
	}
	return out, nil
}

// run executes the statement and returns how many rows it changed.
func (p *statement) run(ctx context.Context) (int64, error) {
	var changed int64
	err := p.session.interruptible(ctx, func() error {
		var res mapping.Result
		if err := p.complete(&res); err != nil {
			return err
		}
		defer mapping.DestroyResult(&res)
		changed = int64(mapping.RowsChanged(&res))
		return nil
	})
	return changed, err
}

// How long complete sleeps while there is nothing for it to do: longer each time in a row.
const (
	shortestPause = 20 * time.Microsecond
	longestPause  = time.Millisecond
)

// complete executes the statement to its end. DuckDB's own call for this spins while a thread of its pool does the work, such
// as waiting for the disk in a COMMIT, which is most of what a small commit would cost.
func (p *statement) complete(res *mapping.Result) error {
	var pending mapping.PendingResult
	defer func() { mapping.DestroyPending(&pending) }()
	if mapping.PendingPrepared(p.stmt, &pending) == mapping.StateError {
		return parseError(mapping.PendingError(pending))
	}
	pause := shortestPause
	for state := mapping.PendingExecuteTask(pending); state != mapping.PendingStateResultReady; state = mapping.PendingExecuteTask(pending) {
		switch state {
		case mapping.PendingStateError:
			return parseError(mapping.PendingError(pending))
		case mapping.PendingStateNoTasksAvailable:
			time.Sleep(pause)
			pause = min(2*pause, longestPause)
		default:
			pause = shortestPause
		}
	}
	if mapping.ExecutePending(pending, res) == mapping.StateError {
		defer mapping.DestroyResult(res)
		return parseError(mapping.ResultError(res))
	}
	return nil
}

// bind sets the parameters $1, $2, … to strings, JSON texts ([]byte, nil for NULL) and integers.
func (p *statement) bind(args ...any) error {
	for i, arg := range args {
		n, state := mapping.IdxT(i+1), mapping.StateError
		switch a := arg.(type) {
		case string:
			state = mapping.BindVarcharLength(p.stmt, n, a, mapping.IdxT(len(a)))
		case int64:
			state = mapping.BindInt64(p.stmt, n, a)
		case []byte:
			if a == nil {
				state = mapping.BindNull(p.stmt, n)
				break
			}
			state = mapping.BindVarcharLength(p.stmt, n, string(a), mapping.IdxT(len(a)))
		}
		if state == mapping.StateError {
			return fmt.Errorf("cannot bind parameter %d of type %T", n, arg)
		}
	}
	return nil
}

// execute prepares and runs one statement with parameters, and returns how many rows it changed.
func (s *session) execute(ctx context.Context, sql string, args ...any) (int64, error) {
	p, err := s.prepare(sql)
	if err != nil {
		return 0, err
	}
	defer p.close()
	if err := p.bind(args...); err != nil {
		return 0, err
	}
	return p.run(ctx)
}

// executeAll runs statements without parameters, one after the other.
func (s *session) executeAll(ctx context.Context, statements ...string) error {
	for _, sql := range statements {
		if _, err := s.execute(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

package node

import (
	"context"

	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/server"
)

// State implements server.Backend.
func (n *Node) State(ctx context.Context) (server.State, error) {
	r, err := n.store.Read(ctx)
	if err != nil {
		return nil, userError(err)
	}
	return state{r}, nil
}

// state is a state of the result database as the API reads it.
type state struct{ reading *duckdb.Reading }

// Epoch implements server.State.
func (s state) Epoch() int64 { return s.reading.Epoch }

// Query implements server.State.
func (s state) Query(sql string) (*server.Result, error) {
	rows, err := s.reading.Query(sql)
	if err != nil {
		return nil, userError(err)
	}
	return server.NewResult(rows.Columns(), rows, nil), nil
}

// Close implements server.State.
func (s state) Close() { s.reading.Close() }

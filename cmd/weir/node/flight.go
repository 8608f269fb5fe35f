package node

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/flightsql"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
)

var _ flightsql.Backend = (*Node)(nil)

// CountFlightClients has Status tell what clients of Flight SQL do.
func (n *Node) CountFlightClients(count func() engine.Clients) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.flightClients = count
}

// ReadRow implements flightsql.Backend.
func (n *Node) ReadRow(ctx context.Context, sql string, parameters arrow.RecordBatch, limit server.Limits) (*server.Result, error) {
	if answer, err := n.askReading(ctx, sql); err != nil || answer != nil {
		return answer, err
	}
	rows, err := n.store.QueryRow(ctx, sql, parameters, duckdb.Limits{Rows: int64(limit.MaxRows)})
	if err != nil {
		return nil, n.ofSource(userError(err))
	}
	return server.NewResult(rows.Columns(), rows, nil), nil
}

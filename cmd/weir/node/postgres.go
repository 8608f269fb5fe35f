package node

import (
	"context"

	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/pgwire"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
)

var _ pgwire.Backend = (*Node)(nil)

// CountClients has Status tell what clients of the PostgreSQL protocol do.
func (n *Node) CountClients(count func() engine.Clients) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.clients = count
}

// Describe implements pgwire.Backend. What the catalog answers is asked for its columns.
func (n *Node) Describe(ctx context.Context, sql string) ([]types.Field, []types.Type, error) {
	answer, err := n.askReading(ctx, sql)
	if err != nil {
		return nil, nil, err
	}
	if answer != nil {
		defer answer.Close()
		return answer.Columns, nil, nil
	}
	d, err := n.store.Describe(ctx, sql)
	if err != nil {
		return nil, nil, n.ofSource(userError(err))
	}
	return d.Columns, d.Parameters, nil
}

// Read implements pgwire.Backend.
func (n *Node) Read(ctx context.Context, sql string, parameters []*string, limit server.Limits) (*server.Result, error) {
	if answer, err := n.askReading(ctx, sql); err != nil || answer != nil {
		return answer, err
	}
	rows, err := n.store.QueryWith(ctx, sql, parameters, duckdb.Limits{Rows: int64(limit.MaxRows)})
	if err != nil {
		return nil, n.ofSource(userError(err))
	}
	return server.NewResult(rows.Columns(), rows, nil), nil
}

// askReading is ask for statements that only read.
func (n *Node) askReading(ctx context.Context, sql string) (*server.Result, error) {
	statements, _ := parse.Statements(sql)
	for _, s := range statements {
		switch s.(type) {
		case parse.ChangeTable, parse.Alter, parse.Comment:
			return nil, &server.UserError{Code: "read_only", Position: -1, Message: "this connection only reads: statements that change something go to the HTTP API"}
		}
	}
	return n.ask(ctx, sql)
}

package node

import (
	"context"
	"slices"

	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
)

// abouts are what people are told of the views, by name.
type abouts map[string]engine.About

// tellAbouts has the status say what the definitions now say of the views. Whoever calls it may use the catalog.
func (n *Node) tellAbouts() {
	told := abouts{}
	for _, v := range n.viewsAndSuccessors() {
		told[v.Name] = n.catalog.About(v)
	}
	n.abouts.Store(&told)
}

// withAbouts adds to a status what people are told of the views.
func (n *Node) withAbouts(s engine.Status) engine.Status {
	told := n.abouts.Load()
	if told == nil {
		return s
	}
	s.Queries = slices.Clone(s.Queries) // the engine's are everyone's
	for i := range s.Queries {
		s.Queries[i].About = (*told)[s.Queries[i].View]
	}
	return s
}

// comment sets a comment while the engine may run, which goes on.
func (n *Node) comment(ctx context.Context, sql string) (*server.Result, error) {
	if !n.options.Writable {
		return nil, readOnly("COMMENT")
	}
	if err := n.store.LockDown(); err != nil { // it may be one on a column of a plain table, which DuckDB keeps
		return nil, err
	}
	return n.define(ctx, sql, n.tellAbouts)
}

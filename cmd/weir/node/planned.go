package node

import (
	"context"
	"errors"

	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/parse"
)

// Planned is the view that a statement would create, and what people would be told of it. Nothing changes, and no more is told than by
// queries and definitions. What the user has to mend is a *server.UserError.
func (n *Node) Planned(ctx context.Context, text string) (v *catalog.View, about engine.About, err error) {
	created, err := creates(text)
	if err != nil {
		return nil, about, err
	}
	aside, err := n.aside(ctx)
	if err != nil {
		return nil, about, err
	}
	defer func() { err = errors.Join(err, aside.closeParts()) }()
	if _, err := aside.catalog.Apply(text); err != nil {
		return nil, about, placedMistake(mistake{err}, text)
	}
	v = aside.catalog.View(created.Name)
	return v, aside.catalog.About(v), nil
}

// creates reads a text that is one CREATE MATERIALIZED VIEW.
func creates(text string) (parse.CreateView, error) {
	statements, err := parse.Statements(text)
	if err != nil {
		return parse.CreateView{}, mistakeOf(err)
	}
	if len(statements) == 1 {
		if s, ok := statements[0].(parse.CreateView); ok {
			return s, nil
		}
	}
	return parse.CreateView{}, &server.UserError{Code: "refused", Position: -1, Message: "this is of one CREATE MATERIALIZED VIEW; what it reads has to be there before"}
}

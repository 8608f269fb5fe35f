package main

import (
	"context"

	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/dashboards/generate"
)

// draw makes the dashboard of a view for the API: the same that weir dashboard writes to a file.
func draw(n *node.Node) func(context.Context, server.Draw) ([]byte, error) {
	return func(ctx context.Context, of server.Draw) ([]byte, error) {
		v, err := drawnView(ctx, n, of)
		if err != nil {
			return nil, err
		}
		text, err := boardOf(subjectOf(v), "", generate.Options{}).JSON()
		return generate.Stamped(text), err
	}
}

// drawnView finds the view: among those that run, or in a statement.
func drawnView(ctx context.Context, n *node.Node, of server.Draw) (generate.View, error) {
	if of.View == "" {
		v, about, err := n.Planned(ctx, of.SQL)
		if err != nil {
			return generate.View{}, err
		}
		return generate.View{Name: v.Name, Emit: v.Emit, Columns: v.Columns, About: about}, nil
	}
	for _, q := range n.Status().Queries {
		if q.View == of.View {
			return generate.View{Name: q.View, Emit: q.Emit, Columns: q.Columns, About: q.About}, nil
		}
	}
	return generate.View{}, &server.UserError{Code: "no_view", Position: -1, Message: "there is no view " + of.View + " any more"}
}

// subjectOf is the dashboard of one view.
func subjectOf(v generate.View) subject {
	return subject{"view-" + v.Name, v.About.Title, []generate.View{v}}
}

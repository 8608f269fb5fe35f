package node

import (
	"context"
	"slices"
	"strings"

	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// maxSchemaColumns is how many columns the schema lists: no editor completes from more.
const maxSchemaColumns = 20_000

// Schema implements server.Backend: what the result database has, with what the catalog knows of its views.
func (n *Node) Schema(ctx context.Context) (*server.Schema, error) {
	tables, truncated, err := n.store.ListTables(ctx, maxSchemaColumns)
	if err != nil {
		return nil, err
	}
	functions, err := n.store.ListFunctions(ctx)
	if err != nil {
		return nil, err
	}
	views := n.viewsByName()
	out := &server.Schema{Tables: make([]server.SchemaTable, len(tables)), Functions: make([]server.SchemaFunction, len(functions)), Truncated: truncated}
	for i, t := range tables {
		out.Tables[i] = schemaTable(t, views)
	}
	for i, f := range functions {
		out.Functions[i] = server.SchemaFunction(f)
	}
	return out, nil
}

// viewsByName are the views, by their names in lower case.
func (n *Node) viewsByName() map[string]schemaView {
	n.asking.Lock()
	defer n.asking.Unlock()
	out := map[string]schemaView{}
	for _, v := range n.catalog.Views {
		out[strings.ToLower(v.Name)] = schemaView{v.Emit, n.catalog.About(v)}
	}
	return out
}

// schemaView is what the catalog knows of a view.
type schemaView struct {
	emit  string
	about engine.About
}

func schemaTable(t duckdb.ListedTable, views map[string]schemaView) server.SchemaTable {
	out := server.SchemaTable{Schema: t.Schema, Name: t.Name, Kind: server.KindTable, Description: t.Comment, Time: timeColumn(t.Columns)}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, server.SchemaColumn{Name: c.Name, Type: c.Type, Comment: c.Comment})
	}
	if t.Schema != "main" {
		out.Kind = server.KindSystem
		return out
	}
	v, ok := views[strings.ToLower(t.Name)]
	if !ok {
		return out
	}
	about := v.about
	out.Kind, out.Emit, out.Title, out.Description, out.Time, out.Keys = server.KindView, v.emit, about.Title, about.Description, about.Time, about.Keys
	for i := range out.Columns {
		c := &out.Columns[i]
		c.Unit, c.Comment = about.Units[c.Name], about.Comments[c.Name]
	}
	return out
}

// timeColumn is the column of rows' event time: a window's beginning, its end, or the first column that is a time; empty if there is none.
func timeColumn(columns []duckdb.ListedColumn) string {
	var times []string
	for _, c := range columns {
		if strings.HasPrefix(c.Type, types.Of(types.Timestamp).String()) {
			times = append(times, c.Name)
		}
	}
	for _, name := range []string{"window_start", "window_end"} {
		if slices.Contains(times, name) {
			return name
		}
	}
	if len(times) > 0 {
		return times[0]
	}
	return ""
}

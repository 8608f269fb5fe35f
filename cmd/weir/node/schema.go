package node

import (
	"context"
	"slices"
	"strings"

	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/catalog"
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
func (n *Node) viewsByName() map[string]*catalog.View {
	n.asking.Lock()
	defer n.asking.Unlock()
	out := map[string]*catalog.View{}
	for _, v := range n.catalog.Views {
		out[strings.ToLower(v.Name)] = v
	}
	return out
}

func schemaTable(t duckdb.ListedTable, views map[string]*catalog.View) server.SchemaTable {
	out := server.SchemaTable{Schema: t.Schema, Name: t.Name, Kind: server.KindTable, Description: t.Comment, Time: timeColumn(t.Columns)}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, server.SchemaColumn{Name: c.Name, Type: c.Type, Comment: c.Comment})
	}
	if t.Schema != "main" {
		out.Kind = server.KindSystem
		return out
	}
	if v := views[strings.ToLower(t.Name)]; v != nil {
		out.Kind, out.Emit, out.Keys = server.KindView, v.Emit, keyColumns(v, out.Time)
		out.Description = "" // the comment on a view's table says what it is, not what is in it
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

// keyColumns are the columns of a view that hold its groups' keys, but for the time and windows; nil where its rows are no groups, or some key is
// not among the columns as it is.
func keyColumns(v *catalog.View, time string) []string {
	groups, of := groupsOf(v.Plan)
	if groups == 0 {
		return nil
	}
	found := map[int]bool{}
	var keys []string
	for i, group := range of {
		if group < 0 || found[group] || i >= len(v.Columns) {
			continue
		}
		found[group] = true
		if name := v.Columns[i].Name; name != time && name != "window_start" && name != "window_end" {
			keys = append(keys, name)
		}
	}
	if len(found) < groups {
		return nil
	}
	return keys
}

// groupsOf says how many groups' keys the rows of a plan have, and which of them each of its columns is, -1 for none.
func groupsOf(n plan.Node) (groups int, of []int) {
	switch n := n.(type) {
	case *plan.Aggregate:
		of = make([]int, len(n.Columns()))
		for i := range of {
			if of[i] = i; i >= len(n.Groups) {
				of[i] = -1
			}
		}
		return len(n.Groups), of
	case *plan.Filter:
		return groupsOf(n.From)
	case *plan.Project:
		groups, below := groupsOf(n.From)
		of = make([]int, len(n.Exprs))
		for i, e := range n.Exprs {
			if of[i] = -1; e.Kind == plan.Column && e.Index < len(below) {
				of[i] = below[e.Index]
			}
		}
		return groups, of
	}
	return 0, nil
}

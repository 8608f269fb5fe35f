package weir

import (
	"context"
	"errors"
	"strings"
)

// Schema is what statements can name.
type Schema struct {
	Version   string     `json:"version,omitempty"`
	Tables    []Relation `json:"tables"`
	Functions []Function `json:"functions"`
	// Notice says what is missing here, because the Weir is older; empty if nothing is.
	Notice string `json:"notice,omitempty"`
}

// Relation is a view or a table.
type Relation struct {
	Schema      string   `json:"schema,omitempty"`
	Name        string   `json:"name"`
	Kind        string   `json:"kind"` // view, table or system
	Emit        string   `json:"emit,omitempty"`
	Title       string   `json:"title,omitempty"`
	Description string   `json:"description,omitempty"`
	Time        string   `json:"time,omitempty"` // the column of event time
	Keys        []string `json:"keys,omitempty"`
	Columns     []Column `json:"columns"`
}

// Function is a function that statements may call.
type Function struct {
	Name        string   `json:"name"`
	Kind        string   `json:"kind"`
	Parameters  []string `json:"parameters,omitempty"`
	Description string   `json:"description,omitempty"`
	Example     string   `json:"example,omitempty"`
}

// Older is what an older Weir is told apart by: it has no such route.
func Older(err error) bool {
	var p *Problem
	return errors.As(err, &p) && (p.Code == "no_route" || p.Code == "no_method")
}

// Schema asks for what statements can name. Of a Weir that has no such route it is made of the views.
func (c *Client) Schema(ctx context.Context) (*Schema, error) {
	s := &Schema{}
	err := c.getJSON(ctx, "/v1/schema", s)
	if err == nil {
		return s, nil
	}
	if !Older(err) {
		return nil, err
	}
	return c.schemaOfViews(ctx)
}

func (c *Client) schemaOfViews(ctx context.Context) (*Schema, error) {
	views, err := c.Views(ctx)
	if err != nil {
		return nil, err
	}
	s := &Schema{Tables: []Relation{}, Functions: []Function{},
		Notice: "this Weir has no /v1/schema: functions, units and tables that are no views are not offered; a newer Weir has them"}
	for _, v := range views {
		s.Tables = append(s.Tables, Relation{Schema: "main", Name: v.Name, Kind: "view", Emit: v.Emit, Time: TimeColumn(v.Columns), Columns: v.Columns})
	}
	return s, nil
}

// TimeColumn is the column that says when a row was: the start of its window, else the window's end, else the first time; empty if there is
// none.
func TimeColumn(columns []Column) string {
	first := ""
	for _, name := range []string{"window_start", "window_end"} {
		for _, c := range columns {
			if isTime(c.Type) && c.Name == name {
				return name
			}
		}
	}
	for _, c := range columns {
		if isTime(c.Type) {
			first = c.Name
			break
		}
	}
	return first
}

func isTime(kind string) bool { return strings.HasPrefix(kind, "TIMESTAMP") || kind == "DATE" }

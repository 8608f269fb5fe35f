package catalog

import (
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
	"github.com/weirdb/weir/sql/planner"
)

// kept are the tables of Weir's own that a sink may have, with what it is sent of each row: to a sink they are views that only add rows.
var kept = []*View{
	{Name: engine.DeadLettersTable, View: &planner.View{Emit: engine.EmitClose, Columns: []types.Field{
		{Name: "source", Type: types.Of(types.Varchar)}, {Name: "partition", Type: types.Of(types.Varchar)}, {Name: "offset", Type: types.Of(types.BigInt)},
		{Name: "value", Type: types.Of(types.Blob)}, {Name: "reason", Type: types.Of(types.Varchar)}, {Name: "at", Type: types.Of(types.TimestampTZ)},
		{Name: "views", Type: types.ListOf(types.Of(types.Varchar))}, {Name: "text", Type: types.Of(types.Varchar)},
	}}},
	{Name: engine.LateRowsTable, View: &planner.View{Emit: engine.EmitClose, Columns: []types.Field{
		{Name: "view", Type: types.Of(types.Varchar)}, {Name: "source", Type: types.Of(types.Varchar)}, {Name: "partition", Type: types.Of(types.Varchar)},
		{Name: "event_time", Type: types.Of(types.Timestamp)}, {Name: "watermark", Type: types.Of(types.Timestamp)}, {Name: "row", Type: types.Of(types.JSON)},
		{Name: "at", Type: types.Of(types.TimestampTZ)}, {Name: "offset", Type: types.Of(types.BigInt)},
	}}},
}

// readBySink is what a CREATE SINK reads: a view or, with a schema before it, a table of Weir's own.
func (c *Catalog) readBySink(text string, s parse.CreateSink) (*View, error) {
	if s.Schema == "" {
		if v := c.View(s.View); v != nil {
			return v, nil
		}
		if c.Source(s.View) != nil {
			return nil, parse.Errorf(text, s.ViewPos, "%s is a SOURCE, and a sink writes what a view has: CREATE MATERIALIZED VIEW … AS FROM %s before", s.View, s.View)
		}
		return nil, parse.Errorf(text, s.ViewPos, "there is no MATERIALIZED VIEW or ALERT %s%s", s.View, c.namesOf(parse.View))
	}
	v := keptTable(s.Schema + "." + s.View)
	if v == nil {
		return nil, parse.Errorf(text, s.ViewPos, "a sink reads a view, %s or %s, not %s.%s", engine.DeadLettersTable, engine.LateRowsTable, s.Schema, s.View)
	}
	if s.Where == (parse.Span{}) {
		return v, nil
	}
	if err := c.config.Planner.CheckCondition(v.Columns, s.Where.Of(text)); err != nil {
		return nil, parse.Errorf(text, s.Where.Start, "condition on %s: %s", v.Name, err)
	}
	return v, nil
}

func keptTable(name string) *View {
	for _, v := range kept {
		if strings.EqualFold(v.Name, name) {
			return v
		}
	}
	return nil
}

// ReadBy is what a sink reads: a view, or what stands for a table of Weir's own.
func (c *Catalog) ReadBy(s *Sink) *View {
	if s.Kept {
		return keptTable(s.View)
	}
	return c.View(s.View)
}

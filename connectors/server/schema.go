package server

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Schema is what statements may name: the tables that can be read, and the functions that can be called. Editors complete from it.
type Schema struct {
	Version   string           `json:"version"` // of Weir; the API fills it in
	Tables    []SchemaTable    `json:"tables"`
	Functions []SchemaFunction `json:"functions"`
	// Truncated says that there are more columns than an answer has.
	Truncated bool `json:"truncated,omitempty"`
}

// The kinds of table.
const (
	KindView   = "view"   // a materialized view's
	KindTable  = "table"  // a plain one
	KindSystem = "system" // one of Weir's own
)

// SchemaTable is a table that can be read.
type SchemaTable struct {
	Schema      string         `json:"schema"`
	Name        string         `json:"name"`
	Kind        string         `json:"kind"`
	Emit        string         `json:"emit,omitempty"` // of a view: close or changes
	Title       string         `json:"title,omitempty"`
	Description string         `json:"description,omitempty"`
	Time        string         `json:"time,omitempty"` // the column that is the rows' event time
	Keys        []string       `json:"keys,omitempty"` // the columns that tell rows of one time apart, where that is known
	Columns     []SchemaColumn `json:"columns"`
}

// SchemaColumn is a column of a table: its type is in DuckDB's words.
type SchemaColumn struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Unit    string `json:"unit,omitempty"`
	Comment string `json:"comment,omitempty"`
}

// SchemaFunction is a function that can be called. Of one with several signatures it has the longest.
type SchemaFunction struct {
	Name        string   `json:"name"`
	Kind        string   `json:"kind"` // scalar, aggregate, table, macro or window
	Parameters  []string `json:"parameters,omitempty"`
	Description string   `json:"description,omitempty"`
	Example     string   `json:"example,omitempty"`
}

// schemaFresh is how long an answer counts. Whoever makes a view may wait so long for its name to be completed.
const schemaFresh = 2 * time.Second

// schemaCache keeps the last answer, so that any number of editors cost one question in a while.
type schemaCache struct {
	mu     sync.Mutex
	schema *Schema
	until  time.Time
}

// get returns the schema, which nobody changes.
func (c *schemaCache) get(ctx context.Context, b Backend) (*Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.schema != nil && time.Now().Before(c.until) {
		return c.schema, nil
	}
	s, err := b.Schema(ctx)
	if err != nil {
		return nil, err
	}
	c.schema, c.until = s, time.Now().Add(schemaFresh)
	return s, nil
}

// serveSchema says what statements may name.
func (a *api) serveSchema(w http.ResponseWriter, r *http.Request) {
	s, err := a.schema.get(r.Context(), a.backend)
	if err != nil {
		writeProblem(w, problemOf(causeOf(r.Context(), err), ""))
		return
	}
	answer := *s
	answer.Version = a.options.Version
	writeJSON(w, http.StatusOK, &answer)
}

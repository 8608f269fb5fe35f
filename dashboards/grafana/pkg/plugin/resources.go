package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/resource/httpadapter"

	"github.com/weirdb/weir/dashboards/grafana/pkg/macro"
	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// resources are what the editor asks for:
//
//	GET  /schema                            views, tables, columns, functions, and the macros
//	POST /validate    {"sql", "from", "to"} whether a statement would run; times in ms since 1970
//	POST /tag-keys    {"view"}              columns for ad hoc filters
//	POST /tag-values  {"view", "key"}       their values
func (d *Datasource) resources() backend.CallResourceHandler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /schema", handle(d.serveSchema))
	mux.HandleFunc("POST /validate", handle(d.serveValidate))
	mux.HandleFunc("POST /tag-keys", handle(d.serveTagKeys))
	mux.HandleFunc("POST /tag-values", handle(d.serveTagValues))
	return httpadapter.New(mux)
}

// handle reads a JSON body, which may be empty, and answers in JSON.
func handle[In any](serve func(ctx context.Context, in In) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		if r.Method == http.MethodPost {
			if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in); err != nil {
				writeJSON(w, http.StatusBadRequest, map[string]string{"message": "the body must be a JSON object: " + err.Error()})
				return
			}
		}
		out, err := serve(r.Context(), in)
		if err != nil {
			writeJSON(w, int(statusOf(err)), map[string]string{"message": err.Error()})
			return
		}
		writeJSON(w, http.StatusOK, out)
	}
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // what fails here fails because the client has left
}

// schemaAnswer is Weir's schema and the macros.
type schemaAnswer struct {
	*weir.Schema
	Macros []macro.Macro `json:"macros"`
}

func (d *Datasource) serveSchema(ctx context.Context, _ struct{}) (any, error) {
	schema, err := d.schema.get(ctx)
	return schemaAnswer{schema, macro.All()}, err
}

// validation is a statement to look at.
type validation struct {
	SQL  string `json:"sql"`
	From int64  `json:"from"` // ms since 1970
	To   int64  `json:"to"`
}

func (d *Datasource) serveValidate(ctx context.Context, v validation) (any, error) {
	statement, err := macro.Expand(v.SQL, macro.Context{From: time.UnixMilli(v.From), To: time.UnixMilli(v.To)})
	var bad *macro.Error
	if errors.As(err, &bad) {
		return weir.Verdict{Error: at(v.SQL, bad.Position, &weir.Mistake{Message: bad.Message})}, nil
	}
	if err != nil {
		return nil, err
	}
	verdict, err := d.client.Validate(ctx, statement.SQL)
	if err == nil && verdict.Error != nil && verdict.Error.Position != nil {
		verdict.Error = at(v.SQL, statement.Typed(*verdict.Error.Position), verdict.Error)
	}
	return verdict, err
}

// at puts a mistake at a character of the statement that was typed.
func at(typed string, position int, m *weir.Mistake) *weir.Mistake {
	m.Position = &position
	m.Line, m.Column = macro.Place(typed, position)
	return m
}

// tag is what an ad hoc filter is about.
type tag struct {
	View string `json:"view"`
	Key  string `json:"key"`
}

// text is an entry of a list in the front end.
type text struct {
	Text string `json:"text"`
}

func (d *Datasource) serveTagKeys(ctx context.Context, t tag) (any, error) {
	schema, err := d.schema.get(ctx)
	if err != nil {
		return nil, err
	}
	keys := []text{}
	for _, r := range tablesOf(schema, t.View) {
		for _, c := range r.Columns {
			if isTag(c.Type) && !slices.Contains(keys, text{c.Name}) {
				keys = append(keys, text{c.Name})
			}
		}
	}
	return keys, nil
}

// tablesOf are the tables of a name, or all views.
func tablesOf(schema *weir.Schema, name string) []weir.Relation {
	var out []weir.Relation
	for _, r := range schema.Tables {
		if (name == "" && r.Kind == "view") || (name != "" && strings.EqualFold(r.Name, name)) {
			out = append(out, r)
		}
	}
	return out
}

// isTag leaves out what nobody filters by equality: times, floats and nested values.
func isTag(kind string) bool {
	for _, other := range []string{"TIMESTAMP", "DATE", "TIME", "FLOAT", "DOUBLE", "DECIMAL", "INTERVAL", "BLOB", "STRUCT", "MAP", "JSON"} {
		if strings.HasPrefix(kind, other) {
			return false
		}
	}
	return !strings.HasSuffix(kind, "]")
}

// Bounds of the values of a filter.
const (
	mostValues = 1000
	mostTables = 8
)

func (d *Datasource) serveTagValues(ctx context.Context, t tag) (any, error) {
	schema, err := d.schema.get(ctx)
	if err != nil {
		return nil, err
	}
	key := t.Key
	if of, column, dotted := strings.Cut(key, "."); dotted && t.View == "" {
		t.View, key = of, column
	}
	var parts []string
	for _, r := range tablesOf(schema, t.View) {
		if len(parts) < mostTables && slices.ContainsFunc(r.Columns, func(c weir.Column) bool { return c.Name == key }) {
			parts = append(parts, fmt.Sprintf("SELECT %s::VARCHAR AS value FROM %s.%s", macro.Identifier(key), macro.Identifier(r.Schema), macro.Identifier(r.Name)))
		}
	}
	values := []text{}
	if len(parts) == 0 {
		return values, nil
	}
	ctx, cancel := context.WithTimeout(ctx, d.settings.timeout)
	defer cancel()
	sql := fmt.Sprintf("SELECT DISTINCT value FROM (%s) WHERE value IS NOT NULL ORDER BY value LIMIT %d", strings.Join(parts, " UNION ALL "), mostValues)
	table, err := d.client.Table(ctx, weir.Query{SQL: sql, Limit: mostValues})
	if err != nil {
		return nil, err
	}
	for _, r := range table.Rows {
		var v string
		if json.Unmarshal(r[0], &v) == nil {
			values = append(values, text{v})
		}
	}
	return values, nil
}

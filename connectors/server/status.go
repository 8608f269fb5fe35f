package server

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// column is a column as answers name it: its type in DuckDB's words.
type column struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Unit    string `json:"unit,omitempty"`    // of a view's column
	Comment string `json:"comment,omitempty"` // likewise
}

// view is a query as /v1/views shows it. Counters start at zero with the process; rates are theirs to compute who poll.
type view struct {
	View        string   `json:"view"`
	Title       string   `json:"title,omitempty"`
	Description string   `json:"description,omitempty"`
	SQL         string   `json:"sql"`
	Source      string   `json:"source"`
	Emit        string   `json:"emit"`           // close or changes
	Time        string   `json:"time,omitempty"` // the column that says when a row is from
	Keys        []string `json:"keys"`           // the columns that tell rows of one time apart; null if the plan does not say
	Columns     []column `json:"columns"`
	RowsIn      int64    `json:"rows_in"`
	RowsOut     int64    `json:"rows_out"`
	LateRows    int64    `json:"late_rows"`
	Duplicates  int64    `json:"duplicates"`
	Watermark   *string  `json:"watermark"` // null before the first event, "infinity" at the end of the input
	State       string   `json:"state"`     // running, ended, failed or paused
	Error       string   `json:"error,omitempty"`
}

// source is a source as /v1/sources shows it.
type source struct {
	Name        string      `json:"name"`
	Connector   string      `json:"connector"`
	Records     int64       `json:"records"`
	Bytes       int64       `json:"bytes"`
	DeadLetters int64       `json:"dead_letters"`
	Partitions  []partition `json:"partitions"`
	Error       string      `json:"error,omitempty"`
}

type partition struct {
	Partition string  `json:"partition"`
	Next      int64   `json:"next"`
	Waiting   *int64  `json:"waiting"`   // null if the connector cannot tell
	Watermark *string `json:"watermark"` // as a view's
	State     string  `json:"state"`     // active, idle, ended or gone
}

func (a *api) serveStatus(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, a.backend.Status())
}

func (a *api) serveViews(w http.ResponseWriter, _ *http.Request) {
	queries := a.backend.Status().Queries
	views := make([]view, len(queries))
	for i := range queries {
		views[i] = viewOf(&queries[i])
	}
	writeJSON(w, http.StatusOK, map[string][]view{"views": views})
}

func (a *api) serveView(w http.ResponseWriter, r *http.Request) {
	if q := a.findView(w, r); q != nil {
		writeJSON(w, http.StatusOK, viewOf(q))
	}
}

// findView finds the view that the path names. If there is none, it answers with those that exist, or that they are not known yet,
// and returns nil.
func (a *api) findView(w http.ResponseWriter, r *http.Request) *engine.QueryStatus {
	name := nameIn(r, "view")
	queries := a.backend.Status().Queries
	for i := range queries {
		if queries[i].View == name {
			return &queries[i]
		}
	}
	a.noView(w, name)
	return nil
}

// noView answers that there is no such view, with those that there are.
func (a *api) noView(w http.ResponseWriter, name string) {
	if err := a.backend.Ready(); err != nil {
		writeProblem(w, problemOf(err, ""))
		return
	}
	names := []string{}
	for _, q := range a.backend.Status().Queries {
		names = append(names, q.View)
	}
	slices.Sort(names)
	message := "there is no view " + strconv.Quote(name)
	if s := engine.Similar(name, names); s != "" {
		message += "; did you mean " + s
	}
	writeProblem(w, &problem{status: http.StatusNotFound, Code: "no_view", Message: message, Names: names})
}

// nameIn is a part of the path, such as {view}. The router leaves a path with escapes, such as %2F, as it came.
func nameIn(r *http.Request, part string) string {
	name := chi.URLParam(r, part)
	if r.URL.RawPath == "" {
		return name
	}
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

func (a *api) serveSources(w http.ResponseWriter, _ *http.Request) {
	all := a.backend.Status().Sources
	sources := make([]source, len(all))
	for i := range all {
		sources[i] = sourceOf(&all[i])
	}
	writeJSON(w, http.StatusOK, map[string][]source{"sources": sources})
}

func viewOf(q *engine.QueryStatus) view {
	columns := columnsOf(q.Columns)
	for i := range columns {
		columns[i].Unit, columns[i].Comment = q.About.Units[columns[i].Name], q.About.Comments[columns[i].Name]
	}
	return view{View: q.View, Title: q.About.Title, Description: q.About.Description, SQL: q.SQL, Source: strings.Join(q.Sources, ", "), Emit: q.Emit,
		Time: q.About.Time, Keys: q.About.Keys, Columns: columns, RowsIn: q.RowsIn,
		RowsOut: q.RowsOut, LateRows: q.LateRows, Duplicates: q.Duplicates, Watermark: watermarkText(q.Watermark), State: q.State, Error: q.Error}
}

func sourceOf(s *engine.SourceStatus) source {
	out := source{Name: s.Name, Connector: s.Connector, Records: s.Records, Bytes: s.Bytes, DeadLetters: s.DeadLetters,
		Partitions: make([]partition, len(s.Partitions)), Error: s.Error}
	for i, p := range s.Partitions {
		out.Partitions[i] = partition{Partition: p.Partition, Next: p.Next, Watermark: watermarkText(p.Watermark), State: p.State}
		if p.Waiting >= 0 {
			out.Partitions[i].Waiting = &p.Waiting
		}
	}
	return out
}

func columnsOf(fields []types.Field) []column {
	out := make([]column, len(fields))
	for i, f := range fields {
		out[i] = column{Name: f.Name, Type: f.Type.String()}
	}
	return out
}

func watermarkText(t engine.Time) *string {
	if t == engine.MinTime {
		return nil
	}
	text := string(appendMicros(nil, int64(t)))
	return &text
}

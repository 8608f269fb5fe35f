package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/weirdb/weir/engine/types"
)

// State is one committed state, from which several results are read, one after the other.
type State interface {
	// Epoch is the last one of the state.
	Epoch() int64
	// Query runs one statement that only reads. The caller closes the result before the next one.
	Query(sql string) (*Result, error)
	// Close ends the reading.
	Close()
}

// Export says what is to be exported: views and plain tables by name, or a SELECT; all views if neither is given.
type Export struct {
	Views []string `json:"views,omitempty"`
	SQL   string   `json:"sql,omitempty"`
}

// Exported is a part in JSON of an export. One with a Table comes before each table, whose rows are the part after it, an Arrow stream. The last
// one has End, or the Error for which the export breaks off.
type Exported struct {
	Table   string   `json:"table,omitempty"`
	Epoch   int64    `json:"epoch,omitempty"`
	Columns []column `json:"columns,omitempty"`
	End     bool     `json:"end,omitempty"`
	Error   *problem `json:"error,omitempty"`
}

// exportedSQL is what the result of a SELECT is called.
const exportedSQL = "result"

// exported is a table to export: its name, and the statement that reads it.
type exported struct{ name, sql string }

// serveExport answers all rows of several tables, as one commit left them, as multipart/mixed:
//
//	{"table", "epoch", "columns"} │ Arrow stream │ {"table", …} │ Arrow stream │ … │ {"end": true}
func (a *api) serveExport(w http.ResponseWriter, r *http.Request) {
	var wanted Export
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, a.options.MaxBody))
	in.DisallowUnknownFields()
	if err := in.Decode(&wanted); err != nil && err != io.EOF || len(wanted.Views) > 0 && wanted.SQL != "" {
		writeProblem(w, &problem{status: http.StatusBadRequest, Code: "body", Message: `the body must be {"views": ["…"]} or {"sql": "…"}, or empty for all views`})
		return
	}
	ctx := r.Context()
	if a.options.QueryTimeout > 0 {
		limited, stop := context.WithTimeout(ctx, a.options.QueryTimeout)
		defer stop()
		ctx = limited
	}
	tables, bad := a.exported(ctx, wanted)
	if bad != nil {
		writeProblem(w, bad)
		return
	}
	state, err := a.backend.State(ctx)
	if err != nil {
		writeProblem(w, problemOf(causeOf(ctx, err), wanted.SQL))
		return
	}
	defer state.Close()
	e := &exporter{to: multipart.NewWriter(w), state: state}
	w.Header().Set("Content-Type", "multipart/mixed; boundary="+e.to.Boundary())
	w.Header().Set("Cache-Control", "no-store")
	err = e.tables(tables)
	end := Exported{End: true}
	if err != nil {
		end = Exported{Error: problemOf(causeOf(ctx, err), wanted.SQL)}
	}
	if e.tell(end) == nil {
		_ = e.to.Close() // the client may have left
	}
}

// exported finds the tables that are to be exported.
func (a *api) exported(ctx context.Context, wanted Export) ([]exported, *problem) {
	if wanted.SQL != "" {
		return []exported{{exportedSQL, wanted.SQL}}, nil
	}
	schema, err := a.backend.Schema(ctx)
	if err != nil {
		return nil, problemOf(causeOf(ctx, err), "")
	}
	var names []string
	var out []exported
	for _, t := range schema.Tables {
		if t.Kind == KindSystem {
			continue
		}
		names = append(names, t.Name)
		same := func(name string) bool { return strings.EqualFold(name, t.Name) }
		if len(wanted.Views) == 0 && t.Kind == KindView || slices.ContainsFunc(wanted.Views, same) {
			out = append(out, exported{t.Name, "FROM main." + types.QuoteIdent(t.Name)})
		}
	}
	for _, name := range wanted.Views {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			return nil, &problem{status: http.StatusNotFound, Code: "no_view", Message: fmt.Sprintf("there is no view or table %q", name), Names: names}
		}
	}
	return out, nil
}

// exporter sends tables as parts.
type exporter struct {
	to    *multipart.Writer
	state State
}

func (e *exporter) tables(tables []exported) error {
	for _, t := range tables {
		if err := e.table(t); err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) table(t exported) error {
	result, err := e.state.Query(t.sql)
	if err != nil {
		return err
	}
	defer result.Close()
	if err := e.tell(Exported{Table: t.name, Epoch: e.state.Epoch(), Columns: columnsOf(result.Columns)}); err != nil {
		return err
	}
	part, err := e.part("application/vnd.apache.arrow.stream")
	if err != nil {
		return err
	}
	rows := ipc.NewWriter(part, ipc.WithSchema(result.Reader.Schema()))
	for result.Reader.Next() {
		if err := rows.Write(result.Reader.RecordBatch()); err != nil {
			return fmt.Errorf("%w: %w", errClient, err)
		}
	}
	if err := result.Reader.Err(); err != nil {
		return err
	}
	return rows.Close()
}

// tell sends a part in JSON.
func (e *exporter) tell(about Exported) error {
	part, err := e.part("application/json")
	if err != nil {
		return err
	}
	return json.NewEncoder(part).Encode(about)
}

func (e *exporter) part(kind string) (io.Writer, error) {
	return e.to.CreatePart(textproto.MIMEHeader{"Content-Type": {kind}})
}

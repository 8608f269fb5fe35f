package node

import (
	"context"
	"errors"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/runtime"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/parse"
)

var _ server.Backend = (*Node)(nil)

// Status implements server.Backend.
func (n *Node) Status() engine.Status {
	e := n.running()
	if e == nil {
		return engine.Status{}
	}
	s := n.withAbouts(e.Status())
	s.Files, s.Writable = n.store.Files(), n.options.Writable
	n.mu.Lock()
	clients, flight := n.clients, n.flightClients
	n.mu.Unlock()
	if clients != nil {
		s.Clients = clients()
	}
	if flight != nil {
		s.Flight = flight()
	}
	return s
}

// Subscribe implements server.Backend.
func (n *Node) Subscribe(f engine.Following) (*engine.Subscription, error) {
	e := n.running()
	if e == nil {
		return nil, server.ErrStarting
	}
	s, err := e.Subscribe(f)
	if errors.Is(err, runtime.ErrNotOpen) {
		return nil, server.ErrStarting
	}
	return s, err
}

// Snapshot implements server.Backend.
func (n *Node) Snapshot(ctx context.Context, view string) (*server.Result, int64, error) {
	rows, epoch, err := n.store.Snapshot(ctx, view)
	if err != nil {
		return nil, 0, userError(err)
	}
	return server.NewResult(rows.Columns(), rows, nil), epoch, nil
}

// Ready implements server.Backend.
func (n *Node) Ready() error {
	if e := n.running(); e == nil || e.Status().Sources == nil && len(n.catalog.Sources) > 0 {
		return server.ErrStarting
	}
	return nil
}

func (n *Node) running() *runtime.Engine {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.engine
}

// Query implements server.Backend: SHOW, DESCRIBE and EXPLAIN of Weir's own objects are answered by the catalog, all else by
// the result database.
func (n *Node) Query(ctx context.Context, sql string, limit server.Limits) (*server.Result, error) {
	if answer, err := n.ask(ctx, sql); err != nil || answer != nil {
		return answer, err
	}
	rows, err := n.store.Query(ctx, sql, duckdb.Limits{Rows: int64(limit.MaxRows)})
	if err != nil {
		return nil, n.ofSource(userError(err))
	}
	return server.NewResult(rows.Columns(), rows, nil), nil
}

// ask answers a statement about Weir's objects; nil if the statement is not one.
func (n *Node) ask(ctx context.Context, sql string) (*server.Result, error) {
	statements, _ := parse.Statements(sql) // what does not parse here is for DuckDB to judge
	n.asking.Lock()
	ours := len(statements) == 1 && n.isOurs(statements[0])
	n.asking.Unlock()
	if !ours {
		return nil, nil
	}
	if _, ok := statements[0].(parse.ChangeTable); ok {
		return n.changeTables(ctx, sql)
	}
	if defines(statements[0]) {
		return nil, &server.UserError{Code: "read_only", Position: -1, Message: "definitions do not change here, only queries run: put the statement into the files that " +
			"`weir run` is given, and start it again; where weir runs with --writable, POST /v1/statements takes it"}
	}
	if s, ok := statements[0].(parse.Alter); ok && s.Silence != nil {
		return n.silence(ctx, sql)
	}
	if _, ok := statements[0].(parse.Alter); ok {
		return n.alter(ctx, sql)
	}
	if _, ok := statements[0].(parse.Comment); ok {
		return n.comment(ctx, sql)
	}
	n.asking.Lock()
	answers, err := n.catalog.Apply(sql)
	n.asking.Unlock()
	if err != nil || len(answers) == 0 {
		return nil, mistakeOf(err)
	}
	if show, ok := statements[0].(parse.Show); ok {
		return answerResult(n.withProgress(show.What, answers[0])), nil
	}
	return answerResult(answers[0]), nil
}

// mistakeOf is a mistake in a statement as the API tells it.
func mistakeOf(err error) error {
	var mistake *parse.Error
	if errors.As(err, &mistake) {
		return &server.UserError{Message: mistake.Message, Code: "weir", Position: mistake.Pos}
	}
	return err
}

// isOurs reports whether a statement asks about something that DuckDB does not know.
func (n *Node) isOurs(s parse.Statement) bool {
	switch s := s.(type) {
	case parse.Show, parse.ChangeTable, parse.Alter, parse.Comment:
		return true
	case parse.Describe:
		return n.catalog.Source(s.Name) != nil || n.catalog.View(s.Name) != nil
	case parse.Explain:
		return s.View == nil && n.catalog.View(s.Name) != nil || s.View != nil && s.View.Name != ""
	}
	return defines(s)
}

// defines reports whether a statement creates or drops something of Weir's.
func defines(s parse.Statement) bool {
	switch s.(type) {
	case parse.CreateSource, parse.CreateView, parse.CreateSink, parse.CreateMacro, parse.Drop:
		return true
	}
	return false
}

// answerResult turns a table of text into a result.
func answerResult(a catalog.Answer) *server.Result {
	columns := make([]types.Field, len(a.Columns))
	for i, name := range a.Columns {
		columns[i] = types.Field{Name: name, Type: types.Of(types.Varchar)}
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(columns))
	defer b.Release()
	for _, row := range a.Rows {
		for i, text := range row {
			b.Field(i).(*array.StringBuilder).Append(text)
		}
	}
	rows := b.NewRecordBatch()
	defer rows.Release()
	reader, err := array.NewRecordReader(rows.Schema(), []arrow.RecordBatch{rows})
	if err != nil {
		panic(err) // the batch has the schema that it is given with
	}
	return server.NewResult(columns, reader, nil)
}

// userError tells mistakes in a statement apart from a query that was given up.
func userError(err error) error {
	var e *duckdb.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, duckdb.ErrReadOnly):
		return &server.UserError{Message: err.Error(), Code: "read_only", Position: -1}
	case !errors.As(err, &e):
		return &server.UserError{Message: err.Error(), Code: "refused", Position: -1}
	}
	message := e.Message
	if e.Detail != "" {
		message += "\n" + e.Detail
	}
	return &server.UserError{Message: message, Code: strings.ToLower(e.Kind), Position: e.Position, Candidates: e.Candidates}
}

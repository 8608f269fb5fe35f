package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine/runtime"
	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/parse"
	"github.com/weirdb/weir/sql/planner"
)

// plainTables gives the catalog the plain tables of the result database: inside a change, as it leaves them.
type plainTables struct {
	node   *Node
	change *duckdb.Catalog // nil outside of one
	// asTheyAre says that statements change no table: what they name is taken as it is.
	asTheyAre bool
	touched   []string // tables that the change's statements changed
	rows      int64    // that the last of them changed
}

// Tables implements catalog.Tables.
func (t *plainTables) Tables() ([]catalog.Table, error) {
	list := func() ([]duckdb.PlainTable, error) { return t.node.store.PlainTables(context.Background()) }
	if t.change != nil {
		if err := t.change.KeepTables(t.node.catalog.TablesRead()); err != nil { // those that a DROP has freed may be others now
			return nil, err
		}
		list = t.change.PlainTables
	}
	tables, err := list()
	out := make([]catalog.Table, len(tables))
	for i, x := range tables {
		out[i].Name = x.Name
		for _, c := range x.Columns {
			out[i].Columns = append(out[i].Columns, planner.Column{Name: c.Name, Type: c.Type})
		}
	}
	return out, err
}

// Execute implements catalog.Tables.
func (t *plainTables) Execute(table, sql string) (err error) {
	if t.asTheyAre {
		return nil
	}
	if t.change == nil {
		return errors.New("tables cannot be changed here")
	}
	t.touched = append(t.touched, table)
	t.rows, err = t.change.Execute(sql)
	var e *duckdb.Error
	switch {
	case !errors.As(err, &e):
		return err
	case strings.Contains(e.Message, "disabled by configuration"):
		return errors.New("files are out of reach here: read them into tables by statements in the files that `weir run` is given")
	case e.Kind == "Catalog" && strings.HasSuffix(e.Message, "already exists!"):
		e.Message += " Write CREATE TABLE IF NOT EXISTS to keep it, or CREATE OR REPLACE TABLE to make it anew at each start."
	}
	return &parse.Error{Message: strings.TrimSpace(e.Message + "\n" + e.Detail), Text: sql, Pos: e.Position}
}

// applied is what became of statements.
type applied struct {
	answers   []catalog.Answer
	changes   []catalog.Change
	decisions []catalog.Decision
}

// mistake is an error in the statements, which says more by itself than together with what it has ended.
type mistake struct{ error }

// inChange applies statements, and stores what they change: all or, if one is a mistake, nothing.
func (n *Node) inChange(ctx context.Context, text string) (done applied, err error) {
	err = n.store.Change(ctx, func(c *duckdb.Catalog) (err error) {
		done, err = n.applyIn(c, text)
		return err
	})
	var m mistake
	if errors.As(err, &m) {
		err = m.error
	}
	return done, err
}

// applyIn applies statements in a change of the database.
func (n *Node) applyIn(c *duckdb.Catalog, text string) (done applied, err error) {
	n.tables.change, n.tables.touched = c, nil
	defer func() { n.tables.change = nil }()
	done.answers, err = n.catalog.Apply(text)
	done.changes, done.decisions = n.catalog.Changes(), n.catalog.Decisions()
	if err != nil {
		return done, mistake{err}
	}
	if err := n.persist(c, done.changes); err != nil {
		return done, err
	}
	if err := n.keepTables(c); err != nil {
		return done, mistake{err}
	}
	return done, nil
}

// keepTables has the database keep what the views need of the tables that they read, and refuses a change that would break one.
func (n *Node) keepTables(c *duckdb.Catalog) error {
	read := n.catalog.TablesRead()
	if err := c.KeepTables(read); err != nil {
		return err
	}
	for _, name := range read {
		if !slices.ContainsFunc(n.tables.touched, func(t string) bool { return strings.EqualFold(t, name) }) {
			continue
		}
		if err := c.CheckTable(name); err != nil {
			return fmt.Errorf("%w, and %s depends on it: drop that first", err, strings.Join(n.catalog.Users(name), ", "))
		}
	}
	return nil
}

// changeTables runs a statement about a plain table while the engine may run.
func (n *Node) changeTables(ctx context.Context, sql string) (*server.Result, error) {
	if !n.options.Writable {
		return nil, &server.UserError{Code: "refused", Position: -1,
			Message: "tables can be changed here only if weir runs with --writable; statements in the files that `weir run` is given always can"}
	}
	if err := n.store.LockDown(); err != nil {
		return nil, err
	}
	n.asking.Lock()
	defer n.asking.Unlock()
	_, err := n.inChange(ctx, sql)
	if err != nil {
		_, failed := n.catalog.RefreshTables()
		return nil, errors.Join(mistakeOf(err), failed)
	}
	return answerResult(catalog.Answer{Columns: []string{"rows"}, Rows: [][]string{{fmt.Sprint(n.tables.rows)}}}), nil
}

// tableSources are the plain tables that views read.
func (n *Node) tableSources() []runtime.Source {
	var out []runtime.Source
	for _, name := range n.catalog.TablesRead() {
		out = append(out, runtime.Source{
			Name: name, Connector: "table", Table: true, Source: n.store.PlainSource(name), Columns: n.catalog.TableColumns(name), EventTime: -1,
		})
	}
	return out
}

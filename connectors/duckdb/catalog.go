package duckdb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Entry is something that was created: a source, a view, a sink, an alert.
type Entry struct {
	Kind    string
	Name    string
	SQL     string // the statement
	Plan    []byte // JSON; nil if the kind has none
	Created time.Time
}

// Entries returns the catalog, in the order of creation.
func (s *Store) Entries(ctx context.Context) ([]Entry, error) {
	reader, err := s.reader(ctx)
	if err != nil {
		return nil, queryError("reading the catalog", err)
	}
	defer reader.close()
	var out []Entry
	err = reader.each(ctx, "SELECT kind, name, sql, plan::VARCHAR, created FROM weir.catalog ORDER BY position", func(r row) {
		e := Entry{Kind: r.text(0), Name: r.text(1), SQL: r.text(2), Created: time.UnixMicro(r.int(4)).UTC()}
		if !r.null(3) {
			e.Plan = []byte(r.text(3))
		}
		out = append(out, e)
	})
	if err != nil {
		return nil, queryError("reading the catalog", err)
	}
	return out, nil
}

// Catalog is the catalog inside Store.Change.
type Catalog struct {
	store *Store
	ctx   context.Context
	next  *engine.Checkpoint // the last commit, without what was dropped; nil if nothing was
	files []string           // of the outbox, whose rows were dropped
	sinks []string           // that were dropped
	// changed says that plain tables were changed.
	changed bool
}

// Change changes the catalog and the views' tables in one transaction: all that the function does or, on an error, nothing. It
// waits for a running commit. The function must not call other methods of the store.
func (s *Store) Change(ctx context.Context, change func(c *Catalog) error) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	c := &Catalog{store: s, ctx: ctx}
	err = s.session.transaction(ctx, func() error {
		if err := change(c); err != nil || c.next == nil {
			return err
		}
		return s.books.write(ctx, s.last, c.next)
	})
	if err != nil {
		return queryError("changing the catalog", err)
	}
	if c.next != nil {
		s.advance(c.next)
	}
	s.backlogs.drop(c.sinks)
	s.removeUnposted(ctx, c.files)
	if c.changed {
		s.tell()
	}
	return nil
}

// Put adds an entry, or replaces the one of the same kind and name, which keeps its place. A zero Created means now.
func (c *Catalog) Put(e Entry) error {
	if e.Created.IsZero() {
		e.Created = time.Now()
	}
	micros := e.Created.UnixMicro()
	changed, err := c.store.session.execute(c.ctx,
		"UPDATE weir.catalog SET sql = $3, plan = $4::JSON, created = make_timestamptz($5) WHERE kind = $1 AND name = $2",
		e.Kind, e.Name, e.SQL, e.Plan, micros)
	if err == nil && changed == 0 {
		_, err = c.store.session.execute(c.ctx,
			`INSERT INTO weir.catalog SELECT (SELECT coalesce(max(position), 0) + 1 FROM weir.catalog), $1, $2, $3, $4::JSON, make_timestamptz($5)`,
			e.Kind, e.Name, e.SQL, e.Plan, micros)
	}
	if err != nil {
		return fmt.Errorf("storing %s %s: %w", e.Kind, e.Name, err)
	}
	return nil
}

// Restate gives an entry another statement and plan. It stays what it is: its place and its time are the same, which late rows go by.
func (c *Catalog) Restate(e Entry) error {
	_, err := c.store.session.execute(c.ctx, "UPDATE weir.catalog SET sql = $3, plan = $4::JSON WHERE kind = $1 AND name = $2", e.Kind, e.Name, e.SQL, e.Plan)
	if err != nil {
		return fmt.Errorf("storing %s %s: %w", e.Kind, e.Name, err)
	}
	return nil
}

// Delete removes an entry. One that is not there is an error.
func (c *Catalog) Delete(kind, name string) error {
	changed, err := c.store.session.execute(c.ctx, "DELETE FROM weir.catalog WHERE kind = $1 AND name = $2", kind, name)
	if err == nil && changed == 0 {
		err = errors.New("there is none")
	}
	if err != nil {
		return fmt.Errorf("removing %s %s: %w", kind, name, err)
	}
	return nil
}

// CreateView creates the table that a view's results go to. One that exists is an error. The comment, which may be empty, is
// what SQL clients show beside the table.
func (c *Catalog) CreateView(name string, columns []types.Field, comment string) error {
	defs := make([]string, len(columns))
	for i, f := range columns {
		defs[i] = types.QuoteIdent(f.Name) + " " + f.Type.String()
	}
	sql := fmt.Sprintf("CREATE TABLE %s (%s)", tableName(name), strings.Join(defs, ", "))
	if comment != "" {
		sql += fmt.Sprintf("; COMMENT ON TABLE %s IS %s", tableName(name), types.QuoteString(comment))
	}
	if err := c.store.session.exec(c.ctx, sql); err != nil {
		return fmt.Errorf("creating the table of view %s: %w", name, err)
	}
	return nil
}

// DropView drops a view's table and forgets its positions and its state, and which dead letters it lacks. Its late rows stay.
func (c *Catalog) DropView(name string) error {
	delete(c.store.tables, name)
	if err := c.store.session.exec(c.ctx, "DROP TABLE "+tableName(name)); err != nil {
		return fmt.Errorf("dropping the table of view %s: %w", name, err)
	}
	if err := c.store.forgetExpired(c.ctx, name); err != nil {
		return fmt.Errorf("dropping view %s: %w", name, err)
	}
	if err := c.store.session.exec(c.ctx, "DELETE FROM weir.starts WHERE query = "+types.QuoteString(name)); err != nil {
		return fmt.Errorf("forgetting where view %s began: %w", name, err)
	}
	if err := c.forgetIn(name); err != nil {
		return err
	}
	c.forget(func(p engine.Position) bool { return p.Query == name })
	c.next.State = slices.DeleteFunc(c.next.State, func(f engine.StateFile) bool { return f.Query == name })
	return nil
}

// DropSource forgets the positions of a source itself, which its dead letters follow. The dead letters stay.
func (c *Catalog) DropSource(name string) error {
	c.forget(func(p engine.Position) bool { return p.Query == "" && p.Source == name })
	return nil
}

func (c *Catalog) forget(gone func(engine.Position) bool) {
	if c.next == nil {
		last := c.store.last
		c.next = &engine.Checkpoint{Epoch: last.Epoch, Positions: slices.Clone(last.Positions), State: slices.Clone(last.State)}
	}
	c.next.Positions = slices.DeleteFunc(c.next.Positions, gone)
}

// DropSink drops what a sink has not delivered yet.
func (c *Catalog) DropSink(name string) error {
	files, err := c.store.clear(c.ctx, "sink = $1", name)
	if err != nil {
		return fmt.Errorf("emptying the outbox of sink %s: %w", name, err)
	}
	c.files, c.sinks = append(c.files, files...), append(c.sinks, name)
	return c.store.forgetBehind(c.ctx, name)
}

// CreateView is Catalog.CreateView as a change of its own.
func (s *Store) CreateView(ctx context.Context, name string, columns []types.Field) error {
	return s.Change(ctx, func(c *Catalog) error { return c.CreateView(name, columns, "") })
}

// DropView is Catalog.DropView as a change of its own.
func (s *Store) DropView(ctx context.Context, name string) error {
	return s.Change(ctx, func(c *Catalog) error { return c.DropView(name) })
}

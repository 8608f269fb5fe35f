// Package planner turns a SELECT into an engine plan. DuckDB parses, binds, types and optimises it, over views that stand for
// the sources; planner translates the logical plan that comes out.
//
//	text ──DuckDB──► JSON ──duckplan──► operators ──builder──► plan.Node
//
// To support another operator of DuckDB's: read it in sql/duckplan, translate it in builder.build.
package planner

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // registers the driver "duckdb"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
	"github.com/weirdb/weir/sql/parse"
)

// settings keep files and the network out of reach.
var settings = []string{"SET TimeZone = 'UTC'", "SET enable_external_access = false", "SET threads = 1"}

// Config tells a planner what the rest of Weir can do.
type Config struct {
	// CheckAggregate returns an error that says what to use instead, if there is no kernel for the call.
	CheckAggregate func(*plan.AggregateCall) error
	// CheckRetracts is the same for calls over input that takes rows back. Nil if no kernel can do that.
	CheckRetracts func(*plan.AggregateCall) error
	// Detectors tells of the detectors that texts may call; the zero value if there are none.
	Detectors Detectors
	// Register makes functions known to the planner's DuckDB; nil if there are none beyond DuckDB's own.
	Register func(*sql.Conn) error
}

// Planner plans SELECTs over the sources that it has been told of. It is safe for concurrent use.
type Planner struct {
	config  Config
	db      *sql.DB
	mu      sync.Mutex // DuckDB's connection is used by one call at a time
	conn    *sql.Conn
	sources map[string]*Source // by scan function
	views   []string           // that are defined, in order
	macros  []*userMacro       // in order
}

// New opens the planner's own in-memory DuckDB.
func New(c Config) (*Planner, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, fmt.Errorf("planner: open duckdb: %w", err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("planner: connect to duckdb: %w", err), db.Close())
	}
	if c.CheckRetracts == nil {
		c.CheckRetracts = func(*plan.AggregateCall) error { return errors.New("no kernel takes rows back") }
	}
	p := &Planner{config: c, db: db, conn: conn, sources: map[string]*Source{}}
	if err := p.prepare(); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Close frees the planner's DuckDB.
func (p *Planner) Close() error { return errors.Join(p.conn.Close(), p.db.Close()) }

func (p *Planner) prepare() error {
	for _, s := range slices.Concat(duckplan.Settings, settings) {
		if err := p.exec(s); err != nil {
			return err
		}
	}
	if err := registerMarkers(p.conn); err != nil {
		return err
	}
	if p.config.Register != nil {
		if err := p.config.Register(p.conn); err != nil {
			return err
		}
	}
	for _, m := range windowMacros {
		if err := p.exec(m); err != nil {
			return err
		}
	}
	return nil
}

func (p *Planner) exec(text string) error {
	if _, err := p.conn.ExecContext(context.Background(), text); err != nil {
		return fmt.Errorf("planner: %s: %w", strings.SplitN(text, "\n", 2)[0], err)
	}
	return nil
}

// View is a planned SELECT.
type View struct {
	Plan    plan.Node
	Columns []types.Field // of the result, with the names that CREATE TABLE AS would give them
	Emit    string        // close or changes
	Views   []string      // defined views that the SELECT reads
	// Computed is the SELECT for a DuckDB that computes it at once: with the calls of detectors as engine.Detectors rewrites them.
	Computed string
	// Updating says that the view takes rows back.
	Updating bool
	// Ages is the column that grows with event time, by which rows are old; nil if there is none.
	Ages *plan.WindowKey
}

// Options are what WITH (…) of a view says.
type Options struct {
	Emit     string        // close, changes, or empty for what suits the query
	StateTTL time.Duration // rows older than this, by the watermark, do not count; 0 if all do
	// AllowedLateness is how far the watermark may have passed a window while late rows correct what was written of it.
	AllowedLateness time.Duration
}

// Plan plans the SELECT in span of text. Mistakes in the text come back as *parse.Error, with their place in text.
func (p *Planner) Plan(text string, span parse.Span, o Options) (*View, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	place := placer{text: text, span: span}
	written, err := p.planned(span.Of(text))
	if err != nil {
		return nil, place.err(err)
	}
	place.written = written
	query := written.SQL
	if err := p.refuseImpure(query); err != nil {
		return nil, place.err(err)
	}
	root, err := p.duckPlan(query)
	if err != nil {
		return nil, place.err(p.misplaced(query, err))
	}
	b := &builder{sources: p.sources, check: p.config.CheckAggregate, checkRetracts: p.config.CheckRetracts, ctes: map[int]duckplan.Operator{}, ttl: o.StateTTL, lateness: o.AllowedLateness, rankings: map[*plan.Relational]ranking{}}
	node, emit, err := b.planFor(root, o.Emit)
	if err != nil {
		return nil, place.err(p.misplaced(query, err))
	}
	if len(plan.Scans(node)) == 0 || plan.Static(node) {
		return nil, place.err(refuseSourceless(root))
	}
	dropRanks(node)
	prune(node)
	p.describe(node)
	v := &View{Plan: node, Emit: emit, Updating: updating(node), Ages: agingColumn(node)}
	if v.Computed, err = p.computed(span.Of(text)); err != nil {
		return nil, place.err(err)
	}
	if v.Views, err = p.reads(query); err != nil {
		return nil, place.err(err)
	}
	names, err := p.outputNames(query)
	if err != nil {
		return nil, place.err(err)
	}
	for i, c := range node.Columns() {
		v.Columns = append(v.Columns, types.Field{Name: names[i], Type: concrete(c.Type)})
	}
	return v, nil
}

// concrete is the type that a table column has: a bare NULL becomes INTEGER, as in CREATE TABLE AS.
func concrete(t types.Type) types.Type {
	if t.ID == types.Null {
		return types.Of(types.Integer)
	}
	return t
}

func (p *Planner) duckPlan(query string) (duckplan.Operator, error) {
	return duckplan.Plan(context.Background(), p.conn, query)
}

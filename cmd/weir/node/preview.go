package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/weirdb/weir/connectors"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/preview"
	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/parse"
)

// A preview applies texts as Apply does, to a catalog of its own, in a transaction that is taken back. So it says what applying them
// does, and cannot say anything else.
//
//	running     definitions ─► catalog of the preview ─ apply ─► transaction over the result database ─► taken back
//	a file      definitions ─► catalog of the preview ─ apply ─► transaction over a copy in memory    ─► taken back

// PreviewFile says what texts would change in a database file that no Weir has open. The file stays as it is; one that is not there is
// an empty database.
func PreviewFile(ctx context.Context, o Options, scripts []preview.Script) (p *preview.Preview, err error) {
	store, err := duckdb.OpenCopy(o.DB, changeTables(scripts), duckdb.StoreOptions{MemoryLimit: o.MemoryLimit, Threads: o.Threads, Functions: o.Functions, Detectors: Detectors()})
	if err != nil {
		return nil, err
	}
	if o.Connectors == nil {
		o.Connectors = connectors.All
	}
	n := &Node{options: o, store: store}
	n.tables = &plainTables{node: n}
	defer func() { err = errors.Join(err, n.Close()) }()
	if err := n.prepare(ctx); err != nil {
		return nil, err
	}
	p, err = n.preview(ctx, scripts)
	var m mistake
	if errors.As(err, &m) {
		err = m.error
	}
	return p, err
}

// changeTables reports whether some text has statements about plain tables, which may depend on the rows that are there.
func changeTables(scripts []preview.Script) bool {
	return slices.ContainsFunc(scripts, func(s preview.Script) bool {
		statements, _ := parse.Statements(s.Text) // a mistake is found when the text is applied
		return slices.ContainsFunc(statements, func(s parse.Statement) bool { _, ok := s.(parse.ChangeTable); return ok })
	})
}

// Preview implements server.Backend. Where Weir does not run with --writable, whoever asks must not learn more than queries tell: a text's
// options do not read the environment, and sources that it defines are not asked what they hold.
func (n *Node) Preview(ctx context.Context, scripts []preview.Script) (*preview.Preview, error) {
	p, err := n.previewAside(ctx, scripts)
	return p, userMistake(err)
}

// previewAside previews texts with a catalog of its own.
func (n *Node) previewAside(ctx context.Context, scripts []preview.Script) (*preview.Preview, error) {
	aside, err := n.aside(ctx)
	if err != nil {
		return nil, err
	}
	p, err := aside.preview(ctx, scripts)
	return p, errors.Join(err, aside.closeParts())
}

// aside is a node with a catalog of its own, which knows what is defined. The caller closes its parts. Where Weir does not run with
// --writable, what it applies cannot read the environment.
func (n *Node) aside(ctx context.Context) (*Node, error) {
	aside := n.beside()
	sealed := false
	aside.options.Getenv = func(name string) (string, bool) {
		if sealed {
			return "${" + name + "}", true
		}
		if n.options.Getenv != nil {
			return n.options.Getenv(name)
		}
		return os.LookupEnv(name)
	}
	if err := aside.prepare(ctx); err != nil {
		return nil, errors.Join(err, aside.closeParts())
	}
	sealed = !n.options.Writable
	return aside, nil
}

// userMistake is a mistake in a text as the API tells it.
func userMistake(err error) error {
	var m mistake
	if errors.As(err, &m) {
		return &server.UserError{Code: "weir", Message: m.Error(), Position: -1}
	}
	return err
}

// previewed is what a preview knows once the texts have been applied.
type previewed struct {
	node          *Node
	before, after []*catalog.View   // with the successors of views
	sources       []*catalog.Source // that there were before
	checkpoint    engine.Checkpoint
	scripts       []preview.Script
	decisions     [][]catalog.Decision // by script
	measured      map[string]*measured // by source
}

func (n *Node) preview(ctx context.Context, scripts []preview.Script) (*preview.Preview, error) {
	p := &previewed{node: n, before: n.viewsAndSuccessors(), sources: slices.Clone(n.catalog.Sources), scripts: scripts, measured: map[string]*measured{}}
	was, err := n.store.Load(ctx)
	if err != nil {
		return nil, err
	}
	if err := n.store.Attempt(ctx, p.apply); err != nil {
		return nil, err
	}
	p.after = n.viewsAndSuccessors()
	out := &preview.Preview{Objects: p.objects()}
	if out.Views, err = p.views(ctx, was); err != nil {
		return nil, err
	}
	out.Changes = slices.ContainsFunc(out.Objects, func(o preview.Object) bool {
		return o.Action != string(catalog.Unchanged) && o.Action != string(catalog.Executed)
	}) || slices.ContainsFunc(out.Views, func(v preview.View) bool { return v.Fate != preview.Kept })
	return out, nil
}

func (n *Node) viewsAndSuccessors() []*catalog.View {
	return slices.Concat(n.catalog.Views, n.catalog.Backfills)
}

// apply applies the texts, one after the other, as weir run does.
func (p *previewed) apply(c *duckdb.Catalog) error {
	for _, s := range p.scripts {
		applied, err := p.node.applyIn(c, s.Text)
		var m mistake
		if errors.As(err, &m) {
			return mistake{fmt.Errorf("%s: %w", s.Name, m.error)}
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		p.decisions = append(p.decisions, applied.decisions)
	}
	p.checkpoint = c.Checkpoint()
	return nil
}

// objects are the statements, then what the database has beside them.
func (p *previewed) objects() []preview.Object {
	var out []preview.Object
	for i, s := range p.scripts {
		for _, d := range p.decisions[i] {
			out = append(out, p.object(s, d))
		}
	}
	c := p.node.catalog
	beside := func(kind parse.Kind, name string) {
		same := func(o preview.Object) bool { return o.Kind == string(kind) && strings.EqualFold(o.Name, name) }
		if !slices.ContainsFunc(out, same) {
			out = append(out, preview.Object{Kind: string(kind), Name: name, Action: string(catalog.Unchanged), Note: "not in the text: stays as it is"})
		}
	}
	for _, s := range c.Sources {
		beside(parse.Source, s.Name)
	}
	for _, m := range c.Macros {
		beside(parse.Macro, m.Name)
	}
	for _, v := range c.Views {
		beside(v.Kind(), v.Name)
	}
	for _, s := range c.Sinks {
		beside(parse.Sink, s.Name)
	}
	return out
}

func (p *previewed) object(s preview.Script, d catalog.Decision) preview.Object {
	o := preview.Object{Script: s.Name, Line: 1 + strings.Count(s.Text[:d.At.Start], "\n"), Kind: string(d.Kind), Name: d.Name, Action: string(d.Action)}
	if d.Kind == "" {
		o.Kind, o.Note = "TABLE", "at each start"
		if p.node.tables.asTheyAre {
			o.Note = "at each start; tables are taken as they are now"
		}
	}
	for _, change := range d.Changes {
		if change.Kind == d.Kind && change.Name == d.Name {
			o.Why = append(o.Why, change.Why...)
		}
	}
	return o
}

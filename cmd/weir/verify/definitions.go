package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/parse"
	"github.com/weirdb/weir/sql/planner"
)

// definitions are those of the database, and the views among them that are to be verified.
type definitions struct {
	*catalog.Catalog
	planner *planner.Planner
	views   []*catalog.View
}

func (d *definitions) close() { d.planner.Close() }

// readDefinitions takes the definitions from the database, checks that the scripts say the same, and chooses the views.
func readDefinitions(ctx context.Context, r *results, o Options) (*definitions, error) {
	views, err := r.table(ctx, "SELECT name FROM weir_results.weir.catalog WHERE kind = 'MATERIALIZED VIEW'")
	if err != nil {
		return nil, fmt.Errorf("read the definitions in %s: %w", r.path, err)
	}
	c, p, err := node.NewCatalog(o.Connectors, node.SQLTables{
		Conn: r.conn, Database: "weir_results", ReadOnly: true, Hidden: func(table string) bool {
			return slices.ContainsFunc(views.Rows, func(row []string) bool { return row[0] == table })
		},
	}, o.Functions...)
	if err != nil {
		return nil, err
	}
	d := &definitions{Catalog: c, planner: p}
	err = d.read(ctx, r)
	if err == nil {
		err = d.choose(r.path, o)
	}
	if err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *definitions) read(ctx context.Context, r *results) error {
	entries, err := r.table(ctx, "SELECT kind, name, sql FROM weir_results.weir.catalog ORDER BY position")
	if err != nil {
		return fmt.Errorf("read the definitions in %s: %w", r.path, err)
	}
	var stored []catalog.Definition
	for _, e := range entries.Rows {
		if e[0] != string(parse.Sink) {
			stored = append(stored, catalog.Definition{Kind: e[0], Name: e[1], Text: e[2]})
		}
	}
	if err := d.Load(stored); err != nil {
		return fmt.Errorf("%s: %w", r.path, err)
	}
	return nil
}

// choose finds the views to verify: those that the scripts define, or all.
func (d *definitions) choose(path string, o Options) error {
	var names []string
	for _, s := range o.Scripts {
		defined, err := d.check(path, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Path, err)
		}
		names = append(names, defined...)
	}
	if len(o.Scripts) == 0 {
		for _, v := range d.Views {
			if v.Alert == nil { // what alerts did when depends on when commits came
				names = append(names, v.Name)
			}
		}
	}
	for _, want := range o.Views {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, want) }) {
			return fmt.Errorf("--view %s: there is no such view; there are %s", want, strings.Join(names, ", "))
		}
	}
	for _, v := range d.Views {
		if slices.Contains(names, v.Name) && (len(o.Views) == 0 || slices.ContainsFunc(o.Views, func(n string) bool { return strings.EqualFold(n, v.Name) })) {
			d.views = append(d.views, v)
		}
	}
	if len(d.views) == 0 {
		return fmt.Errorf("there is no view to verify in %s", path)
	}
	return nil
}

// check wants a script to say what the database has, and returns the views that it defines.
func (d *definitions) check(path string, s Script) ([]string, error) {
	statements, err := parse.Statements(s.Text)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, x := range statements {
		var kind parse.Kind
		var name, has string
		switch x := x.(type) {
		case parse.CreateSource:
			kind, name = parse.Source, x.Name
			if source := d.Source(name); source != nil {
				has = source.Text
			}
		case parse.CreateView:
			kind, name = x.Kind(), x.Name
			view := d.View(name)
			if view != nil {
				name, has = view.Name, view.Text
			}
			if view != nil && view.Alert == nil {
				names = append(names, name)
			}
		case parse.CreateMacro:
			kind, name = parse.Macro, x.Name
			if macro := d.Macro(name); macro != nil {
				has = macro.Statement
			}
		default:
			continue // sinks, SHOW and the like have no table
		}
		switch {
		case has == "":
			return nil, parse.Errorf(s.Text, x.At().Start, "%s has no %s %s: run this file with `weir run` first, or name another --db", path, kind, name)
		case !catalog.SameDefinition(has, x.At().Of(s.Text)):
			return nil, parse.Errorf(s.Text, x.At().Start, "%s has another definition of %s %s: run this file with `weir run` first, or "+
				"leave the file out to verify what the database has", path, kind, name)
		}
	}
	return names, nil
}

package planner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
)

// DefineView makes a planned SELECT known under a name, so that others may read it: DuckDB puts it in their place, and their plans
// read the sources. One of the same name is replaced. Those that read it are to be planned again.
//
//	totals: SELECT … FROM bid ─┐
//	                           ├─► SELECT … FROM (SELECT … FROM bid) ─► one plan, over bid
//	top: SELECT … FROM totals ─┘
func (p *Planner) DefineView(name string, columns []types.Field, query string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	written, err := p.planned(query)
	if err != nil {
		return err
	}
	if err := p.exec(ViewSQL(name, columns, written.SQL)); err != nil {
		return err
	}
	if !slices.Contains(p.views, name) {
		p.views = append(p.views, name)
	}
	return nil
}

// ViewSQL is the statement that makes a DuckDB view of a view's SELECT, with the names that the view's columns have.
func ViewSQL(name string, columns []types.Field, query string) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = types.QuoteIdent(c.Name)
	}
	return fmt.Sprintf("CREATE OR REPLACE VIEW %s (%s) AS SELECT * FROM (\n%s\n)", types.QuoteIdent(name), strings.Join(names, ", "), query)
}

// DropView forgets a view.
func (p *Planner) DropView(name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.views = slices.DeleteFunc(p.views, func(v string) bool { return strings.EqualFold(v, name) })
	return p.exec("DROP VIEW IF EXISTS " + types.QuoteIdent(name))
}

// reads are the views that a query reads, by itself or through a macro. It may name views that these read, too.
func (p *Planner) reads(query string) ([]string, error) {
	var out []string
	text := query
	for _, m := range p.macros {
		text += "\n" + m.Text
	}
	for _, v := range p.views {
		if !mentions(text, v) {
			continue
		}
		needed, err := p.needs(query, "DROP VIEW "+types.QuoteIdent(v))
		if err != nil {
			return nil, err
		}
		if needed {
			out = append(out, v)
		}
	}
	return out, nil
}

// mentions reports whether a name is written somewhere in a text, as a word of its own.
func mentions(query, name string) bool {
	query, name = strings.ToLower(query), strings.ToLower(strings.ReplaceAll(name, `"`, `""`))
	for at := strings.Index(query, name); at >= 0; at = strings.Index(query, name) {
		before, _ := utf8.DecodeLastRuneInString(query[:at])
		after, _ := utf8.DecodeRuneInString(query[at+len(name):])
		if !inWord(before) && !inWord(after) {
			return true
		}
		query = query[at+1:]
	}
	return false
}

func inWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// needs reports whether a query that can be bound could not be without what a statement drops. Only DuckDB's binder knows: a name
// may be that of a common table expression, or stand in a text that query_table is given.
func (p *Planner) needs(query, drop string) (bool, error) {
	if err := p.exec("BEGIN TRANSACTION"); err != nil {
		return false, err
	}
	err := p.exec(drop)
	var unbound error
	if err == nil {
		_, unbound = p.outputNames(query)
	}
	return unbound != nil, errors.Join(err, p.exec("ROLLBACK"))
}

// misplaced drops the place of a construct that is refused, if it may stand in the text of another view or of a macro.
func (p *Planner) misplaced(query string, err error) error {
	var unsupported *duckplan.Unsupported
	if !errors.As(err, &unsupported) || unsupported.Position < 0 {
		return err
	}
	others, failed := p.reads(query)
	if failed != nil || len(others) > 0 || slices.ContainsFunc(p.macros, func(m *userMacro) bool { return mentions(query, m.Name) }) {
		unsupported.Position = -1
	}
	return err
}

// outputNames are the result's column names, made unique as DuckDB does for a subquery.
func (p *Planner) outputNames(query string) ([]string, error) {
	rows, err := p.conn.QueryContext(context.Background(), "SELECT column_name FROM (DESCRIBE SELECT * FROM (\n"+query+"\n))")
	if err != nil {
		return nil, fmt.Errorf("planner: describe: %w", err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("planner: describe: %w", err)
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

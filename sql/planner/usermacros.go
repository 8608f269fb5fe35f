package planner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
	"github.com/weirdb/weir/sql/parse"
	"github.com/weirdb/weir/sql/scoring"
)

// Macro is a macro that a user has defined: a name for an expression or a SELECT, which DuckDB puts in its place when it plans.
type Macro struct {
	Name  string
	Table bool   // it stands after FROM
	Text  string // the definition, from the name on
	// Computed is the definition for a DuckDB that computes it at once, as View.Computed is. DefineMacro fills it in.
	Computed string
}

// SQL is the statement that makes the macro in any DuckDB with the functions of engine.Detectors.
func (m Macro) SQL() string { return macroHead + m.Computed }

const macroHead = "CREATE OR REPLACE MACRO "

// dropMacro drops a macro of the planner's database. DuckDB's own functions, which may have the name, are in another.
func dropMacro(name string, table bool) string {
	kind := "MACRO"
	if table {
		kind = "MACRO TABLE"
	}
	return fmt.Sprintf("DROP %s IF EXISTS memory.main.%s", kind, types.QuoteIdent(name))
}

// userMacro is a macro with its bodies as DuckDB parses them, one for each list of parameters.
type userMacro struct {
	Macro
	planned engine.Rewritten // the definition
	bodies  []any
}

// statement makes the macro in the planner's DuckDB.
func (m *userMacro) statement() string { return macroHead + m.planned.SQL }

// DefineMacro makes a macro known, which stands in span of text, or replaces one of its name. Views and macros that use it are to be
// planned again. Mistakes in the text come back as *parse.Error. After an error the macro of before is known still.
func (p *Planner) DefineMacro(text string, span parse.Span, m *Macro) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	place := placer{text: text, span: span}
	if reserved(m.Name) {
		return place.at(-1, fmt.Sprintf("%s is a function of Weir's own: choose another name", m.Name))
	}
	before := p.macro(m.Name)
	made, err := p.rewriteMacro(m)
	if err != nil {
		return place.err(err)
	}
	place.written = made.planned
	err = p.createMacro(made)
	if err == nil {
		p.forgetMacro(m.Name)
		p.macros = append(p.macros, made)
		return nil
	}
	if undo := p.restoreMacro(m.Name, before); undo != nil {
		return errors.Join(place.err(err), undo)
	}
	return place.err(err)
}

// reserved reports whether a name is one that the planner gives a meaning of its own.
func reserved(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "weir_") || scoring.IsFunction(name) || slices.Contains([]string{"tumble", "hop", "cumulate", "session", "absent"}, name)
}

// createMacro has DuckDB check a macro, and reads its bodies.
func (p *Planner) createMacro(m *userMacro) error {
	if err := p.exec(dropMacro(m.Name, !m.Table)); err != nil { // one of the other kind may have had the name
		return err
	}
	if err := p.execPlaced(m.statement(), len(macroHead)); err != nil {
		return err
	}
	if err := p.readBodies(m); err != nil {
		return err
	}
	if p.calls(m, m.Name) {
		return &duckplan.Mistake{Message: "macro " + m.Name + " would call itself", Position: -1}
	}
	if callsOf(m.bodies, "query") {
		return &duckplan.Unsupported{Construct: "query(…) in a macro", Instead: "write the SELECT itself, or use query_table(…)", Position: -1}
	}
	return nil
}

// execPlaced runs a statement whose first bytes are not the user's. A mistake comes back with its place in what follows them.
func (p *Planner) execPlaced(statement string, skip int) error {
	if err := p.exec("SET errors_as_json = true"); err != nil {
		return err
	}
	_, mistake := p.conn.ExecContext(context.Background(), statement)
	if err := p.exec("SET errors_as_json = false"); err != nil || mistake == nil {
		return err
	}
	var said struct {
		Message  string `json:"exception_message"`
		Position string `json:"position"`
	}
	text := mistake.Error()
	if at := strings.IndexByte(text, '{'); at < 0 || json.Unmarshal([]byte(text[at:]), &said) != nil {
		return &duckplan.Mistake{Message: cleanMessage(mistake), Position: -1}
	}
	at, err := strconv.Atoi(said.Position)
	if err != nil || at < skip {
		at = skip - 1
	}
	return &duckplan.Mistake{Message: said.Message, Position: at - skip}
}

// readBodies takes a macro's bodies from DuckDB, in the form in which impure functions are looked for.
func (p *Planner) readBodies(m *userMacro) error {
	prefix, kind := "SELECT ", "macro"
	if m.Table {
		prefix, kind = "", "table_macro"
	}
	rows, err := p.conn.QueryContext(context.Background(), `SELECT json_serialize_sql(? || macro_definition)::VARCHAR FROM duckdb_functions()
		WHERE NOT internal AND function_type = ? AND lower(function_name) = lower(?)`, prefix, kind, m.Name)
	if err != nil {
		return fmt.Errorf("planner: macro %s: %w", m.Name, err)
	}
	defer rows.Close()
	for rows.Next() {
		var answer string
		var body map[string]any
		if err := rows.Scan(&answer); err != nil {
			return fmt.Errorf("planner: macro %s: %w", m.Name, err)
		}
		if err := json.Unmarshal([]byte(answer), &body); err != nil || body["error"] == true {
			return &duckplan.Unsupported{Construct: "this macro", Instead: "DuckDB cannot read its own form of it; write it in another way", Position: -1}
		}
		m.bodies = append(m.bodies, body)
	}
	return rows.Err()
}

// restoreMacro makes a macro what it was: nil for nothing.
func (p *Planner) restoreMacro(name string, before *userMacro) error {
	if err := errors.Join(p.exec(dropMacro(name, false)), p.exec(dropMacro(name, true))); err != nil || before == nil {
		return err
	}
	return p.exec(before.statement())
}

func (p *Planner) macro(name string) *userMacro {
	for _, m := range p.macros {
		if strings.EqualFold(m.Name, name) {
			return m
		}
	}
	return nil
}

func (p *Planner) forgetMacro(name string) {
	p.macros = slices.DeleteFunc(p.macros, func(m *userMacro) bool { return strings.EqualFold(m.Name, name) })
}

// DropMacro forgets a macro.
func (p *Planner) DropMacro(name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forgetMacro(name)
	return p.restoreMacro(name, nil)
}

// CheckMacros checks that all macros still work, after something was replaced or dropped that they may use. It returns the name of
// one that does not, and why.
func (p *Planner) CheckMacros() (broken string, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.macros {
		if err := p.execPlaced(m.statement(), len(macroHead)); err != nil {
			return m.Name, err
		}
	}
	return "", nil
}

// Needs reports whether a SELECT cannot do without a macro.
func (p *Planner) Needs(query, macro string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.macro(macro)
	if m == nil {
		return false, nil
	}
	written, err := p.planned(query)
	if err != nil {
		return false, err
	}
	return p.needs(written.SQL, dropMacro(m.Name, m.Table))
}

// Callers are the macros that call a macro themselves.
func (p *Planner) Callers(name string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, m := range p.macros {
		if callsOf(m.bodies, name) {
			out = append(out, m.Name)
		}
	}
	return out
}

// calls reports whether a macro calls another one, by itself or through macros that it calls.
func (p *Planner) calls(m *userMacro, name string) bool {
	return callsOf(m.bodies, name) || slices.ContainsFunc(p.macros, func(x *userMacro) bool {
		return !strings.EqualFold(x.Name, name) && callsOf(m.bodies, x.Name) && p.calls(x, name)
	})
}

// callsOf reports whether a function is called somewhere in a parsed text.
func callsOf(tree any, function string) bool {
	switch t := tree.(type) {
	case []any:
		return slices.ContainsFunc(t, func(x any) bool { return callsOf(x, function) })
	case map[string]any:
		if name, _ := t["function_name"].(string); strings.EqualFold(name, function) {
			return true
		}
		for _, x := range t {
			if callsOf(x, function) {
				return true
			}
		}
	}
	return false
}

package macro

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Context is what macros expand to.
type Context struct {
	From, To time.Time     // the panel's time range
	Interval time.Duration // how far apart a panel's points are; a second if zero
	Filters  []Filter      // ad hoc filters of the dashboard
}

// Statement is a statement with its macros expanded.
type Statement struct {
	SQL  string
	Fill *Fill // what $__timeGroup wants of buckets without rows; nil for nothing
	// Filtered says that $__adhocFilters is in it.
	Filtered bool
	// Moving says that it means something else for another time range or interval.
	Moving bool
	pieces []piece
}

// Error is a mistake in a macro.
type Error struct {
	Message  string
	Position int // characters of the statement from 0
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// mistake is an Error whose place is not known yet.
type mistake struct{ text string }

func (m mistake) Error() string { return m.text }

func mistakef(format string, a ...any) error { return mistake{fmt.Sprintf(format, a...)} }

// Expand expands the macros of a statement. A mistake in one is an *Error.
func Expand(sql string, c Context) (*Statement, error) {
	e := &expander{context: c, sql: sql, into: &Statement{}}
	if e.context.Interval <= 0 {
		e.context.Interval = time.Second
	}
	if err := e.expand(lex(sql), 0); err != nil {
		return nil, err
	}
	e.into.SQL = e.out.String()
	return e.into, nil
}

// expander writes one statement.
type expander struct {
	context Context
	sql     string
	into    *Statement
	out     strings.Builder
}

// deepest bounds macros within arguments of macros.
const deepest = 20

func (e *expander) expand(tokens []token, depth int) error {
	for i := 0; i < len(tokens); {
		n, err := e.one(tokens[i:], depth)
		if err != nil {
			return e.locate(tokens[i], err)
		}
		i += n
	}
	return nil
}

// locate gives a mistake its place, unless one of an argument has it already.
func (e *expander) locate(t token, err error) error {
	if m, ok := err.(mistake); ok {
		return &Error{Message: t.text + ": " + m.text, Position: utf8.RuneCountInString(e.sql[:t.at])}
	}
	return err
}

// one writes the first of the tokens, with the arguments that belong to it, and says how many that were.
func (e *expander) one(tokens []token, depth int) (int, error) {
	t := tokens[0]
	if t.kind == text && (t.text == "'$__interval'" || t.text == "'$__interval_ms'") {
		e.write(t, e.bareInterval(t.text))
		e.into.Moving = true
		return 1, nil
	}
	if t.kind != call || t.text == all {
		e.copy(t)
		return 1, nil
	}
	m := find(t.text)
	if m == nil {
		return 0, mistakef("there is no such macro; there are %s", strings.Join(names(), ", "))
	}
	args, used, err := e.arguments(m, tokens[1:], depth)
	if err != nil {
		return 0, err
	}
	written, err := m.write(e, args)
	if err != nil {
		return 0, err
	}
	e.write(t, written)
	e.into.Moving = e.into.Moving || m.moving()
	return used + 1, nil
}

// arguments are those in the parentheses behind a macro, expanded. Used is how many tokens they take; none, if there is no parenthesis.
func (e *expander) arguments(m *Macro, tokens []token, depth int) (args []string, used int, err error) {
	open := 0
	for open < len(tokens) && tokens[open].kind == space {
		open++
	}
	if open == len(tokens) || tokens[open].text != "(" || (m.most == 0 && !empty(tokens[open:])) {
		return nil, 0, m.count(0)
	}
	if depth == deepest {
		return nil, 0, mistakef("macros are nested more than %d deep", deepest)
	}
	parts, end := split(tokens[open+1:])
	if end < 0 {
		return nil, 0, mistakef("its parenthesis is not closed")
	}
	for _, part := range parts {
		text, err := e.inner(part, depth)
		if err != nil {
			return nil, 0, err
		}
		args = append(args, text)
	}
	if len(args) == 1 && args[0] == "" {
		args = nil
	}
	return args, open + 2 + end, m.count(len(args))
}

// empty reports whether tokens begin with a pair of parentheses with nothing in it.
func empty(tokens []token) bool {
	parts, end := split(tokens[1:])
	return end >= 0 && len(parts) == 1 && !slices.ContainsFunc(parts[0], func(t token) bool { return t.kind != space })
}

// split cuts the tokens behind an open parenthesis at its commas. End is where it closes, -1 if it does not.
func split(tokens []token) (parts [][]token, end int) {
	depth, start := 0, 0
	for i, t := range tokens {
		switch {
		case t.kind != other:
		case t.text == "(" || t.text == "[" || t.text == "{":
			depth++
		case depth == 0 && t.text == ")":
			return append(parts, tokens[start:i]), i
		case t.text == ")" || t.text == "]" || t.text == "}":
			depth--
		case depth == 0 && t.text == ",":
			parts = append(parts, tokens[start:i])
			start = i + 1
		}
	}
	return nil, -1
}

// inner expands an argument.
func (e *expander) inner(tokens []token, depth int) (string, error) {
	in := &expander{context: e.context, sql: e.sql, into: &Statement{}}
	if err := in.expand(tokens, depth+1); err != nil {
		return "", err
	}
	if in.into.Fill != nil {
		e.into.Fill = in.into.Fill
	}
	e.into.Filtered = e.into.Filtered || in.into.Filtered
	e.into.Moving = e.into.Moving || in.into.Moving
	return strings.TrimSpace(in.out.String()), nil
}

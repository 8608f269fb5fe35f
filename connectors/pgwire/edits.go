package pgwire

import (
	"slices"
	"strconv"
	"strings"
)

// edits say how a text came from another, so that a place in it can be found in the other. Each layer was applied to what the ones before
// gave.
type edits []layer

// layer are changes of one text, in its order.
type layer []edit

// edit is a change: where it was, and where it is.
type edit struct{ from, to, newFrom, newTo int }

// apply makes changes, which are in the order of the text and do not overlap.
func (e edits) apply(sql string, changes []change) (string, edits) {
	if len(changes) == 0 {
		return sql, e
	}
	var out strings.Builder
	var l layer
	at := 0
	for _, c := range changes {
		if c.from < at { // a part of what was replaced already
			continue
		}
		out.WriteString(sql[at:c.from])
		from := out.Len()
		out.WriteString(c.text)
		l = append(l, edit{c.from, c.to, from, out.Len()})
		at = c.to
	}
	out.WriteString(sql[at:])
	return out.String(), append(slices.Clone(e), l)
}

// back is where a place was in the first text. What is in a change was at its beginning.
func (e edits) back(position int) int {
	for _, l := range slices.Backward(e) {
		position = l.back(position)
	}
	return position
}

func (l layer) back(position int) int {
	for _, c := range slices.Backward(l) {
		switch {
		case position >= c.newTo:
			return position - c.newTo + c.to
		case position >= c.newFrom:
			return c.from
		}
	}
	return position
}

// castParameters writes CAST(CAST($1 AS VARCHAR) AS type) for $1, and so on for the others but those whose type is empty. DuckDB takes the
// inner type for the parameter's.
func (e edits) castParameters(sql string, types []string) (string, edits) {
	return e.parameters(sql, types, func(parameter, t string) string {
		if t == "VARCHAR" {
			return "CAST(" + parameter + " AS VARCHAR)"
		}
		return "CAST(CAST(" + parameter + " AS VARCHAR) AS " + t + ")"
	})
}

// typedParameters writes (SELECT CAST(NULL AS type)) for parameters: that has a type, where DuckDB does not say yet what a parameter gives.
func (e edits) typedParameters(sql string, types []string) (string, edits) {
	return e.parameters(sql, types, func(_, t string) string { return "(SELECT CAST(NULL AS " + t + "))" })
}

// parameters puts something in the place of the parameters whose types are not empty.
func (e edits) parameters(sql string, types []string, instead func(parameter, t string) string) (string, edits) {
	var changes []change
	for _, t := range lex(sql) {
		if t.kind != parameter {
			continue
		}
		if n, err := strconv.Atoi(t.text[1:]); err == nil && n >= 1 && n <= len(types) && types[n-1] != "" {
			changes = append(changes, change{t.at, t.at + len(t.text), instead(t.text, types[n-1])})
		}
	}
	return e.apply(sql, changes)
}

package duckdb

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Error is what DuckDB said about a statement.
type Error struct {
	Kind     string // DuckDB's word for it: Parser, Binder, Catalog, Conversion, …; empty if it gave none
	Message  string // the first line, without the kind
	Detail   string // the lines after the first, such as "Did you mean"; may be empty
	Position int    // byte offset in the statement's text; -1 if DuckDB gave none
	// Candidates are names, or signatures of functions, that may have been meant; nil if DuckDB gave none.
	Candidates []string
}

// Error returns the kind, the message and the detail, the message's first line first.
func (e *Error) Error() string {
	text := e.Message
	if e.Kind != "" {
		text = e.Kind + " Error: " + text
	}
	if e.Detail != "" {
		text += "\n" + e.Detail
	}
	return text
}

// parseError reads an error text of DuckDB. The instances that this package opens run with errors_as_json, which is the way
// to learn the position. Some errors come as plain text all the same, some as JSON after the kind.
func parseError(text string) *Error {
	kind, message, ok := strings.Cut(text, " Error: ")
	if !ok || strings.ContainsAny(kind, "\n{") {
		kind, message = "", text
	}
	var fields map[string]string
	if strings.HasPrefix(message, "{") && json.Unmarshal([]byte(message), &fields) == nil {
		e := errorOf(fields["exception_type"], fields["exception_message"], fields["position"])
		e.Candidates = candidatesOf(fields["candidates"])
		return e
	}
	return errorOf(kind, message, "")
}

func errorOf(kind, message, position string) *Error {
	e := &Error{Kind: kind, Position: -1}
	e.Message, e.Detail, _ = strings.Cut(strings.TrimSpace(message), "\n")
	e.Detail = strings.TrimSpace(e.Detail)
	if at, err := strconv.Atoi(position); err == nil {
		e.Position = at
	}
	return e
}

// candidatesOf cuts a list at its commas, but for those within a signature's parentheses.
func candidatesOf(list string) []string {
	var out []string
	depth := 0
	for _, part := range strings.Split(list, ",") {
		if depth > 0 {
			out[len(out)-1] += "," + part
		} else if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
		depth += strings.Count(part, "(") - strings.Count(part, ")")
	}
	return out
}

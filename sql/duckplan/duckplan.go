// Package duckplan reads the logical plan that DuckDB gives as JSON (json_serialize_plan with optimize := true): bound, typed
// and optimised. It reads strictly: a field, expression class or type that it does not know is an error, because a plan that
// is only half understood gives wrong answers.
//
// To read another operator: a file with a struct and its method, a case in operator.go, another in inputs.go. Another expression
// class: a case in expression.go.
package duckplan

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Mistake is an error that DuckDB found in the query's text.
type Mistake struct {
	Kind       string // parser, binder, catalog, …
	Message    string
	Candidates []string // names that may have been meant
	Position   int      // byte offset in the text, -1 if DuckDB does not tell
}

// Error implements error.
func (m *Mistake) Error() string { return m.Message }

// Unsupported is a construct that DuckDB understands and Weir does not.
type Unsupported struct {
	Construct string // as a user would call it
	Instead   string // what to write instead
	Position  int    // byte offset in the text, -1 if not known
}

// Error implements error.
func (u *Unsupported) Error() string {
	text := u.Construct + " is not supported in a continuous query"
	if u.Instead != "" {
		text += ": " + u.Instead
	}
	return text
}

// Parse reads the result of json_serialize_plan for one SELECT. Its errors are *Mistake, *Unsupported, or about the JSON itself.
func Parse(text string) (Operator, error) {
	var answer struct {
		Error      bool              `json:"error"`
		Kind       string            `json:"error_type"`
		Message    string            `json:"error_message"`
		Candidates string            `json:"candidates"`
		Position   json.RawMessage   `json:"position"`
		Plans      []json.RawMessage `json:"plans"`
	}
	if err := json.Unmarshal([]byte(quoteNonNumbers(text)), &answer); err != nil {
		return nil, fmt.Errorf("duckplan: read plan: %w", err)
	}
	if answer.Error {
		m := &Mistake{Kind: answer.Kind, Message: answer.Message, Position: position(answer.Position)}
		if answer.Candidates != "" {
			m.Candidates = strings.Split(answer.Candidates, ",")
		}
		return nil, m
	}
	if len(answer.Plans) != 1 {
		return nil, &Unsupported{Construct: fmt.Sprintf("a text of %d statements", len(answer.Plans)), Instead: "write one SELECT", Position: -1}
	}
	return parseOperator(answer.Plans[0])
}

// position reads a byte offset that may be a number, a number in a string, or missing.
func position(raw json.RawMessage) int {
	var n int
	if _, err := fmt.Sscanf(strings.Trim(string(raw), `"`), "%d", &n); err != nil {
		return -1
	}
	return n
}

// quoteNonNumbers puts NaN and Infinity, which DuckDB writes bare, in quotes, outside strings.
func quoteNonNumbers(text string) string {
	if !strings.Contains(text, "NaN") && !strings.Contains(text, "Infinity") {
		return text
	}
	var b strings.Builder
	inString := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		if inString {
			b.WriteByte(c)
			if c == '\\' {
				i++
				b.WriteByte(text[i])
			}
			inString = c != '"'
			continue
		}
		if word := nonNumberAt(text[i:]); word != "" {
			b.WriteString(`"` + word + `"`)
			i += len(word) - 1
			continue
		}
		inString = c == '"'
		b.WriteByte(c)
	}
	return b.String()
}

func nonNumberAt(rest string) string {
	for _, word := range []string{"NaN", "-NaN", "Infinity", "-Infinity"} {
		if strings.HasPrefix(rest, word) {
			return word
		}
	}
	return ""
}

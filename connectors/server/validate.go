package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"
)

// validity is whether a text is without mistakes, as far as can be said without running it.
type validity struct {
	Valid   bool     `json:"valid"`
	Columns []column `json:"columns,omitempty"` // of a statement that answers rows
	Error   *flaw    `json:"error,omitempty"`
}

// flaw is a mistake, with its place where it is known: Position counts characters from 0, Line and Column from 1.
type flaw struct {
	Message    string   `json:"message"`
	Code       string   `json:"code"`
	Position   *int     `json:"position,omitempty"`
	Line       int      `json:"line,omitempty"`
	Column     int      `json:"column,omitempty"`
	Candidates []string `json:"candidates,omitempty"` // what may have been meant
}

// serveValidate plans a text, and runs nothing of it. A text with a mistake is a good request: the answer says what is wrong.
func (a *api) serveValidate(w http.ResponseWriter, r *http.Request) {
	text, bad := a.statementOf(w, r)
	if bad != nil {
		writeProblem(w, bad)
		return
	}
	ctx := r.Context()
	if a.options.QueryTimeout > 0 {
		limited, stop := context.WithTimeout(ctx, a.options.QueryTimeout)
		defer stop()
		ctx = limited
	}
	fields, err := a.backend.Validate(ctx, text)
	var mistake *UserError
	switch {
	case errors.As(err, &mistake):
		writeJSON(w, http.StatusOK, validity{Error: flawOf(mistake, text)})
	case err != nil:
		writeProblem(w, problemOf(causeOf(ctx, err), text))
	default:
		writeJSON(w, http.StatusOK, validity{Valid: true, Columns: columnsOf(fields)})
	}
}

func flawOf(e *UserError, text string) *flaw {
	f := &flaw{Message: e.Message, Code: e.Code, Candidates: e.Candidates, Position: characters(text, e.Position)}
	if f.Position != nil {
		before := text[:e.Position]
		f.Line = 1 + strings.Count(before, "\n")
		f.Column = 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	}
	return f
}

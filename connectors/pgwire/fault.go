package pgwire

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/weirdb/weir/connectors/server"
)

// SQLSTATE codes, as PostgreSQL's appendix A has them.
const (
	stateProtocol       = "08P01"
	stateNotSupported   = "0A000"
	stateText           = "22021" // not UTF-8
	stateValue          = "22023" // not a value for a setting
	stateParameter      = "22P02" // a parameter's text is not of its type
	stateBinary         = "22P03" // a parameter's bytes are not of its type
	stateTimeRange      = "22008"
	stateAuthorization  = "28000"
	statePassword       = "28P01"
	stateCursor         = "34000" // no such cursor or portal
	stateCursorTwice    = "42P03"
	stateStatement      = "26000" // no such prepared statement
	stateStatementTwice = "42P05"
	stateReadOnly       = "25006"
	stateFailed         = "25P02" // the transaction has failed already
	stateIdle           = "25P03"
	stateSyntax         = "42601"
	stateSetting        = "42704" // no such setting
	stateTooMany        = "53300"
	stateTooMuch        = "54000" // a limit of the server's
	stateCancelled      = "57014"
	stateShutdown       = "57P01"
	stateStarting       = "57P03"
	stateInternal       = "XX000"
)

// states are the SQLSTATEs of DuckDB's kinds of error, by server.UserError's code.
var states = map[string]string{
	"parser": stateSyntax, "syntax": stateSyntax, "weir": stateSyntax, "binder": "42703", "catalog": "42P01", "conversion": stateParameter,
	"mismatch type": "42804", "out of range": "22003", "divide by zero": "22012", "invalid input": stateValue, "invalid type": "42804",
	"not implemented": stateNotSupported, "out of memory": "53200", "permission": "42501", "interrupt": stateCancelled, "refused": "42501",
	"read_only": stateReadOnly, "parameter not resolved": "42P18", "parameter not allowed": stateSyntax,
}

// fault is an error as a client sees it.
type fault struct {
	state    string
	message  string
	detail   string
	position int  // byte offset in the client's text, -1 if unknown
	fatal    bool // the connection ends with it
}

// Error implements error.
func (f *fault) Error() string { return f.message }

func newFault(state, message string) *fault {
	return &fault{state: state, message: message, position: -1}
}

// faultOf says how an error looks from outside. Ctx is that of the statement: what ended it is told by its cause.
func faultOf(ctx context.Context, err error) *fault {
	var own *fault
	var user *server.UserError
	switch {
	case errors.As(context.Cause(ctx), &own), errors.As(err, &own):
		copied := *own // its position may be moved
		return &copied
	case errors.As(err, &user):
		return faultOfUser(user)
	case errors.Is(err, server.ErrStarting):
		return newFault(stateStarting, err.Error())
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return newFault(stateCancelled, "the statement was cancelled")
	}
	return newFault(stateInternal, err.Error())
}

func faultOfUser(e *server.UserError) *fault {
	state, known := states[e.Code]
	if !known {
		state = stateInternal
	}
	message, detail, _ := strings.Cut(e.Message, "\n")
	if e.Code == "catalog" && strings.Contains(message, "Function with name") {
		state = "42883"
	}
	return &fault{state: state, message: message, detail: detail, position: e.Position}
}

// response is the message for the client. The text is there to count characters in: PostgreSQL counts them from 1.
func (f *fault) response(text string) *pgproto3.ErrorResponse {
	severity := "ERROR"
	if f.fatal {
		severity = "FATAL"
	}
	r := &pgproto3.ErrorResponse{Severity: severity, SeverityUnlocalized: severity, Code: f.state,
		Message: f.message, Detail: f.detail}
	if f.position >= 0 && f.position <= len(text) {
		r.Position = int32(utf8.RuneCountInString(text[:f.position])) + 1
	}
	return r
}

package plugin

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/weirdb/weir/dashboards/grafana/pkg/macro"
	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// refuse answers a query with an error. Whatever it is, it comes from the user's statement or from Weir, and not from a fault of the
// plugin's.
func refuse(err error, typed string, statement *macro.Statement) backend.DataResponse {
	return backend.DataResponse{Error: backend.DownstreamError(placed(err, typed, statement)), ErrorSource: backend.ErrorSourceDownstream, Status: statusOf(err)}
}

func statusOf(err error) backend.Status {
	var p *weir.Problem
	var f *weir.Failure
	switch {
	case errors.As(err, &p):
		return backend.Status(p.Status)
	case errors.As(err, &f):
		return statusOfFailure(f)
	case errors.Is(err, context.Canceled):
		return 499
	}
	return backend.StatusBadRequest
}

func statusOfFailure(f *weir.Failure) backend.Status {
	switch f.Kind {
	case weir.Unauthorized:
		return backend.StatusUnauthorized
	case weir.Forbidden:
		return backend.StatusForbidden
	case weir.Timeout:
		return backend.StatusTimeout
	case weir.Cancelled:
		return 499
	}
	return http.StatusBadGateway
}

// placed says where in the statement that was typed the mistake is.
func placed(err error, typed string, statement *macro.Statement) error {
	at, known := place(err, statement)
	if !known {
		return err
	}
	line, column := macro.Place(typed, at)
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}

// place is a mistake's place in the statement that was typed, in characters.
func place(err error, statement *macro.Statement) (int, bool) {
	var m *macro.Error
	var p *weir.Problem
	switch {
	case errors.As(err, &m):
		return m.Position, true
	case errors.As(err, &p) && p.Position != nil && statement != nil:
		return statement.Typed(*p.Position), true
	}
	return 0, false
}

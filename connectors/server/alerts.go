package server

import (
	"net/http"
	"strings"

	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/engine/types"
)

// serveAlerts answers the instances of alerts that are pending or firing, the newest first, as POST /v1/sql answers rows; with ?history=true,
// all transitions. ?alert= names one alert, ?state= one state.
func (a *api) serveAlerts(w http.ResponseWriter, r *http.Request) {
	format, bad := formatOf(r.Header.Get("Accept"))
	limit := 0
	if bad == nil {
		limit, bad = a.limitOf(r.URL.Query().Get("limit"))
	}
	if bad != nil {
		writeProblem(w, bad)
		return
	}
	statement := alertsSQL(r)
	result, err := a.backend.Query(r.Context(), statement, Limits{MaxRows: limit + 1})
	if err != nil {
		writeProblem(w, problemOf(err, statement))
		return
	}
	defer result.Close()
	a.sendResult(r.Context(), newReply(w, format), format, result, limit, statement)
}

// alertsSQL is what a request asks for, as a SELECT.
func alertsSQL(r *http.Request) string {
	wish := r.URL.Query()
	var where []string
	if wish.Get("history") != "true" {
		where = append(where, "active")
	}
	for _, column := range []int{alerting.AlertColumn, alerting.StateColumn} {
		name := alerting.Columns[column].Name
		if value := wish.Get(name); value != "" {
			where = append(where, types.QuoteIdent(name)+" = "+types.QuoteString(value))
		}
	}
	text := "SELECT * FROM weir.alerts"
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	return text + ` ORDER BY "at" DESC NULLS LAST, alert, instance`
}

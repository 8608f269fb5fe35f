package server

import (
	"context"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
)

// TestAlerts: what a request asks for is asked of weir.alerts; values cannot break out of their quotes.
func TestAlerts(t *testing.T) {
	asked, closed := "", 0
	s := start(t, &fakeBackend{query: func(_ context.Context, sql string, _ Limits) (*Result, error) {
		asked = sql
		return hotResult(memory.DefaultAllocator, &closed, nil, 1), nil
	}}, Options{})
	const order = ` ORDER BY "at" DESC NULLS LAST, alert, instance`
	for path, want := range map[string]string{
		"/v1/alerts":                                     "SELECT * FROM weir.alerts WHERE active" + order,
		"/v1/alerts?history=true":                        "SELECT * FROM weir.alerts" + order,
		"/v1/alerts?alert=a%27b&state=firing":            `SELECT * FROM weir.alerts WHERE active AND "alert" = 'a''b' AND "state" = 'firing'` + order,
		"/v1/alerts?history=true&state=resolved&limit=5": `SELECT * FROM weir.alerts WHERE "state" = 'resolved'` + order,
	} {
		if answer, text := ask(t, "GET", s.URL+path, ""); answer.StatusCode != 200 || asked != want {
			t.Errorf("%s: %d %s\n got %s\nwant %s", path, answer.StatusCode, text, asked, want)
		}
	}
	if answer, _ := ask(t, "GET", s.URL+"/v1/alerts?limit=x", ""); answer.StatusCode != 400 || closed != 4 {
		t.Errorf("%d, %d results closed", answer.StatusCode, closed)
	}
}

package weir

import "net/http"

// Caller says for whom a query runs, so that the logs of a Weir, or of a proxy before it, tell it. All of it may be empty.
type Caller struct {
	User      string // login
	Dashboard string // UID
	Panel     string // number of the panel in its dashboard
	Rule      string // UID of the alert rule
}

// sign puts the caller into a request's headers.
func (c Caller) sign(h http.Header) {
	for _, part := range []struct{ name, value string }{
		{"X-Grafana-User", c.User},
		{"X-Grafana-Dashboard-Uid", c.Dashboard},
		{"X-Grafana-Panel-Id", c.Panel},
		{"X-Grafana-Rule-Uid", c.Rule},
	} {
		if part.value != "" {
			h.Set(part.name, part.value)
		}
	}
}

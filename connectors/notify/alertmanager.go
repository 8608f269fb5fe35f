package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/weirdb/weir/connectors/httpout"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
)

var alertmanagerConnector = declare("alertmanager",
	"Sends alerts to Prometheus's Alertmanager, over its API v2, which groups, silences and routes them further. Labels are alertname, severity, those declared and the instance columns; what "+
		"comes again is the same alert to it. Alertmanager wants to hear of an alert again and again, and Weir tells once: an alert counts as firing until it has resolved, or for expires; "+
		"reminders (repeat_interval) prolong that.",
	`CREATE ALERT lagging WITH (for = '5 minutes', severity = 'warning', labels = 'team=data', repeat_interval = '4 hours', to = 'alertmanager', url = 'http://127.0.0.1:9093') AS
SELECT region, max(lag) AS lag, window_end FROM tumble(replicas, ts, INTERVAL '1 minute') GROUP BY ALL HAVING max(lag) > 30;`,
	[]engine.Option{
		{Name: "url", Required: true, Doc: "Where Alertmanager is, without /api/v2."},
		{Name: "expires", Kind: engine.Duration, Default: "1 day", Doc: "How long an alert of which nothing more is heard counts as firing, by the clock."},
		{Name: "link", Doc: "An address that goes with the alert (generatorURL), as of a dashboard."},
		httpout.HeadersOption, httpout.TimeoutOption,
	},
	func(c engine.SinkConfig) (channel, error) {
		to, err := newPoster(c)
		if err == nil && c.Options.Duration("expires") <= 0 {
			err = fmt.Errorf("option expires = '%s': want a duration above 0", c.Options["expires"])
		}
		return &alertmanager{to, strings.TrimSuffix(c.Options["url"], "/") + "/api/v2/alerts", c.Options["link"], c.Options.Duration("expires"), time.Now}, err
	})

type alertmanager struct {
	to        *httpout.Poster
	url, link string
	expires   time.Duration
	now       func() time.Time
}

// postableAlert is an alert of the API.
type postableAlert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
}

func (a *alertmanager) send(ctx context.Context, n *notification) error {
	var body []postableAlert
	for i := range n.of {
		if x, ok := a.alert(&n.of[i]); ok {
			body = append(body, x)
		}
	}
	if len(body) == 0 {
		return nil
	}
	return postJSON(ctx, a.to, a.url, n.key, body)
}

// alert is what a transition is to Alertmanager; false if it is nothing.
func (a *alertmanager) alert(t *transition) (postableAlert, bool) {
	out := postableAlert{Labels: labelSet(t), Annotations: annotations(t), StartsAt: t.since, EndsAt: t.at, GeneratorURL: a.link}
	switch t.state {
	case alerting.Firing:
		out.EndsAt = a.now().Add(a.expires)
	case alerting.Resolved:
		if t.at.IsZero() {
			out.EndsAt = a.now()
		}
	default:
		return out, false
	}
	if t.since.IsZero() {
		out.StartsAt = a.now()
	}
	if out.EndsAt.Before(out.StartsAt) { // event time may be ahead of the clock
		out.EndsAt = out.StartsAt.Add(a.expires)
	}
	return out, true
}

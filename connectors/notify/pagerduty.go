package notify

import (
	"context"
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/weirdb/weir/connectors/httpout"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
)

const pagerdutyURL = "https://events.pagerduty.com/v2/enqueue"

var pagerdutyConnector = declare("pagerduty",
	"Opens incidents of PagerDuty and resolves them, over its Events API v2. Each instance is one incident, whose dedup_key is the incident's id: an event that comes again, and a "+
		"reminder, change nothing. A severity that PagerDuty does not have is sent as warning, none as error.",
	`CREATE ALERT payments_stopped WITH (severity = 'critical', summary = 'no payment from {{.country}}', to = 'pagerduty', routing_key = '${PAGERDUTY_KEY}') AS
SELECT country, sum(amount) AS revenue, window_end FROM tumble(payments, ts, INTERVAL '5 minutes') GROUP BY ALL HAVING revenue = 0;`,
	[]engine.Option{
		{Name: "routing_key", Secret: true, Required: true, Doc: "The integration key of the service."},
		{Name: "source", Doc: "What the incident says it comes from; the instance, if not given."},
		{Name: "url", Default: pagerdutyURL, Doc: "Where events are sent, as 'https://events.eu.pagerduty.com/v2/enqueue' in Europe."},
		httpout.HeadersOption, httpout.TimeoutOption,
	},
	func(c engine.SinkConfig) (channel, error) {
		to, err := newPoster(c)
		return &pagerduty{to, c.Options["url"], c.Options["routing_key"], c.Options["source"], map[string]bool{}}, err
	})

type pagerduty struct {
	to                      *httpout.Poster
	url, routingKey, source string
	sent                    map[string]bool // events of the notification that is being sent, by key: not to be sent again if one behind them fails
}

// pagerdutyEvent is an event of the API.
type pagerdutyEvent struct {
	RoutingKey string            `json:"routing_key"`
	Action     string            `json:"event_action"`
	DedupKey   string            `json:"dedup_key"`
	Client     string            `json:"client"`
	Payload    *pagerdutyPayload `json:"payload,omitempty"` // of a trigger
}

type pagerdutyPayload struct {
	Summary   string           `json:"summary"`
	Source    string           `json:"source"`
	Severity  string           `json:"severity"`
	Timestamp string           `json:"timestamp,omitempty"`
	Group     string           `json:"group"`
	Class     string           `json:"class"`
	Details   pagerdutyDetails `json:"custom_details"`
}

type pagerdutyDetails struct {
	Description string            `json:"description,omitempty"`
	Instance    string            `json:"instance"`
	Labels      map[string]string `json:"labels"`
	Values      json.RawMessage   `json:"values"`
}

// send sends an event for each instance: the API takes one at a time.
func (p *pagerduty) send(ctx context.Context, n *notification) error {
	for i := range n.of {
		t := &n.of[i]
		event, ok := p.event(t)
		if !ok || p.sent[t.key] {
			continue
		}
		if err := postJSON(ctx, p.to, p.url, t.key, event); err != nil {
			return err
		}
		p.sent[t.key] = true
	}
	clear(p.sent)
	return nil
}

// event is what a transition is to PagerDuty; false if it is nothing.
func (p *pagerduty) event(t *transition) (pagerdutyEvent, bool) {
	e := pagerdutyEvent{RoutingKey: p.routingKey, DedupKey: t.incident, Client: "Weir", Action: "resolve"}
	switch t.state {
	case alerting.Resolved:
		return e, true
	case alerting.Firing:
		e.Action, e.Payload = "trigger", p.payload(t)
		return e, true
	}
	return e, false
}

func (p *pagerduty) payload(t *transition) *pagerdutyPayload {
	out := &pagerdutyPayload{
		Summary: cut(t.title(), pagerdutySummary), Source: p.source, Severity: pagerdutySeverity(t.severity), Group: t.alert, Class: t.alert,
		Details: pagerdutyDetails{t.description, t.instance, labelSet(t), t.values},
	}
	if out.Source == "" {
		out.Source = t.instance
	}
	if out.Source == "" {
		out.Source = t.alert
	}
	if !t.at.IsZero() {
		out.Timestamp = t.at.Format(time.RFC3339Nano)
	}
	return out
}

// pagerdutySummary is how many characters a summary may have.
const pagerdutySummary = 1024

// cut shortens a text to so many bytes at most, between two characters.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

func pagerdutySeverity(word string) string {
	switch word {
	case "critical", "error", "warning", "info":
		return word
	case "":
		return "error"
	}
	return "warning"
}

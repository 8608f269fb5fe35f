package notify

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/weirdb/weir/connectors/httpout"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
)

var webhookConnector = declare("webhook",
	"Posts notifications of an alert as JSON, in the form of Alertmanager's webhooks (version 4), which many tools read: status, groupLabels, commonLabels, commonAnnotations and "+
		"alerts, each with status, labels (alertname and severity among them), annotations (summary, description), startsAt, endsAt and fingerprint. "+
		"Each alert also has key, which is the same when it comes again, and values, the columns of the SELECT. The request has an Idempotency-Key header. "+
		"An answer other than 2xx, or none, is tried again, later each time, up to a minute, or when Retry-After says.",
	`CREATE ALERT slow WITH (for = '1 minute', severity = 'critical', summary = '{{.host}} answers in {{.p99}} ms', to = 'webhook', url = 'http://127.0.0.1:9000/hook') AS
SELECT host, quantile_cont(ms, 0.99) AS p99, window_end FROM tumble(requests, ts, INTERVAL '1 minute') GROUP BY ALL HAVING p99 > 500;`,
	append([]engine.Option{groupOption}, httpout.Options...),
	func(c engine.SinkConfig) (channel, error) {
		to, err := newPoster(c)
		return &webhook{to, c.Options["url"], c.Name}, err
	})

// newPoster makes the poster of a channel whose url is an option.
func newPoster(c engine.SinkConfig) (*httpout.Poster, error) {
	if err := httpout.CheckURL("url", c.Options["url"]); err != nil {
		return nil, err
	}
	return httpout.New(c.Options)
}

type webhook struct {
	to       *httpout.Poster
	url      string
	receiver string
}

// webhookBody is Alertmanager's webhook message.
type webhookBody struct {
	Version           string            `json:"version"`
	GroupKey          string            `json:"groupKey"`
	TruncatedAlerts   int               `json:"truncatedAlerts"`
	Status            alerting.State    `json:"status"`
	Receiver          string            `json:"receiver"`
	GroupLabels       map[string]string `json:"groupLabels"`
	CommonLabels      map[string]string `json:"commonLabels"`
	CommonAnnotations map[string]string `json:"commonAnnotations"`
	ExternalURL       string            `json:"externalURL"`
	Alerts            []webhookAlert    `json:"alerts"`
}

type webhookAlert struct {
	Status       alerting.State    `json:"status"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"` // zero while it is firing
	GeneratorURL string            `json:"generatorURL"`
	Fingerprint  string            `json:"fingerprint"`
	Key          string            `json:"key"`
	Instance     string            `json:"instance"`
	Reminder     int32             `json:"reminder,omitempty"`
	Values       json.RawMessage   `json:"values"`
}

func (w *webhook) send(ctx context.Context, n *notification) error {
	body := webhookBody{Version: "4", GroupKey: n.groupKey(), Status: n.status(), Receiver: w.receiver, GroupLabels: map[string]string{alerting.NameLabel: n.alert}}
	for _, l := range n.labels {
		body.GroupLabels[l.Name] = l.Value
	}
	for i := range n.of {
		body.Alerts = append(body.Alerts, webhookAlertOf(&n.of[i]))
	}
	body.CommonLabels = common(body.Alerts, func(a *webhookAlert) map[string]string { return a.Labels })
	body.CommonAnnotations = common(body.Alerts, func(a *webhookAlert) map[string]string { return a.Annotations })
	return postJSON(ctx, w.to, w.url, n.key, body)
}

func webhookAlertOf(t *transition) webhookAlert {
	a := webhookAlert{
		Status: t.state, Labels: labelSet(t), Annotations: annotations(t), StartsAt: t.since, Fingerprint: t.incident, Key: t.key, Instance: t.instance,
		Reminder: t.reminder, Values: t.values,
	}
	if t.state == alerting.Resolved || t.state == alerting.Inactive {
		a.EndsAt = t.at
	}
	return a
}

// groupKey tells groups of a receiver apart.
func (n *notification) groupKey() string {
	parts := []string{alerting.NameLabel + "=" + n.alert}
	for _, l := range n.labels {
		parts = append(parts, l.Name+"="+l.Value)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// labelSet are a transition's labels as Prometheus has them: by name, alertname and severity among them.
func labelSet(t *transition) map[string]string {
	out := map[string]string{}
	for _, l := range t.labels {
		out[labelName(l.Name)] = l.Value
	}
	if out[alerting.NameLabel] = t.alert; t.severity != "" {
		out[alerting.SeverityLabel] = t.severity
	}
	return out
}

// labelName is a name that Prometheus takes: what is no letter, digit or _ becomes one.
func labelName(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
}

func annotations(t *transition) map[string]string {
	out := map[string]string{"summary": t.title()}
	if t.description != "" {
		out["description"] = t.description
	}
	return out
}

// common are the pairs that all alerts have.
func common(alerts []webhookAlert, of func(*webhookAlert) map[string]string) map[string]string {
	out := map[string]string{}
	for name, value := range of(&alerts[0]) {
		out[name] = value
		for i := range alerts {
			if other, ok := of(&alerts[i])[name]; !ok || other != value {
				delete(out, name)
			}
		}
	}
	return out
}

func postJSON(ctx context.Context, to *httpout.Poster, url, key string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return to.Send(ctx, httpout.Request{URL: url, Body: text, Key: key})
}

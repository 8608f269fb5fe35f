package notify

import (
	"context"
	"fmt"
	"strings"

	"github.com/weirdb/weir/connectors/httpout"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
)

var slackConnector = declare("slack",
	"Writes notifications of an alert into a Slack channel, over an incoming webhook, whose address is url. One message tells of a group of instances, in red while one is firing. "+
		"Slack takes no idempotency key: a message of the last commit may be there twice after a crash.",
	`CREATE ALERT cart_errors WITH (severity = 'warning', summary = '{{.errors}} errors of {{.service}}', to = 'slack', url = '${SLACK_WEBHOOK}') AS
SELECT service, count(*) AS errors, window_end FROM tumble(logs, ts, INTERVAL '1 minute') WHERE level = 'error' GROUP BY ALL HAVING errors > 10;`,
	append([]engine.Option{
		groupOption,
		{Name: "channel", Doc: "Another channel than the webhook's own, where that is allowed, as '#shop'."},
	}, httpout.Options...),
	func(c engine.SinkConfig) (channel, error) {
		to, err := newPoster(c)
		return &slack{to, c.Options["url"], c.Options["channel"]}, err
	})

type slack struct {
	to           *httpout.Poster
	url, channel string
}

// slackBody is a message of an incoming webhook: text is what notifications of the app show.
type slackBody struct {
	Channel     string            `json:"channel,omitempty"`
	Text        string            `json:"text"`
	Attachments []slackAttachment `json:"attachments"`
}

type slackAttachment struct {
	Color    string   `json:"color"`
	Fallback string   `json:"fallback"`
	Text     string   `json:"text"`
	Markdown []string `json:"mrkdwn_in"`
	Time     int64    `json:"ts,omitempty"` // seconds since 1970
}

// slackMost is how many instances a message tells of one by one.
const slackMost = 20

func (s *slack) send(ctx context.Context, n *notification) error {
	body := slackBody{Channel: s.channel, Text: slackText(n.headline())}
	for i := range n.of[:min(len(n.of), slackMost)] {
		body.Attachments = append(body.Attachments, slackAttachmentOf(&n.of[i]))
	}
	if more := len(n.of) - slackMost; more > 0 {
		text := fmt.Sprintf("and %d more", more)
		body.Attachments = append(body.Attachments, slackAttachment{Fallback: text, Text: text, Markdown: []string{"text"}})
	}
	return postJSON(ctx, s.to, s.url, n.key, body)
}

func slackAttachmentOf(t *transition) slackAttachment {
	text := fmt.Sprintf("*%s*: %s", t.state, slackText(t.title()))
	if t.description != "" {
		text += "\n" + slackText(t.description)
	}
	if t.instance != "" {
		text += "\n_" + slackText(t.instance) + "_"
	}
	a := slackAttachment{Color: slackColor(t), Fallback: string(t.state) + ": " + t.title(), Text: text, Markdown: []string{"text"}}
	if !t.at.IsZero() {
		a.Time = t.at.Unix()
	}
	return a
}

func slackColor(t *transition) string {
	switch t.state {
	case alerting.Firing:
		return "danger"
	case alerting.Pending:
		return "warning"
	}
	return "good"
}

var slackEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// slackText is text in which Slack finds no links and mentions.
func slackText(text string) string { return slackEscapes.Replace(text) }

package notify

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/weirdb/weir/connectors/httpout"
	"github.com/weirdb/weir/engine"
	"github.com/wneessen/go-mail"
)

// The values of tls.
const (
	tlsStart = "starttls"
	tlsOn    = "tls"
	tlsOff   = "none"
)

var emailConnector = declare("email",
	"Sends notifications of an alert as mails, over SMTP. The Message-ID of a mail is the same when it is sent again after a crash, by which mail systems leave out the second.",
	`CREATE ALERT cold WITH (for = '10 minutes', summary = '{{.sensor}} has {{printf "%.1f" .low}} degrees', to = 'email', host = 'smtp.example.com:587', sender = 'weir@example.com',
recipients = 'ops@example.com', username = 'weir', password = '${SMTP_PASSWORD}') AS
SELECT sensor, min(value) AS low, window_end FROM tumble(readings, ts, INTERVAL '1 minute') GROUP BY ALL HAVING low < 2;`,
	[]engine.Option{
		groupOption,
		{Name: "host", Required: true, Doc: "The mail server, with its port: 'smtp.example.com:587'."},
		{Name: "sender", Required: true, Doc: "Who the mails are from."},
		{Name: "recipients", Required: true, Doc: "Who gets them, separated by commas."},
		{Name: "username", Doc: "For the server; without it, nobody logs in."},
		{Name: "password", Secret: true, Doc: "For the server."},
		{Name: "tls", Default: tlsStart, Allowed: []string{tlsStart, tlsOn, tlsOff}, Doc: "starttls turns encryption on, and sends nothing where that fails; tls begins with it, as on port 465; none does without."},
		httpout.TimeoutOption,
	},
	func(c engine.SinkConfig) (channel, error) { return newEmail(c.Options) })

type email struct {
	client     *mail.Client
	sender     string
	recipients []string
	pause      *httpout.Pause
}

func newEmail(o engine.Options) (*email, error) {
	e := &email{sender: o["sender"], pause: httpout.NewPause()}
	for _, r := range strings.Split(o["recipients"], ",") {
		e.recipients = append(e.recipients, strings.TrimSpace(r))
	}
	m := mail.NewMsg()
	if err := m.From(e.sender); err != nil {
		return nil, fmt.Errorf("option sender = '%s': %w", e.sender, err)
	}
	if err := m.To(e.recipients...); err != nil {
		return nil, fmt.Errorf("option recipients = '%s': %w", o["recipients"], err)
	}
	var err error
	e.client, err = newMailClient(o)
	return e, err
}

func newMailClient(o engine.Options) (*mail.Client, error) {
	host, port, err := net.SplitHostPort(o["host"])
	number, bad := strconv.Atoi(port)
	if err != nil || bad != nil || host == "" {
		return nil, fmt.Errorf("option host = '%s': want a server and its port, such as 'smtp.example.com:587'", o["host"])
	}
	with := []mail.Option{mail.WithPort(number), mail.WithTimeout(o.Duration("timeout"))}
	switch o["tls"] {
	case tlsStart:
		with = append(with, mail.WithTLSPolicy(mail.TLSMandatory))
	case tlsOn:
		with = append(with, mail.WithSSL())
	case tlsOff:
		with = append(with, mail.WithTLSPolicy(mail.NoTLS))
	}
	if o["username"] != "" {
		with = append(with, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(o["username"]), mail.WithPassword(o["password"]))
	}
	return mail.NewClient(host, with...)
}

func (e *email) send(ctx context.Context, n *notification) error {
	if err := e.pause.Wait(ctx); err != nil {
		return err
	}
	m, err := e.message(n)
	if err == nil {
		err = e.client.DialAndSendWithContext(ctx, m)
	}
	if err != nil {
		e.pause.Failed(0)
		return fmt.Errorf("send mail: %w", err)
	}
	e.pause.Well()
	return nil
}

func (e *email) message(n *notification) (*mail.Msg, error) {
	m := mail.NewMsg()
	if err := m.From(e.sender); err != nil {
		return nil, err
	}
	if err := m.To(e.recipients...); err != nil {
		return nil, err
	}
	m.Subject(n.headline())
	m.SetMessageIDWithValue(n.key + "@weir")
	m.SetDateWithValue(time.Now())
	m.SetBodyString(mail.TypeTextPlain, emailText(n))
	return m, nil
}

// emailText tells of each instance in a paragraph.
func emailText(n *notification) string {
	var b strings.Builder
	for i := range n.of {
		t := &n.of[i]
		fmt.Fprintf(&b, "%s: %s\r\n", strings.ToUpper(string(t.state)), t.title())
		for _, line := range emailLines(t) {
			if line[1] != "" {
				fmt.Fprintf(&b, "  %-10s %s\r\n", line[0], line[1])
			}
		}
		b.WriteString("\r\n")
	}
	return b.String()
}

func emailLines(t *transition) [][2]string {
	var labels []string
	for _, l := range t.labels {
		labels = append(labels, l.Name+"="+l.Value)
	}
	return [][2]string{
		{"about", t.description}, {"instance", t.instance}, {"severity", t.severity}, {"labels", strings.Join(labels, ", ")},
		{"since", momentText(t.since)}, {"at", momentText(t.at)}, {"values", string(t.values)},
	}
}

func momentText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format("2006-01-02 15:04:05 MST")
}

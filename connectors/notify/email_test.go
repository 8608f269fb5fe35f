package notify

import (
	"bufio"
	"io"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine/alerting"
)

// mailServer speaks as much SMTP as a mail needs, and keeps the mails.
type mailServer struct {
	net.Listener
	mails chan string // envelope and message
}

func newMailServer(t *testing.T) *mailServer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &mailServer{l, make(chan string, 10)}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

func (s *mailServer) serve(c net.Conn) {
	defer c.Close()
	say := func(text string) { _, _ = c.Write([]byte(text + "\r\n")) }
	in, mail := bufio.NewScanner(c), ""
	say("220 test")
	for in.Scan() {
		line := in.Text()
		switch word := strings.ToUpper(strings.SplitN(line, " ", 2)[0]); word {
		case "EHLO", "HELO":
			say("250-test")
			say("250 8BITMIME")
		case "MAIL", "RCPT":
			mail += line + "\n"
			say("250 ok")
		case "DATA":
			say("354 go on")
			for in.Scan() && in.Text() != "." {
				mail += in.Text() + "\n"
			}
			say("250 ok")
			s.mails <- mail
			mail = ""
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// TestEmail: a mail for each group, with the same Message-ID each time that it is sent.
func TestEmail(t *testing.T) {
	server := newMailServer(t)
	s := open(t, emailConnector, map[string]string{
		"host": server.Addr().String(), "sender": "weir@example.com", "recipients": "ops@example.com, dev@example.com", "tls": "none",
	})
	d := delivery(1, row{"a", "CH", alerting.Firing, 1, 0})
	deliver(t, s, d)
	got := <-server.mails
	envelope, message, ok := strings.Cut(got, "Date:")
	for _, part := range []string{"weir@example.com", "RCPT TO:<ops@example.com>", "RCPT TO:<dev@example.com>"} {
		if !strings.Contains(envelope, part) {
			t.Errorf("%s is not in the envelope %s", part, envelope)
		}
	}
	m, err := mail.ReadMessage(strings.NewReader("Date:" + message))
	if err != nil || !ok {
		t.Fatal(err, got)
	}
	if h := m.Header; h.Get("Subject") != "[FIRING: 1] slow" || h.Get("Message-ID") != "<id-a-firing@weir>" || h.Get("From") != "<weir@example.com>" {
		t.Errorf("%v", m.Header)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"FIRING: a is <slow>", "about      look at it", "instance   host=a", "severity   critical", `values     {"errors":1}`, "since      2026-01-01 12:00:00 UTC"} {
		if !strings.Contains(string(text), line) {
			t.Errorf("%q is not in\n%s", line, text)
		}
	}
	deliver(t, open(t, emailConnector, map[string]string{
		"host": server.Addr().String(), "sender": "weir@example.com", "recipients": "ops@example.com", "tls": "none",
	}), d)
	if again := <-server.mails; !strings.Contains(again, "<id-a-firing@weir>") {
		t.Errorf("sent again: %s", again)
	}
	_ = server.Close()
	if err := s.Deliver(t.Context(), d); err != nil {
		t.Errorf("what was sent already: %v", err)
	}
	if err := s.Deliver(t.Context(), delivery(2, row{"b", "CH", alerting.Firing, 1, 0})); err == nil || !strings.HasPrefix(err.Error(), "send mail: ") {
		t.Errorf("no server: %v", err)
	}
}

package notify

import (
	"context"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
)

// TestGroups: a notification for each value of the labels that are grouped by, in the order of the first transitions.
func TestGroups(t *testing.T) {
	rows := []row{{"a", "CH", alerting.Firing, 1, 0}, {"b", "DE", alerting.Firing, 2, 0}, {"c", "CH", alerting.Resolved, 3, 0}}
	for by, want := range map[string]string{
		"":               "[FIRING: 2] slow",
		"country":        "[FIRING: 1] slow country=CH; [FIRING: 1] slow country=DE",
		"country , team": "[FIRING: 1] slow country=CH team=shop; [FIRING: 1] slow country=DE team=shop",
		"instance":       "[FIRING: 1] slow instance=host=a; [FIRING: 1] slow instance=host=b; [RESOLVED: 1] slow instance=host=c",
		"severity":       "[FIRING: 2] slow severity=critical",
		"alertname":      "[FIRING: 2] slow alertname=slow",
		"nosuch":         "[FIRING: 2] slow nosuch=",
	} {
		columns, err := groupColumns(engine.SinkConfig{Options: engine.Options{"group_by": by}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range group(read(delivery(1, rows...)), columns) {
			got = append(got, n.headline())
		}
		if text := strings.Join(got, "; "); text != want {
			t.Errorf("by %q:\n got %s\nwant %s", by, text, want)
		}
	}
}

// TestStatus: what fired and resolved in one commit has resolved.
func TestStatus(t *testing.T) {
	n := group(read(delivery(1, row{"a", "CH", alerting.Firing, 1, 0}, row{"a", "CH", alerting.Resolved, 2, 0})), nil)
	if got := n[0].headline(); got != "[RESOLVED: 1] slow" || len(n[0].of) != 2 {
		t.Errorf("%s with %d transitions", got, len(n[0].of))
	}
}

// TestReminders: of several reminders of one commit the last one is told, and none of what has resolved.
func TestReminders(t *testing.T) {
	n := group(read(delivery(1, row{"a", "CH", alerting.Firing, 1, 0}, row{"a", "CH", alerting.Firing, 2, 1}, row{"a", "CH", alerting.Firing, 3, 2},
		row{"b", "CH", alerting.Firing, 4, 1}, row{"b", "CH", alerting.Resolved, 5, 0})), nil)
	var keys []string
	for _, t := range n[0].of {
		keys = append(keys, t.key)
	}
	if got, want := strings.Join(keys, " "), "id-a-firing id-a-firing-2 id-b-resolved"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestFailure: what was sent before a failure is not sent again; after a restart all of the commit is, with the same keys.
func TestFailure(t *testing.T) {
	to := newReceiver(t)
	given := map[string]string{"url": to.URL, "group_by": "instance"}
	s := open(t, webhookConnector, given)
	d := delivery(7, row{"a", "CH", alerting.Firing, 1, 0}, row{"b", "CH", alerting.Firing, 2, 0})
	deliver(t, s, delivery(6, row{"z", "CH", alerting.Firing, 0, 0}))
	to.mu.Lock()
	to.got = nil
	to.mu.Unlock()
	s.(*sink).done, s.(*sink).epoch = map[string]bool{"id-a-firing": true}, 7 // as after a failure of b
	deliver(t, s, d)
	if len(to.got) != 1 || to.got[0].key != "id-b-firing" {
		t.Errorf("after a failure: %+v", to.got)
	}
	if n := s.(engine.Notifier).Notified(); n != 2 {
		t.Errorf("%d notified", n)
	}
	again := open(t, webhookConnector, given)
	deliver(t, again, d)
	if len(to.got) != 3 || to.got[1].key != "id-a-firing" || to.got[2].key != "id-b-firing" {
		t.Errorf("after a restart: %+v", to.got)
	}
}

// TestRefused: a refusal is an error at once, with what the receiver says; the next try waits, and goes well.
func TestRefused(t *testing.T) {
	to := newReceiver(t)
	to.refuse = 1
	s := open(t, slackConnector, map[string]string{"url": to.URL})
	d := delivery(1, row{"a", "CH", alerting.Firing, 1, 0})
	if err := s.Deliver(context.Background(), d); err == nil || !strings.Contains(err.Error(), "503 Service Unavailable: not now") {
		t.Fatalf("%v", err)
	}
	deliver(t, s, d)
	if len(to.got) != 1 {
		t.Errorf("%+v", to.got)
	}
}

// TestGroupsThatThereAre: what is grouped by has to be a label of the alert.
func TestGroupsThatThereAre(t *testing.T) {
	for by, want := range map[string]string{
		"country": "", "team,severity, alertname": "", "instance": "",
		"nosuch":           "option group_by = 'nosuch': alert v has no label nosuch; there are country, team, instance, alertname, severity",
		"country, sverity": "has no label sverity (did you mean 'severity'?)",
	} {
		c := engine.SinkConfig{Name: "s", View: "v", Alert: true, Labels: []string{"country", "team"}, Options: engine.Options{"url": "http://a/b", "timeout": "1 second", "group_by": by}}
		err := webhookConnector.CheckSink(c)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("by %q: error %v", by, err)
		}
	}
}

// TestDeclared: each channel says what is wrong with its options, and that it is for alerts.
func TestDeclared(t *testing.T) {
	good := map[string]map[string]string{
		"webhook": {"url": "http://a/b"}, "slack": {"url": "http://a/b"}, "pagerduty": {"routing_key": "x"}, "alertmanager": {"url": "http://a"},
		"email": {"host": "a:25", "sender": "a@b", "recipients": "c@d, e@f"},
	}
	bad := map[string]map[string]string{
		"webhook": {"url": "hook"}, "slack": {"url": "http://a/b", "group_by": "a,"}, "pagerduty": {"routing_key": "x", "url": "x"},
		"alertmanager": {"url": "http://a", "expires": "0 seconds"}, "email": {"host": "a", "sender": "a@b", "recipients": "c@d"},
	}
	for _, c := range Connectors {
		check := func(given map[string]string, alert bool) error {
			o, err := engine.Validate(given, c.SinkOptions)
			if err != nil {
				t.Fatal(c.Name, err)
			}
			return c.CheckSink(engine.SinkConfig{Name: "s", View: "v", Alert: alert, Options: o})
		}
		if err := check(good[c.Name], true); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		if err := check(bad[c.Name], true); err == nil || !strings.HasPrefix(err.Error(), "option ") {
			t.Errorf("%s: %v", c.Name, err)
		}
		if err := check(good[c.Name], false); err == nil || !strings.Contains(err.Error(), "v is none") {
			t.Errorf("%s on a view: %v", c.Name, err)
		}
	}
}

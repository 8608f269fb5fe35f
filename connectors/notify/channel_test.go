package notify

import (
	"testing"
	"time"

	"github.com/weirdb/weir/engine/alerting"
)

// TestWebhook: the message has the form of Alertmanager's webhooks, version 4.
func TestWebhook(t *testing.T) {
	to := newReceiver(t)
	s := open(t, webhookConnector, map[string]string{"url": to.URL + "/hook"})
	deliver(t, s, delivery(1, row{"a", "CH", alerting.Firing, 1, 0}, row{"b", "CH", alerting.Resolved, 2, 0}))
	if len(to.got) != 1 || to.got[0].path != "/hook" || len(to.got[0].key) != 32 {
		t.Fatalf("%+v", to.got)
	}
	same(t, to.got[0].body, `{"version": "4", "groupKey": "{alertname=slow}", "truncatedAlerts": 0, "status": "firing", "receiver": "slow",
		"groupLabels": {"alertname": "slow"}, "commonLabels": {"alertname": "slow", "severity": "critical", "team": "shop", "country": "CH"},
		"commonAnnotations": {"description": "look at it"}, "externalURL": "", "alerts": [
		{"status": "firing", "labels": {"alertname": "slow", "severity": "critical", "team": "shop", "host": "a", "country": "CH"},
		 "annotations": {"summary": "a is <slow>", "description": "look at it"}, "startsAt": "2026-01-01T12:00:00Z", "endsAt": "0001-01-01T00:00:00Z",
		 "generatorURL": "", "fingerprint": "id-a", "key": "id-a-firing", "instance": "host=a", "values": {"errors": 1}},
		{"status": "resolved", "labels": {"alertname": "slow", "severity": "critical", "team": "shop", "host": "b", "country": "CH"},
		 "annotations": {"summary": "b is <slow>", "description": "look at it"}, "startsAt": "2026-01-01T12:00:00Z", "endsAt": "2026-01-01T12:02:00Z",
		 "generatorURL": "", "fingerprint": "id-b", "key": "id-b-resolved", "instance": "host=b", "values": {"errors": 2}}]}`)
}

func TestSlack(t *testing.T) {
	to := newReceiver(t)
	s := open(t, slackConnector, map[string]string{"url": to.URL, "channel": "#shop"})
	deliver(t, s, delivery(1, row{"a", "CH", alerting.Firing, 1, 0}))
	same(t, to.got[0].body, `{"channel": "#shop", "text": "[FIRING: 1] slow", "attachments": [{"color": "danger", "fallback": "firing: a is <slow>",
		"text": "*firing*: a is &lt;slow&gt;\nlook at it\n_host=a_", "mrkdwn_in": ["text"], "ts": 1767268860}]}`)
	many := make([]row, slackMost+3)
	for i := range many {
		many[i] = row{string(rune('a' + i)), "CH", alerting.Resolved, 2, 0}
	}
	deliver(t, s, delivery(2, many...))
	body := to.got[1].body
	if list := body["attachments"].([]any); len(list) != slackMost+1 || list[slackMost].(map[string]any)["text"] != "and 3 more" || body["text"] != "[RESOLVED: 23] slow" {
		t.Errorf("%v", body)
	}
}

// TestPagerDuty: an incident for each instance, with one dedup_key from its trigger to its resolve.
func TestPagerDuty(t *testing.T) {
	to := newReceiver(t)
	s := open(t, pagerdutyConnector, map[string]string{"url": to.URL + "/v2/enqueue", "routing_key": "r"})
	deliver(t, s, delivery(1, row{"a", "CH", alerting.Pending, 0, 0}, row{"a", "CH", alerting.Firing, 1, 0}, row{"a", "CH", alerting.Resolved, 3, 0}))
	if len(to.got) != 2 {
		t.Fatalf("%d events: %+v", len(to.got), to.got)
	}
	same(t, to.got[0].body, `{"routing_key": "r", "event_action": "trigger", "dedup_key": "id-a", "client": "Weir", "payload": {
		"summary": "a is <slow>", "source": "host=a", "severity": "critical", "timestamp": "2026-01-01T12:01:00Z", "group": "slow", "class": "slow",
		"custom_details": {"description": "look at it", "instance": "host=a", "values": {"errors": 1},
		"labels": {"alertname": "slow", "severity": "critical", "team": "shop", "host": "a", "country": "CH"}}}}`)
	same(t, to.got[1].body, `{"routing_key": "r", "event_action": "resolve", "dedup_key": "id-a", "client": "Weir"}`)
}

func TestPagerDutySeverities(t *testing.T) {
	for word, want := range map[string]string{"critical": "critical", "info": "info", "": "error", "page": "warning"} {
		if got := pagerdutySeverity(word); got != want {
			t.Errorf("%q is %s, want %s", word, got, want)
		}
	}
	if got := cut("abü", 3); got != "ab" {
		t.Errorf("%q", got)
	}
}

// TestAlertmanager: alerts of the API v2; one that fires ends when it expires.
func TestAlertmanager(t *testing.T) {
	to := newReceiver(t)
	s := open(t, alertmanagerConnector, map[string]string{"url": to.URL + "/", "expires": "1 day", "link": "http://weir/alerts"})
	s.(*sink).to.(*alertmanager).now = func() time.Time { return start.Add(time.Hour) }
	deliver(t, s, delivery(1, row{"a", "CH", alerting.Pending, 0, 0}, row{"a", "CH", alerting.Firing, 1, 0}, row{"b", "CH", alerting.Resolved, 2, 0}))
	if to.got[0].path != "/api/v2/alerts" {
		t.Errorf("posted to %s", to.got[0].path)
	}
	same(t, to.got[0].list, `[
		{"labels": {"alertname": "slow", "severity": "critical", "team": "shop", "host": "a", "country": "CH"}, "annotations": {"summary": "a is <slow>", "description": "look at it"},
		 "startsAt": "2026-01-01T12:00:00Z", "endsAt": "2026-01-02T13:00:00Z", "generatorURL": "http://weir/alerts"},
		{"labels": {"alertname": "slow", "severity": "critical", "team": "shop", "host": "b", "country": "CH"}, "annotations": {"summary": "b is <slow>", "description": "look at it"},
		 "startsAt": "2026-01-01T12:00:00Z", "endsAt": "2026-01-01T12:02:00Z", "generatorURL": "http://weir/alerts"}]`)
	deliver(t, s, delivery(2, row{"a", "CH", alerting.Inactive, 3, 0}))
	if len(to.got) != 1 {
		t.Errorf("what never fired was sent: %+v", to.got[1])
	}
}

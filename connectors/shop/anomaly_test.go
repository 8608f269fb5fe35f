package shop

import (
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/generated/generatedtest"
)

func TestAnomaliesAreListedInOrder(t *testing.T) {
	from := at(firstDay)
	list := Anomalies(from, from.AddDate(0, 0, 1))
	seen := map[Kind]int{}
	for i, a := range list {
		seen[a.Kind]++
		if !a.To.After(a.From) || a.Doc == "" || strings.Contains(a.Doc, "%") {
			t.Errorf("anomaly %+v", a)
		}
		if i > 0 && !a.From.After(list[i-1].To) {
			t.Errorf("%+v begins before %+v ends", a, list[i-1])
		}
	}
	for _, k := range []Kind{OrderSurge, PaymentOutage, CarrierStop, LargeAmounts} {
		if seen[k] != 6 {
			t.Errorf("%d times %s in a day, want 6", seen[k], k)
		}
	}
}

func TestAnomaliesOverlapTheSpan(t *testing.T) {
	a := Anomalies(at(firstDay), at(firstDay).Add(time.Hour))[0]
	middle := a.From.Add(a.To.Sub(a.From) / 2)
	if got := Anomalies(middle, middle.Add(time.Second)); len(got) != 1 || got[0] != a {
		t.Errorf("in its middle: %+v", got)
	}
	if got := Anomalies(a.To, a.To.Add(time.Second)); len(got) != 0 {
		t.Errorf("after its end: %+v", got)
	}
	if got := Anomalies(a.From.Add(-time.Second), a.From); len(got) != 0 {
		t.Errorf("before its begin: %+v", got)
	}
}

// tally is what shows in the events of a span of time.
type tally struct{ events, payments, failed, orders, large, shipments, stopped float64 }

func (c *tally) add(t *testing.T, e *event, a Anomaly) {
	c.events++
	switch e.EventType {
	case "order.placed":
		c.orders++
		if cents(t, e.Payload.Amount) > 0 && e.Payload.Items[0].Quantity >= largeQuantity {
			c.large++
		}
	case "payment.failed":
		c.failed++
		c.payments++
	case "payment.authorized":
		c.payments++
	case "shipment.dispatched":
		c.shipments++
		if strings.Contains(a.Doc, " "+e.Payload.Carrier+" ") {
			c.stopped++
		}
	}
}

// TestAnomaliesShow compares what is inside each listed anomaly with the rest of its hour.
func TestAnomaliesShow(t *testing.T) {
	const hours = 8
	from := at(firstDay).Add(8 * time.Hour)
	list := Anomalies(from, from.Add(hours*time.Hour))
	events := skim(t, read(t, sound(map[string]string{"start": from.Format(time.DateTime), "rate": "6", "events": "260000"})))
	inside, outside := make([]tally, hours), make([]tally, hours)
	for i := range events {
		h := int(events[i].Timestamp.Sub(from) / time.Hour)
		if h >= hours {
			break
		}
		if a := list[h]; events[i].Timestamp.Before(a.From) || !events[i].Timestamp.Before(a.To) {
			outside[h].add(t, &events[i], a)
		} else {
			inside[h].add(t, &events[i], a)
		}
	}
	for h, a := range list {
		check(t, a, inside[h], outside[h])
	}
}

func check(t *testing.T, a Anomaly, in, out tally) {
	t.Helper()
	minutes := a.To.Sub(a.From).Minutes()
	surge, failures, large := (in.events/minutes)/(out.events/(60-minutes)), in.failed/in.payments, in.large/in.orders
	generatedtest.Within(t, "failures outside of "+string(a.Kind), out.failed/out.payments, failureShare, 0.01)
	if out.large > 0 {
		t.Errorf("%v large orders outside of %v", out.large, a)
	}
	want := tally{events: 1, failed: failureShare}
	switch a.Kind {
	case OrderSurge:
		want.events = surgeFactor
	case PaymentOutage:
		want.failed = outageShare
	case LargeAmounts:
		want.large = largeShare
	case CarrierStop:
		if in.stopped > 0 || out.stopped/out.shipments < 0.2 {
			t.Errorf("%v: %v shipments inside, %v of %v outside", a, in.stopped, out.stopped, out.shipments)
		}
	}
	generatedtest.Within(t, "rate in "+string(a.Kind), surge, want.events, 0.5)
	generatedtest.Within(t, "failures in "+string(a.Kind), failures, want.failed, 0.03)
	generatedtest.Within(t, "large orders in "+string(a.Kind), large, want.large, 0.03)
}

func TestNoAnomaliesOnRequest(t *testing.T) {
	from := at(firstDay).Add(8 * time.Hour)
	given := sound(map[string]string{"start": from.Format(time.DateTime), "rate": "3", "events": "50000", "anomalies": "false"})
	failed, payments := 0.0, 0.0
	for _, e := range skim(t, read(t, given)) {
		if e.Payload.Reason == outageReason || len(e.Payload.Items) > 0 && e.Payload.Items[0].Quantity >= largeQuantity {
			t.Fatalf("event %+v", e)
		}
		if strings.HasPrefix(e.EventType, "payment") {
			payments++
		}
		if e.EventType == "payment.failed" {
			failed++
		}
	}
	generatedtest.Within(t, "failures", failed/payments, failureShare, 0.005)
}

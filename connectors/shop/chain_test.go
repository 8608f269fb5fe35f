package shop

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/generated/generatedtest"
)

func TestSameSeedSameRecords(t *testing.T) {
	first := read(t, map[string]string{"seed": "5"})
	if !reflect.DeepEqual(first, read(t, map[string]string{"seed": "5"})) {
		t.Error("two runs differ")
	}
	if reflect.DeepEqual(first, read(t, map[string]string{"seed": "6"})) {
		t.Error("the seed changes nothing")
	}
}

// TestChain follows each order that was placed after the start to its payment and its shipment.
func TestChain(t *testing.T) {
	for rate, many := range map[string]string{"0.5": "20000", "10": "50000", "100": "100000"} { // at 100 the slow shipments do not come
		events := skim(t, read(t, sound(map[string]string{"events": many, "rate": rate})))
		orders, payments := map[string]*event{}, map[string]*event{}
		followed, shipments := 0, 0
		for i := range events {
			e := &events[i]
			id := e.Payload.OrderID
			switch e.EventType {
			case "order.placed":
				orders[id] = e
			case "payment.authorized", "payment.failed":
				if payments[id] != nil {
					t.Fatalf("order %s is paid twice", id)
				}
				payments[id] = e
				followed += checkPayment(t, orders[id], e)
			case "shipment.dispatched":
				shipments++
				checkShipment(t, orders[id], payments[id], e)
			default:
				t.Fatalf("event type %q", e.EventType)
			}
		}
		if followed < len(payments)/3 || shipments == 0 {
			t.Errorf("rate %s: %d of %d payments follow an order, %d shipments", rate, followed, len(payments), shipments)
		}
	}
}

func checkPayment(t *testing.T, order, payment *event) int {
	t.Helper()
	if (payment.EventType == "payment.failed") != (payment.Payload.Reason != "") {
		t.Fatalf("payment %+v", payment)
	}
	if order == nil {
		return 0 // it was placed before the start
	}
	if !payment.Timestamp.After(order.Timestamp) || payment.Payload.Amount != order.Payload.Amount || payment.Payload.Currency != order.Payload.Currency {
		t.Fatalf("order %+v is paid by %+v", order, payment)
	}
	return 1
}

func checkShipment(t *testing.T, order, payment, shipment *event) {
	t.Helper()
	if order != nil && payment == nil {
		t.Fatalf("order %+v is shipped without a payment", order)
	}
	if payment != nil && (payment.EventType != "payment.authorized" || !shipment.Timestamp.After(payment.Timestamp)) {
		t.Fatalf("payment %+v is followed by %+v", payment, shipment)
	}
}

func TestDelays(t *testing.T) {
	placedAt := map[string]time.Time{}
	var payment, shipment []float64
	for _, e := range skim(t, read(t, sound(map[string]string{"events": "90000", "rate": "20", "anomalies": "false"}))) {
		at, ok := placedAt[e.Payload.OrderID]
		switch {
		case e.EventType == "order.placed":
			placedAt[e.Payload.OrderID] = e.Timestamp
		case ok && strings.HasPrefix(e.EventType, "payment"):
			payment = append(payment, e.Timestamp.Sub(at).Seconds())
		case ok:
			shipment = append(shipment, e.Timestamp.Sub(at).Seconds())
		}
	}
	between(t, "payment", payment, 0.5, 1800)
	between(t, "shipment", shipment, 60, 6*3600)
}

// between checks the bounds, and that delays differ.
func between(t *testing.T, what string, seconds []float64, low, high float64) {
	t.Helper()
	distinct := map[int]bool{}
	for _, s := range seconds {
		distinct[int(s)] = true
		if s < low || s > high {
			t.Fatalf("a %s comes after %v s, want %v to %v", what, s, low, high)
		}
	}
	if len(distinct) < 100 {
		t.Errorf("%d %ss have only %d delays", len(seconds), what, len(distinct))
	}
}

func TestLayoutGoesBothWays(t *testing.T) {
	for _, density := range []float64{0.001, 0.14, 3, 200, 50_000} {
		l := newLayout(density, newDice(1))
		for n := range int64(20_000) {
			order, s := l.locate(n)
			if back := l.number(order, s); back != n {
				t.Fatalf("density %v: number %d is stage %d of order %d, which lies at %d", density, n, s, order, back)
			}
			if l.number(order, placed) >= l.number(order, paid) || l.number(order, paid) >= l.number(order, shipped) {
				t.Fatalf("density %v: order %d has its stages at %d, %d, %d", density, order,
					l.number(order, placed), l.number(order, paid), l.number(order, shipped))
			}
		}
	}
}

func TestAmountsAreSumsOfItems(t *testing.T) {
	shapes := regexp.MustCompile(`^[0-9]+\.[0-9]{2}$`)
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	channels, ids := map[string]float64{}, map[string]bool{}
	orders := 0.0
	for _, e := range parse(t, read(t, sound(nil))) {
		if ids[e.EventID] || !uuid.MatchString(e.EventID) {
			t.Fatalf("event id %s", e.EventID)
		}
		ids[e.EventID] = true
		if e.EventType != "order.placed" {
			continue
		}
		orders++
		channels[e.Payload.Channel]++
		sum := int64(0)
		for _, it := range e.Payload.Items {
			sum += it.Quantity * cents(t, it.Price)
		}
		if sum != cents(t, e.Payload.Amount) || sum == 0 || !shapes.MatchString(e.Payload.Amount.String()) {
			t.Fatalf("order %+v", e)
		}
	}
	generatedtest.Within(t, "orders from the web", channels["web"]/orders, 0.55, 0.02)
	generatedtest.Within(t, "orders from the app", channels["app"]/orders, 0.35, 0.02)
	generatedtest.Within(t, "orders in stores", channels["store"]/orders, 0.10, 0.02)
}

func TestPaddedNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0000", 7: "0007", 42: "0042", 999: "0999", 1000: "1000", 12345: "12345"} {
		if got := string(appendPadded(nil, n, 4)); got != want {
			t.Errorf("%d in 4 digits: %s", n, got)
		}
	}
	if got := string(appendPadded(nil, 0, 1)); got != "0" {
		t.Errorf("0 in 1 digit: %s", got)
	}
}

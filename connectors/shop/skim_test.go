package shop

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// skim reads what most tests count, several times as fast as JSON. TestSkimReadsWhatJSONReads holds it to that; what it
// leaves out are the items but for the first one's quantity, and a few texts.
func skim(t testing.TB, all []delivered) []event {
	t.Helper()
	events := make([]event, len(all))
	for i, d := range all {
		if err := events[i].skim(d.value); err != nil {
			t.Fatalf("record %d: %v: %s", d.offset, err, d.value)
		}
	}
	return events
}

// skim follows the order of the fields. What a kind of event does not have stays empty.
func (e *event) skim(record string) (err error) {
	p := &e.Payload
	e.EventType, record = cut(record, `eventType":"`, `"`)
	e.EventID, record = cut(record, `eventId":"`, `"`)
	at, record := cut(record, `timestamp":"`, `"`)
	if e.Timestamp, err = time.Parse(time.RFC3339, at); err != nil {
		return err
	}
	p.OrderID, record = cut(record, `orderId":"`, `"`)
	if e.EventType == "shipment.dispatched" {
		p.Carrier, _ = cut(record, `carrier":"`, `"`)
		return nil
	}
	amount, record := cut(record, `amount":`, ",")
	p.Amount = json.Number(amount)
	p.Currency, record = cut(record, `currency":"`, `"`)
	if e.EventType != "order.placed" {
		p.Reason, _ = cut(record, `reason":"`, `"`)
		return nil
	}
	quantity, _ := cut(record, `quantity":`, ",")
	p.Items = make([]sold, 1)
	p.Items[0].Quantity, err = strconv.ParseInt(quantity, 10, 64)
	return err
}

// cut returns what lies between two marks, and the rest behind it. Without the first mark, nothing does.
func cut(record, from, to string) (between, rest string) {
	_, rest, found := strings.Cut(record, from)
	if !found {
		return "", record
	}
	between, rest, _ = strings.Cut(rest, to)
	return between, rest
}

func TestSkimReadsWhatJSONReads(t *testing.T) {
	all := read(t, map[string]string{"broken": "0", "events": "5000"})
	skimmed, kinds := skim(t, all), map[string]bool{}
	for i, want := range parse(t, all) {
		kinds[want.EventType] = true
		p := &want.Payload
		if len(p.Items) > 0 {
			p.Items = p.Items[:1]
			p.Items[0].SKU, p.Items[0].Price = "", ""
		}
		p.CustomerID, p.Country, p.Channel, p.PaymentID, p.Method, p.ShipmentID, p.Warehouse = "", "", "", "", "", "", ""
		if !reflect.DeepEqual(skimmed[i], want) {
			t.Fatalf("%s\nskimmed %+v\nwant    %+v", all[i].value, skimmed[i], want)
		}
	}
	if len(kinds) != 4 {
		t.Errorf("kinds %v", kinds)
	}
}

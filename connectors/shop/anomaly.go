package shop

import (
	"fmt"
	"time"

	"github.com/weirdb/weir/connectors/generated"
)

// Kind names what goes wrong.
type Kind string

// The kinds of anomaly. In every four hours of a clock that starts at midnight UTC, each comes once.
const (
	OrderSurge    Kind = "order_surge"    // three times as many events
	PaymentOutage Kind = "payment_outage" // 70 of 100 payments fail, instead of 3
	CarrierStop   Kind = "carrier_stop"   // one carrier gets no shipments
	LargeAmounts  Kind = "large_amounts"  // one order in seven has forty times the quantities
)

// Anomaly is something that goes wrong in the shop from From until before To, in event time, UTC.
type Anomaly struct {
	Kind Kind
	From time.Time
	To   time.Time
	Doc  string // one sentence: what shows in the events
}

const (
	surgeFactor   = 3.0
	failureShare  = 0.03
	outageShare   = 0.7
	largeShare    = 1.0 / 7
	largeQuantity = 40
)

var kinds = [...]struct {
	kind    Kind
	minutes int64
	doc     string
}{
	{OrderSurge, 5, "three times as many orders come as usual at this hour, and payments and shipments with them"},
	{PaymentOutage, 5, "70 of 100 payments fail, nearly all with the reason gateway_timeout, where 3 are usual"},
	{CarrierStop, 15, "the carrier %s gets no shipments"},
	{LargeAmounts, 5, "one order in seven has forty times the usual quantities"},
}

// Anomalies lists what goes wrong between two moments of event time, in order. It does not depend on a source's options:
// all shops with anomalies = 'true' have the same.
func Anomalies(from, to time.Time) []Anomaly {
	var found []Anomaly
	const hour = hourMinutes * minuteMicros
	for h := from.UnixMicro() / hour; h*hour < to.UnixMicro(); h++ {
		m := mishapOf(h)
		a := Anomaly{Kind: m.kind, From: time.UnixMicro(m.from).UTC(), To: time.UnixMicro(m.to).UTC(), Doc: m.doc()}
		if a.From.Before(to) && a.To.After(from) {
			found = append(found, a)
		}
	}
	return found
}

// mishap is an anomaly as the generator asks for it.
type mishap struct {
	kind     Kind
	from, to int64 // µs since 1970
	carrier  int64 // that stops
	place    int64 // in kinds
}

// mishapOf is the one anomaly of an hour, of those since 1970. It lies within the hour, on whole minutes.
func mishapOf(hour int64) mishap {
	h := generated.Mix(uint64(hour) * generated.Golden)
	turn := generated.Mix(uint64(hour/4)*generated.Golden + 1)
	place := int64((uint64(hour) + turn>>32) % uint64(len(kinds)))
	from := (hour*hourMinutes + 5 + generated.Below(h, 30)) * minuteMicros
	return mishap{
		kind: kinds[place].kind, from: from, to: from + kinds[place].minutes*minuteMicros,
		carrier: generated.Below(generated.Mix(h), int64(len(carriers))), place: place,
	}
}

func (m mishap) doc() string {
	if m.kind == CarrierStop {
		return fmt.Sprintf(kinds[m.place].doc, carriers[m.carrier])
	}
	return kinds[m.place].doc
}

// during tells whether the shop has an anomaly of a kind at a moment, in µs since 1970.
func during(kind Kind, at int64) (mishap, bool) {
	m := mishapOf(at / (hourMinutes * minuteMicros))
	return m, m.kind == kind && at >= m.from && at < m.to
}

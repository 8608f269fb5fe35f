package shop

import (
	"time"

	"github.com/weirdb/weir/connectors/generated"
)

// config is what the events depend on.
type config struct {
	seed       int64
	events     int64   // generated.Endless if the shop never closes
	density    float64 // numbers per second of event time, on average
	start      int64   // event time of number 0, µs since 1970
	anomalies  bool
	duplicates float64 // shares of the events
	late       float64
	broken     float64
}

// jitter is by how many µs an event's time may lie before its number's turn, so that times are not in order.
const jitter = int64(time.Second / time.Microsecond)

// generator makes the events. Everything is a pure function of the config and the event's number; the calendar remembers sums.
type generator struct {
	config
	dice     generated.Dice
	layout   *layout
	calendar *calendar
	delays   delays
}

func newGenerator(c config) *generator {
	k := newDice(c.seed)
	return &generator{config: c, dice: k, layout: newLayout(c.density, k), calendar: newCalendar(c, k), delays: newDelays(c.density)}
}

// timeOf is the event time of a number's event, in µs since 1970 at whole milliseconds.
func (g *generator) timeOf(number int64) int64 {
	at := g.calendar.timeOf(number) - generated.Below(g.dice.Throw(drawJitter, number), jitter)
	return max(at, g.start) / 1000 * 1000
}

// mishap tells whether an anomaly of a kind is on when a number's event happens.
func (g *generator) mishap(kind Kind, number int64) bool {
	if !g.anomalies || number < 0 {
		return false
	}
	_, on := during(kind, g.timeOf(number))
	return on
}

// append writes a number's event to dst. It reports false if nothing happens: orders that were not paid are not shipped.
func (g *generator) append(dst []byte, number int64) ([]byte, bool) {
	id, stage := g.layout.locate(number)
	failure := ""
	if stage != placed {
		failure = g.failure(id)
	}
	if stage == shipped && failure != "" {
		return dst, false
	}
	dst = g.appendEnvelope(dst, number, eventType(stage, failure))
	switch stage {
	case placed:
		o := g.order(id)
		dst = o.append(dst)
	case paid:
		o := g.order(id)
		dst = g.appendPayment(dst, &o, failure)
	case shipped:
		dst = g.appendShipment(dst, id)
	}
	return append(dst, "}}"...), true
}

func eventType(s stage, failure string) string {
	switch {
	case s == placed:
		return "order.placed"
	case s == shipped:
		return "shipment.dispatched"
	case failure != "":
		return "payment.failed"
	}
	return "payment.authorized"
}

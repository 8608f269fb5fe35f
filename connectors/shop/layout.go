package shop

import (
	"math/bits"

	"github.com/weirdb/weir/connectors/generated"
)

// Numbers come in groups of 48: in each of 16 lanes one order, one payment and one shipment.
//
//	number in group   0      1        2         3      4        5         …
//	                  order  payment  shipment  order  payment  shipment  …
//	lane              0      0        0         1      1        1         …
//
// A lane's payments come a fixed number of groups after its orders, a different number in each lane, so that all lanes together
// spread as such delays do. Within a block of groups the payments change places (blur), which spreads them within the lane too.
// Both ways can be computed: from an order to its payment's number, and back.
//
//	lane 5, orders of groups      0 1 2 3 4 5 6 7
//	payments, blurred in fours          2 3 0 1 7 6 5 4      the payment of order 2 comes in group 3
const (
	lanes     = 16
	laneSlots = 3 // order, payment, shipment
	groupSize = lanes * laneSlots
)

// Seconds from an order to its payment and to its shipment, lane by lane.
var (
	paymentSeconds  = [lanes]float64{4, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40, 50, 65, 90, 140, 240}
	shipmentSeconds = [lanes]float64{420, 1000, 540, 1500, 720, 3600, 480, 1150, 660, 2400, 600, 1300, 900, 1800, 800, 2000}
)

// lag is how far a lane's payments or shipments follow its orders.
type lag struct {
	groups int64
	blur   uint // blocks of 2^blur groups are blurred
	key    uint64
}

// layout is where in the numbers the events of each order lie.
type layout struct{ payment, shipment [lanes]lag }

// newLayout lays out a stream that has density numbers per second of event time, on average.
func newLayout(density float64, k generated.Dice) *layout {
	l := &layout{}
	for i := range lanes {
		l.payment[i] = newLag(paymentSeconds[i]*density/groupSize, 2, k.Throw(drawPaymentLag, int64(i)))
		s := newLag(shipmentSeconds[i]*density/groupSize, 4, k.Throw(drawShipmentLag, int64(i)))
		// A shipment that the blur brings forward must still follow a payment that the blur puts off.
		s.groups = max(s.groups, l.payment[i].groups+1<<l.payment[i].blur+1<<s.blur)
		l.shipment[i] = s
	}
	return l
}

// newLag blurs over at most a part of the lag, so that nothing comes before its order.
func newLag(groups float64, part int64, key uint64) lag {
	g := max(int64(groups+0.5), 1)
	return lag{groups: g, blur: uint(bits.Len64(uint64(max(g/part, 1)))) - 1, key: key}
}

// swap changes the places within each block of groups. It is its own inverse.
func (l lag) swap(group int64) int64 {
	mask := int64(1)<<l.blur - 1
	return group ^ int64(generated.Mix(l.key+uint64(group>>l.blur)*generated.Golden))&mask
}

func (l lag) after(group int64) int64  { return l.swap(group) + l.groups }
func (l lag) before(group int64) int64 { return l.swap(group - l.groups) }

// stage is a step in the life of an order.
type stage int64

const (
	placed stage = iota
	paid
	shipped
)

// locate tells which stage of which order a number stands for. Orders before the start of the stream have negative numbers.
func (l *layout) locate(number int64) (order int64, s stage) {
	group, slot := number/groupSize, number%groupSize
	lane, s := slot/laneSlots, stage(slot%laneSlots)
	switch s {
	case paid:
		group = l.payment[lane].before(group)
	case shipped:
		group = l.shipment[lane].before(group)
	}
	return group*lanes + lane, s
}

// number is where a stage of an order lies; negative if that is before the start.
func (l *layout) number(order int64, s stage) int64 {
	group, lane := order>>4, order&(lanes-1) // rounds down for negative orders, too
	switch s {
	case paid:
		group = l.payment[lane].after(group)
	case shipped:
		group = l.shipment[lane].after(group)
	}
	return group*groupSize + lane*laneSlots + int64(s)
}

// laneOf is the lane of a number.
func laneOf(number int64) int64 { return number % groupSize / laneSlots }

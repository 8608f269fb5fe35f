package shop

import "math/bits"

// draw names one random decision. Each has its own stream of numbers, so what one adds to an event leaves the rest as it was.
type draw int

const (
	drawCustomer draw = iota
	drawCountry
	drawItems
	drawChannel
	drawLarge
	drawPayment
	drawMethod
	drawReason
	drawCarrier
	drawWarehouse
	drawEventID
	drawJitter
	drawFate
	drawFateKind
	drawPaymentLag
	drawShipmentLag
	drawNoise
	drawCount
)

const golden = 0x9e3779b97f4a7c15 // 2^64 over the golden ratio: the step of SplitMix64

// mix is the output function of SplitMix64: every bit of x changes half of the result's bits.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// dice throws random numbers that depend on the seed, the decision, and what it is about.
type dice [drawCount]uint64

func newDice(seed int64) *dice {
	var keys dice
	for d := range keys {
		keys[d] = mix(mix(uint64(seed)+golden) + uint64(d+1)*golden)
	}
	return &keys
}

// throw returns 64 random bits.
func (k *dice) throw(d draw, n int64) uint64 { return mix(k[d] + uint64(n)*golden) }

// share returns a random number in [0, 1).
func (k *dice) share(d draw, n int64) float64 { return float64(k.throw(d, n)>>11) / (1 << 53) }

// below turns random bits into a number in [0, n).
func below(h uint64, n int64) int64 {
	hi, _ := bits.Mul64(h, uint64(n))
	return int64(hi)
}

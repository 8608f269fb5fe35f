package nexmark

import "math/bits"

// draw names one random decision about an event. Each has its own stream of numbers, so a column can be made without the others.
type draw int

const (
	drawBidAuction draw = iota
	drawBidder
	drawPrice
	drawChannel
	drawBidExtra
	drawItem
	drawDescription
	drawInitialBid
	drawReserve
	drawLength
	drawSeller
	drawCategory
	drawAuctionExtra
	drawName
	drawEmail
	drawCard
	drawCity
	drawState
	drawPersonExtra
	drawText
	drawShuffle
	drawCount
)

const golden = 0x9e3779b97f4a7c15 // 2^64 over the golden ratio: the step of SplitMix64

// mix is the output function of SplitMix64: every bit of x changes half of the result's bits.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func drawKeys(seed int64) (keys [drawCount]uint64) {
	for d := range keys {
		keys[d] = mix(mix(uint64(seed)+golden) + uint64(d+1)*golden)
	}
	return keys
}

// draw returns 64 random bits for one decision about event n.
func (g *generator) draw(d draw, n int64) uint64 { return mix(g.keys[d] + uint64(n)*golden) }

// below turns random bits into a number in [0, n). It uses the high bits: the low ones are free for another decision.
func below(h uint64, n int64) int64 {
	hi, _ := bits.Mul64(h, uint64(n))
	return int64(hi)
}

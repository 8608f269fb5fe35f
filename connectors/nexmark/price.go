package nexmark

import "math"

// Prices are 100 · 10^(6u) for u evenly spread over [0, 1): as many between 1 and 10 as between 100000 and a million, in cents.
// A table of the curve with straight lines between its points is ten times as fast as the power, and off by 2 in a million.
const (
	priceBits     = 12 // of u choose the point
	priceFraction = 20 // bits below the integer in priceCurve, and of u between two points
)

var priceCurve = makePriceCurve()

func makePriceCurve() (curve [1<<priceBits + 1]int64) {
	for i := range curve {
		u := float64(i) / (1 << priceBits)
		curve[i] = int64(math.Round(100 * math.Pow(10, 6*u) * (1 << priceFraction)))
	}
	return curve
}

// price turns random bits into a price in cents.
func price(h uint64) int64 {
	point := h >> (64 - priceBits)
	between := int64(h << priceBits >> (64 - priceFraction))
	low, high := priceCurve[point], priceCurve[point+1]
	value := low + (high-low)*between>>priceFraction // two points are less than 2^39 apart: no overflow
	return (value + 1<<(priceFraction-1)) >> priceFraction
}

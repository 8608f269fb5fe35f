package generated

import "math/bits"

// Golden is 2^64 over the golden ratio: the step of SplitMix64.
const Golden = 0x9e3779b97f4a7c15

// Mix is the output function of SplitMix64: every bit of x changes half of the result's bits.
func Mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Below turns random bits into a number in [0, n). It uses the high bits: the low ones are free for another decision.
func Below(h uint64, n int64) int64 {
	hi, _ := bits.Mul64(h, uint64(n))
	return int64(hi)
}

// Dice throws random numbers that depend on the seed, the decision, and what it is about. Each decision has its own stream of
// numbers, a key each, so one can be made without the others, and a new one at the end of the list leaves the rest as it was.
type Dice []uint64

// NewDice makes the dice for so many decisions, counted from 0.
func NewDice(seed int64, decisions int) Dice {
	keys := make(Dice, decisions)
	for d := range keys {
		keys[d] = Mix(Mix(uint64(seed)+Golden) + uint64(d+1)*Golden)
	}
	return keys
}

// Throw returns 64 random bits for a decision about n.
func (k Dice) Throw(decision int, n int64) uint64 { return Mix(k[decision] + uint64(n)*Golden) }

// Share returns a random number in [0, 1) for a decision about n.
func (k Dice) Share(decision int, n int64) float64 {
	return float64(k.Throw(decision, n)>>11) / (1 << 53)
}

package detector

import (
	"math"
	"slices"
)

// offsets are values that a detector holds hundreds of, by four bytes each: what each is off a base that they have in common.
//
//	x ≈ base + offset;  an offset is the upper half of a float64: 20 bits of fraction, and any magnitude
//
// So a value is held to a millionth of its distance from the base, which moves to where the values are (rebase): at a level of 10^15, changes by
// 1 are there. What a value differs from others by less than its grain is not there.
type offsets struct {
	base float64
	list []coarse
}

// coarse is the upper half of a float64.
type coarse uint32

func coarsely(x float64) coarse { return coarse((math.Float64bits(x) + 1<<31) >> 32) }

func (c coarse) float() float64 { return math.Float64frombits(uint64(c) << 32) }

// coarseness is the relative error that an offset may have gathered, by rounding and by steps of a mean that rounding takes back.
const coarseness = 1.0 / (1 << 17)

// add adds a value behind the others, of which there will be most at most.
func (o *offsets) add(x float64, most int) {
	switch n := len(o.list); {
	case n == 0:
		o.base = x
	case n >= 8 && n&(n-1) == 0: // now and then
		o.rebase(itself)
	}
	o.list = append(roomFor(o.list, most), coarsely(x-o.base))
}

func (o *offsets) set(i int, x float64) { o.list[i] = coarsely(x - o.base) }

func (o *offsets) at(i int) float64 { return o.base + o.list[i].float() }

// grain is what the value is held to.
func (o *offsets) grain(i int) float64 { return coarseness * math.Abs(o.list[i].float()) }

// beyond is a difference that is more than the grain, or 0.
func beyond(difference, grain float64) float64 {
	if math.Abs(difference) <= grain {
		return 0
	}
	return difference
}

// rebase moves the base to the middle one of some values, so that a few that are far out do not draw it away. known is which value to take
// instead of one that stands for nothing.
func (o *offsets) rebase(known func(i int) int) {
	var some [5]float64
	for i := range some {
		some[i] = o.at(known(i * (len(o.list) - 1) / (len(some) - 1)))
	}
	slices.Sort(some[:])
	base := some[len(some)/2]
	for i := range o.list {
		o.list[i] = coarsely(o.at(i) - base)
	}
	o.base = base
}

func itself(i int) int { return i }

func (o *offsets) fields(s *state, longest int) {
	s.float(&o.base)
	s.halves(&o.list, longest)
}

package shop

// Records do not come once each and in order. Each number has four positions, at which these records are delivered, if at all:
//
//	position 4n     the event of number n, unless it is late
//	position 4n+1   the event of number n-again, for the second time
//	position 4n+2   the late event of number n-soon
//	position 4n+3   the late event of number n-long
//
// The delays are whole groups of numbers, so an event stays in its lane, and with it in its partition.
const deliveries = 4

// Seconds that deliveries lag behind, at a density that is the week's average. In the quietest minute a second delivery lags by
// less than three seconds, within the watermark; in the busiest, a surge on a Saturday evening, a late one by more than eleven.
const (
	againSeconds = 0.5
	lateSeconds  = 90
	longFactor   = 5
)

// delays are in numbers.
type delays struct{ again, soon, long int64 }

func newDelays(density float64) delays {
	soon := groupSize * max(int64(lateSeconds*density/groupSize)+1, 2)
	return delays{again: groupSize * int64(againSeconds*density/groupSize), soon: soon, long: longFactor * soon}
}

// fate is how an event's record fares on its way.
type fate int

const (
	plain fate = iota
	damaged
	twice
	lateSoon
	lateLong
)

// fateOf is plain for events whose second or late delivery would fall behind the end of the stream.
func (g *generator) fateOf(number int64) fate {
	share := g.dice.Share(drawFate, number)
	if share < g.broken {
		return damaged
	}
	if share -= g.broken; share < g.duplicates {
		return g.ifWithin(number+g.delays.again, twice)
	}
	if share -= g.duplicates; share >= g.late {
		return plain
	}
	if g.dice.Throw(drawFateKind, number)%3 == 0 {
		return g.ifWithin(number+g.delays.long, lateLong)
	}
	return g.ifWithin(number+g.delays.soon, lateSoon)
}

func (g *generator) ifWithin(number int64, f fate) fate {
	if number < g.events {
		return f
	}
	return plain
}

// deliver appends the record of a position to dst, and reports false if none is delivered there.
func (g *generator) deliver(dst []byte, position int64) ([]byte, bool) {
	number := position / deliveries
	switch position % deliveries {
	case 0:
		return g.deliverFirst(dst, number)
	case 1:
		return g.deliverIf(dst, number-g.delays.again, twice)
	case 2:
		return g.deliverIf(dst, number-g.delays.soon, lateSoon)
	}
	return g.deliverIf(dst, number-g.delays.long, lateLong)
}

func (g *generator) deliverFirst(dst []byte, number int64) ([]byte, bool) {
	switch g.fateOf(number) {
	case lateSoon, lateLong:
		return dst, false
	case damaged:
		return g.appendDamaged(dst, number)
	}
	return g.append(dst, number)
}

func (g *generator) deliverIf(dst []byte, number int64, f fate) ([]byte, bool) {
	if number < 0 || g.fateOf(number) != f {
		return dst, false
	}
	return g.append(dst, number)
}

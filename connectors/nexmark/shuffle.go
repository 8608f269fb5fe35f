package nexmark

import "github.com/weirdb/weir/connectors/generated"

// Events out of order are rounds that change places within groups of outOfOrder rounds. What changes is the order of arrival;
// an event keeps its number, and with it its content and its time.
//
//	position   | 0 1 2 3 4 | 5 6 7 8 9 |      groups of 5 rounds
//	event      | 2 0 3 1 4 | 8 6 9 7 5 |      a step through the group, from a place that differs by group
//
// So an event comes late by less than a group lasts in event time: the groups themselves stay in order.

// eventAt is the number of the event that arrives at a position.
func (g *generator) eventAt(position int64) int64 {
	if g.outOfOrder <= 1 {
		return position
	}
	group := position / round / g.outOfOrder
	if (group+1)*g.outOfOrder > g.events/round {
		return position // the stream ends within the group: every round of it must come
	}
	place := position / round % g.outOfOrder
	from := generated.Below(g.dice.Throw(drawShuffle, group), g.outOfOrder)
	moved := (from + place*g.step) % g.outOfOrder
	return (group*g.outOfOrder+moved)*round + position%round
}

// shuffleStep is a step that visits every place of a group once: it has no divisor in common with the group's size.
func shuffleStep(size int64) int64 {
	step := size*5/8 | 1
	for divisor(step, size) != 1 {
		step += 2
	}
	return step
}

func divisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

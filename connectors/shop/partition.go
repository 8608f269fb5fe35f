package shop

// partition has every of-th lane of the numbers, from lane index on.
type partition struct{ index, of int64 }

// upcoming is the first position from next on that belongs to the partition.
func (p partition) upcoming(next int64) int64 {
	number := next / deliveries
	if p.owns(number) {
		return next
	}
	for !p.owns(number) {
		number++
	}
	return number * deliveries
}

func (p partition) owns(number int64) bool { return laneOf(number)%p.of == p.index }

// before counts the partition's numbers below limit.
func (p partition) before(limit int64) int64 {
	ownLanes := (lanes - p.index + p.of - 1) / p.of
	n := limit / groupSize * ownLanes * laneSlots
	for number := limit / groupSize * groupSize; number < limit; number++ {
		if p.owns(number) {
			n++
		}
	}
	return n
}
